"""A provider of text messages that really listens: each request takes the next line of its script."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "token-of-the-provider"


class FakeGateway(ThreadingHTTPServer):
    """`script` says how to answer, the last line again and again; `received` keeps (body, headers)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = ["ok"]
        self.received = []
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/messages"

    @property
    def phones(self):
        return [body["phone"] for body, _headers in self.received]

    def next_line(self, body, headers):
        with self.lock:
            self.received.append((body, headers))
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        line = self.server.next_line(body, dict(self.headers))
        getattr(self, line)()

    def answer(self, status, raw, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def ok(self):
        self.answer(200, b'{"ok": true}')

    def slow(self):
        time.sleep(1.5)
        self.ok()

    def lingering(self):
        """Takes its time with each message, but stays within the limits."""
        time.sleep(0.2)
        self.ok()

    def dripping(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(40):
            time.sleep(0.1)
            self.wfile.write(b" ")
            self.wfile.flush()

    def broken(self):
        self.answer(500, b"oh dear 13800138000")

    def nonsense(self):
        self.answer(200, b"<html>It works!</html>")

    def endless(self):
        self.answer(200, b"[" * 200_000)

    def refused(self):
        self.answer(200, b'{"ok": false}')

    def rejected(self):
        self.answer(400, b'{"message": "13800138000 is on a black list"}')

    def busy(self):
        self.answer(429, b"{}")

    def elsewhere(self):
        self.answer(307, b"", Location="http://127.0.0.1:9/other")

    def log_message(self, *args):
        """Quiet."""
