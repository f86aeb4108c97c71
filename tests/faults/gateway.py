"""A provider of text messages that behaves as a test says."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.faults.portal import PATIENCE


class Gateway(ThreadingHTTPServer):
    """`mode`: well, down, or slow (answers only once `go` is set). It remembers the keys it was given and took."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode, self.keys, self.taken, self.go = "well", [], set(), threading.Event()
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
        if mode != "down":
            self.server.taken.add(key)
        body = json.dumps({"ok": True}).encode()
        try:
            self.send_response(503 if mode == "down" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            pass  # whoever asked has been killed meanwhile

    def log_message(self, *_args: object) -> None:
        pass
