"""The load generator: plain sockets kept alive, a few processes of a few connections each, bounded in time."""

from __future__ import annotations

import multiprocessing
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

FORK = multiprocessing.get_context("fork")
TIMEOUT = 30


class Browser:
    """One kept-alive connection with its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.socket: socket.socket | None = None

    def request(
        self, method: str, path: str, form: Sequence[tuple[str, str]] | None = None, headers: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request and read its whole answer: status, headers in lower case, body."""
        body = urlencode(form).encode() if form is not None else b""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
        if self.cookies:
            head += "Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()) + "\r\n"
        if form is not None:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        return self._again(head.encode() + b"\r\n" + body)

    def _again(self, message: bytes) -> tuple[int, dict[str, str], bytes]:
        """A server may close a connection that was idle; then the message goes over a new one."""
        for _ in range(2):
            try:
                return self._exchange(message)
            except ConnectionError:
                self.close()
        return self._exchange(message)

    def _exchange(self, message: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(message)
        status, headers, rest = self._head(self.socket)
        missing = int(headers.get("content-length", 0)) - len(rest)
        parts = [rest]
        while missing > 0:
            part = self.socket.recv(min(missing, 1 << 18))
            if not part:
                raise ConnectionError("the answer was cut off")
            parts.append(part)
            missing -= len(part)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, headers, b"".join(parts)

    def _head(self, connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(1 << 16)
            if not part:
                raise ConnectionError("no answer")
            data += part
        head, rest = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, value = line.split(":", 1)
            if name.lower() == "set-cookie":
                key, cookie = value.strip().split(";", 1)[0].split("=", 1)
                self.cookies[key] = cookie
            headers[name.lower()] = value.strip()
        return int(first.split()[1]), headers, rest

    def close(self) -> None:
        """Give the connection up."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def spread(task: Callable[[int], Any], processes: int, threads: int) -> list[Any]:
    """Run a task in so many processes of so many threads; it gets its number; answers come in that order."""
    pipes = [FORK.Pipe(duplex=False) for _ in range(processes)]
    started = []
    for place, (_, sender) in enumerate(pipes):
        numbers = range(place * threads, (place + 1) * threads)
        process = FORK.Process(target=_run, args=(task, numbers, sender), daemon=True)
        process.start()
        started.append(process)
    told = [receiver.recv() for receiver, _ in pipes]
    for process in started:
        process.join(5)
    wrong = next((one for one in told if isinstance(one, str)), None)
    if wrong:
        raise RuntimeError(wrong)
    return [answer for one in told for answer in one]


def _run(task: Callable[[int], Any], numbers: range, sender: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    answers: dict[int, Any] = {}
    failures: list[str] = []

    def one(number: int) -> None:
        try:
            answers[number] = task(number)
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=one, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sender.send(failures[0] if failures else [answers[number] for number in numbers])


def pages(port: int, paths: Sequence[str], seconds: float, *, processes: int = 2, threads: int = 4) -> float:
    """Pages a second that a server answers while so many connections each ask again at once."""
    begin = time.monotonic() + 0.1

    def ask(number: int) -> int:
        browser, count = Browser(port), 0
        time.sleep(max(0, begin - time.monotonic()))
        while time.monotonic() < begin + seconds:
            path = paths[(number * 7 + count) % len(paths)]
            status, _, body = browser.request("GET", path)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}: {body[:200]!r}")
            count += 1
        browser.close()
        return count

    return float(sum(spread(ask, processes, threads)) / seconds)
