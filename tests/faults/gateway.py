"""A provider of text messages that behaves as a test says."""

from __future__ import annotations

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.faults.portal import PATIENCE

# With status 200: a captive portal's page, JSON of another shape, half a JSON, no text at all, nothing.
NONSENSE = (
    b"<!doctype html><title>It works!</title><p>ok=true",
    b'{"status": "success"}',
    b'[{"ok": true}]',
    b'{"ok": tru',
    b"\xff\xfe\x00ok",
    b"",
    b"true",
    b'{"ok": {"ok": true}}',
)


class Gateway(ThreadingHTTPServer):
    """`mode`: well, down, nonsense, or slow (answers only once `go` is set). It keeps the keys given and taken."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode, self.keys, self.taken, self.go = "well", [], [], threading.Event()
        self.nonsense = itertools.cycle(NONSENSE)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        key, mode = self.headers["Idempotency-Key"], self.server.mode
        self.server.keys.append(key)
        if mode == "slow":
            self.server.go.wait(PATIENCE)
        if mode in ("well", "slow"):
            self.server.taken.append(key)
        body = next(self.server.nonsense) if mode == "nonsense" else json.dumps({"ok": True}).encode()
        try:
            self.send_response(503 if mode == "down" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            pass  # whoever asked has been killed meanwhile

    def log_message(self, *_args: object) -> None:
        pass
