"""A server of a few lines on loopback, that answers as it is told and as it is not."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(kw_only=True)
class Reply:
    """What is answered; with `raw` these bytes alone, and then the connection ends."""

    body: bytes = b""
    status: int = 200
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    #: Bytes sent again and again, until the test ends.
    drip: bytes = b""
    #: Nothing more is sent, until the test ends.
    hang: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    path: str
    headers: dict[str, str]


Answering = Reply | Callable[[Asked], Reply]


class Server:
    """Paths and their replies, and what was asked. `at` makes an address of a path."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None):
        self.replies: dict[str, Answering] = {}
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.sni: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Listening(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

            def handle_error(
                self, *_: Any
            ) -> None:  # clients that hang up are meant to
                pass

        self._server = Listening((host, 0), Handler)
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.sni.append(name)
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self._server.server_address[1])
        self._scheme = "https" if tls else "http"
        self._host = f"[{host}]" if ":" in host else host
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def at(self, path: str, host: str = "") -> str:
        return f"{self._scheme}://{host or self._host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = Asked(
            path=handler.path,
            headers={name.lower(): value for name, value in handler.headers.items()},
        )
        self.asked.append(asked)
        found = self.replies.get(handler.path, Reply(status=404, body=b"no such page"))
        reply = found if isinstance(found, Reply) else found(asked)
        if reply.raw is not None:
            handler.wfile.write(reply.raw)
            handler.close_connection = True
        else:
            self._send(handler, reply)
        while reply.drip and not self.closing.wait(0.01):
            handler.wfile.write(reply.drip)
        if reply.hang:
            self.closing.wait()

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.send_response(reply.status)
        headers = {
            "Content-Type": reply.type,
            "Content-Length": str(len(reply.body)),
        } | reply.headers
        for name, value in headers.items():
            if value:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(reply.body)
