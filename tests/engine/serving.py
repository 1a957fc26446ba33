"""A server on this machine for a few files, with ranges, which can be told to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Server:
    """What is served, how it misbehaves, and what was asked for: (name, range)."""

    files: dict[str, bytes]
    url: str = ""
    ranges: bool = True
    breaks_after: int | None = None
    status: int = 0
    more: bytes = b""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    gate: threading.Event | None = None
    """Where there is one, half of each file waits for it."""


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Server]:
    """Serve these files until the end of the block."""
    made = Server(dict(files))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, wanted = self.path.rpartition("/")[2], self.headers.get("Range")
            made.asked.append((name, wanted))
            if made.status or name not in made.files:
                self.send_error(made.status or 404)
                return
            content = made.files[name]
            start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted and made.ranges else 0
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            rest = content[start:] + made.more
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self._send(rest if made.breaks_after is None else rest[: made.breaks_after])

        def _send(self, content: bytes) -> None:
            half = len(content) // 2 if made.gate is not None else 0
            try:
                self.wfile.write(content[:half])
                self.wfile.flush()
                if made.gate is not None:
                    made.gate.wait(60)
                self.wfile.write(content[half:])
            except OSError:  # the other side has had enough
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        made.url = f"http://127.0.0.1:{http.server_port}/mnist/"
        try:
            yield made
        finally:
            http.shutdown()
            thread.join()
