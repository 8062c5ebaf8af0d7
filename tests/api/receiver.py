"""A program of others, on a real socket: it takes messages, or does what programs do when they are ill."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers import answering


@dataclass
class Receiver:
    """What came, and how it is answered: `answers` maps a path to a status; unknown paths are taken (204)."""

    server: ThreadingHTTPServer
    came: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def url(self, path: str = "/ocop") -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def ids(self) -> list[str]:
        return [one["headers"]["webhook-id"] for one in self.came]


def _handler(receiver: list[Receiver]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver[0].came.append({"path": self.path, "headers": headers, "body": body})
            with suppress(OSError):
                _ANSWERS.get(self.path, _plainly)(self, receiver[0])

        def log_message(self, *_words: Any) -> None:
            pass

    return Handler


def _plainly(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    status = receiver.answers.get(handler.path, 204)
    handler.send_response(status)
    if status == 302:
        handler.send_header("Location", receiver.url("/elsewhere"))
    handler.end_headers()
    if status not in (204, 304):
        handler.wfile.write(f"answer {status} <b>\x07".encode())


def _drop_by_drop(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    """Never late with the next byte, never done."""
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 40:
        handler.wfile.write(bytes([letter]))
        handler.wfile.flush()
        time.sleep(0.05)


def _silent(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    time.sleep(20)


def _huge(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _turn in range(2_000):
        handler.wfile.write(b"x" * 50_000)


def _nonsense(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    handler.wfile.write(b"\x00\xff not http\r\n\r\n")


def _hangs_up(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    handler.connection.close()


_ANSWERS = {
    "/drop-by-drop": _drop_by_drop,
    "/silent": _silent,
    "/huge": _huge,
    "/nonsense": _nonsense,
    "/hangs-up": _hangs_up,
}


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a port of its own."""
    known: list[Receiver] = []
    with answering(_handler(known)) as server:
        known.append(Receiver(server))
        yield known[0]


def is_signed(secret: str, message: dict[str, Any]) -> bool:
    """What a receiver does by the instructions of the page /api."""
    headers, body = message["headers"], message["body"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    sent = [one.partition(",")[2] for one in headers["webhook-signature"].split()]
    return any(hmac.compare_digest(made, one) for one in sent)
