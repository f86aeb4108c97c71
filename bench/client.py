"""A small load generator: prepared requests over a few kept connections, in one thread, without a library.

Written for a machine that also runs the servers: what the client itself uses up is taken from them, so that it
does nothing but send bytes, look for the end of the answer and note the time.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

IDLE = 10  # seconds after which a kept connection is opened anew; gunicorn closes it after 30


@dataclass
class Measured:
    """What came back: seconds for each answer, how many had which status, and how long it all took."""

    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    bodies: list[bytes] = field(default_factory=list)

    def add(self, other: Measured) -> None:
        """Join another slot of the same scenario."""
        self.times += other.times
        self.bodies += other.bodies
        self.seconds += other.seconds
        for status, count in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + count

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def quantile(self, part: float) -> float:
        """Return the time within which this part of the answers came, in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 if ordered else float("nan")

    @property
    def failed(self) -> int:
        """Answers that were none of 2xx."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of an HTTP request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Connection:
    """One connection, one request at a time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.received = bytearray()
        self.end = -1
        self.began = 0.0
        self.sent = b""
        self.keep: bool = True
        self.used = 0.0

    def open(self) -> socket.socket:
        """Return the socket, connected."""
        if self.socket is not None and time.perf_counter() - self.used > IDLE:
            self.close()  # before the server does, at the very moment of the next request
        self.used = time.perf_counter()
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.socket

    def send(self, data: bytes, began: float) -> None:
        """Send a request that was due at `began`."""
        self.received.clear()
        self.end, self.began, self.sent = -1, began, data
        self.open().sendall(data)

    def close(self) -> None:
        """Hang up."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def finished(self) -> bool:
        """Read what has come; say whether the answer is whole. Raises ConnectionError when it broke off."""
        if self.socket is None:
            raise ConnectionError("not connected")
        chunk = self.socket.recv(262144)
        if not chunk:
            if self.end < 0 and self.received and not self.keep:
                return True
            raise ConnectionError("closed")
        self.received += chunk
        if self.end < 0:
            head = self.received.find(b"\r\n\r\n")
            if head < 0:
                return False
            self.end = self._body_end(head)
        if self.end == 0:
            return self.received.endswith(b"0\r\n\r\n")
        return len(self.received) >= self.end

    def _body_end(self, head: int) -> int:
        lines = bytes(self.received[:head]).lower().split(b"\r\n")
        self.keep = b"connection: close" not in lines
        for line in lines:
            if line.startswith(b"content-length:"):
                return head + 4 + int(line.split(b":")[1])
        return 0  # chunked

    @property
    def status(self) -> int:
        """The answer's status."""
        return int(self.received[9:12])


def run(
    port: int,
    requests: Iterator[bytes],
    *,
    connections: int,
    seconds: float = 0,
    count: int = 0,
    rate: float = 0,
    keep_bodies: bool = False,
) -> Measured:
    """Send `requests` for some `seconds` or up to a `count`; `rate` a second, or as fast as answers come.

    With a rate, an answer's time counts from when its request was due, so that waiting for a free connection
    is not hidden.
    """
    measured = Measured()
    selector = selectors.DefaultSelector()
    idle = [Connection(port) for _ in range(connections)]
    everybody = list(idle)
    start = time.perf_counter()
    stop = start + seconds if seconds else float("inf")
    sent, more = 0, True
    try:
        while True:
            now = time.perf_counter()
            while more and idle:
                due = start + sent / rate if rate else now
                if now >= stop or (count and sent >= count) or (seconds and due >= stop):
                    more = False
                elif due > now:
                    break
                else:
                    data = next(requests, None)
                    if data is None:
                        more = False
                        break
                    connection = idle.pop()
                    connection.send(data, due)
                    selector.register(connection.open(), selectors.EVENT_READ, connection)
                    sent += 1
                    now = time.perf_counter()
            if not selector.get_map():
                if not more:
                    break
                time.sleep(0.0005)
                continue
            wait = max(0.0, start + sent / rate - now) if rate and more and idle else 30
            for key, _events in selector.select(min(wait, 30)):
                connection = key.data
                _receive(connection, selector, measured, idle, keep_bodies)
    finally:
        for connection in everybody:
            connection.close()
        selector.close()
    measured.seconds = time.perf_counter() - start
    return measured


def _receive(
    connection: Connection,
    selector: selectors.BaseSelector,
    measured: Measured,
    idle: list[Connection],
    keep_bodies: bool,
) -> None:
    """Take what has come for one connection; a broken one is counted as status 0."""
    try:
        if not connection.finished():
            return
        status = connection.status
    except (ConnectionError, ValueError, TimeoutError):
        status = 0
    selector.unregister(connection.open())
    measured.times.append(time.perf_counter() - connection.began)
    measured.statuses[status] = measured.statuses.get(status, 0) + 1
    if keep_bodies and 200 <= status < 300:
        measured.bodies.append(bytes(connection.received))
    if not connection.keep or status == 0:
        connection.close()
        connection.keep = True
    idle.append(connection)
