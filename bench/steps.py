"""What each request of a whole order costs inside one process: processor time, time in the database, statements."""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench.buying import Buyer, Wares
from bench.inside import application
from bench.load import Browser

ORDERS, FIRST = 30, 4_000_000
WARM = 5
# how often a whole order has each request
TIMES = {"product page": 1, "into the cart": 3, "checkout": 1, "confirmation": 1}


@dataclass
class Meter:
    """What was measured of one kind of request."""

    processor: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)


class Direct(Browser):
    """A browser that calls the application itself, without sockets."""

    def __init__(self, app: Any, meters: dict[str, Meter], watch: Watch) -> None:
        """One visitor with her cookies."""
        super().__init__(0)
        self.app, self.meters, self.watch = app, meters, watch

    def request(self, method: str, path: str, form: Any = None, headers: str = "") -> tuple[int, dict[str, str], bytes]:
        """Answer as a server would, and note what it cost."""
        environ = _environ(method, path, urlencode(form).encode() if form is not None else b"", self.cookies)
        answer: list[Any] = []
        self.watch.begin()
        begun = time.process_time()
        parts: Iterable[bytes] = self.app.wsgi_app(environ, lambda *head: answer.extend(head[:2]))
        body = b"".join(parts)
        spent = time.process_time() - begun
        meter = self.meters.setdefault(_name(method, path), Meter())
        meter.processor.append(spent)
        meter.database.append(self.watch.seconds)
        meter.statements.append(self.watch.count)
        return int(answer[0][:3]), self._kept(answer[1]), body

    def _kept(self, pairs: list[tuple[str, str]]) -> dict[str, str]:
        for name, value in pairs:
            if name.lower() == "set-cookie":
                key, cookie = value.split(";", 1)[0].split("=", 1)
                self.cookies[key] = cookie
        return {name.lower(): value for name, value in pairs}


class Watch:
    """Counts what goes to the database, and how long it takes."""

    def __init__(self) -> None:
        """Listen to every engine of this process."""
        from sqlalchemy import Engine, event

        self.begin()
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def begin(self) -> None:
        """A new request."""
        self.count, self.seconds, self.since = 0, 0.0, 0.0

    def _before(self, _connection: Any, _cursor: Any, statement: str, *_given: Any) -> None:
        self.count += not statement.startswith("BEGIN")
        self.since = time.perf_counter()

    def _after(self, *_given: Any) -> None:
        self.seconds += time.perf_counter() - self.since


def _name(method: str, path: str) -> str:
    if path.startswith("/checkout"):
        return "confirmation" if method == "POST" else "checkout"
    return "into the cart" if path == "/cart/lines" else "product page"


def _environ(method: str, path: str, body: bytes, cookies: dict[str, str]) -> dict[str, Any]:
    address, _mark, query = path.partition("?")
    sent = {"CONTENT_TYPE": "application/x-www-form-urlencoded"} if method == "POST" else {}
    return sent | {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": address,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "HTTP_HOST": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def steps_of(url: str, folder: str, wares: Wares) -> dict[str, dict[str, float]]:
    """The medians of each request over some orders; runs in a process of its own."""
    watch, app, meters = Watch(), application(url, folder), dict[str, Meter]()
    for number in range(WARM + ORDERS):
        if number == WARM:
            meters.clear()
        buyer = Buyer(Direct(app, meters, watch), wares, FIRST + number)
        buyer.shop()
        buyer.confirm()
    return {name: _medians(meters[name]) for name in TIMES}


def _medians(meter: Meter) -> dict[str, float]:
    return {
        "processor_ms": 1000 * statistics.median(meter.processor),
        "database_ms": 1000 * statistics.median(meter.database),
        "statements": statistics.median(meter.statements),
    }
