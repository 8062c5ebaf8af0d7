"""The benchmark's own parts: its client, its tapes, its table; and a large market whose books agree."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from flask import Flask

from bench import agreements, listing, load, replay, table
from bench.replay import FAR, Statement
from marketplace.contracts.queries import desk
from marketplace.contracts.queries.department import Wish
from marketplace.core.database import db
from marketplace.demo import scaling
from tests.servers import answering


class Answering(BaseHTTPRequestHandler):
    """Says what it was asked, and sets a cookie."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"x" * 100_000)

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])) + str(self.headers["Cookie"]).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(404 if self.path == "/nowhere" else 200)
        self.send_header("Set-Cookie", "session=abc; HttpOnly")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """Nothing to say."""


@pytest.fixture
def port() -> Iterator[int]:
    with answering(Answering) as server:
        yield server.server_port


def test_the_client_reads_whole_answers_and_keeps_cookies(port: int) -> None:
    browser = load.Browser(port)
    assert len(browser.request("GET", "/")[2]) == 100_000
    status, headers, body = browser.request("POST", "/", [("name", "Hải Dương")])
    assert (status, headers["content-length"]) == (200, str(len(body)))
    assert body == b"name=H%E1%BA%A3i+D%C6%B0%C6%A1ngsession=abc"
    browser.close()


def test_pages_are_counted_and_a_failed_one_ends_the_run(port: int) -> None:
    assert load.pages(port, ["/"], 0.2, processes=1, threads=2) > 0
    with pytest.raises(RuntimeError, match="/nowhere answered 404"):
        load.pages(port, ["/nowhere"], 0.2, processes=1, threads=1)


class Played:
    """A connection that gives out numbers from 1 and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.description: Any = True

    def cursor(self) -> Played:
        return self

    def execute(self, query: str, values: Any) -> None:
        self.told.append((query, values))

    def fetchall(self) -> list[tuple[int]]:
        return [(len(self.told),)]

    def commit(self) -> None:
        self.told.append("commit")


def test_a_tape_runs_with_the_numbers_of_today() -> None:
    first = Statement("INSERT a RETURNING id", {"x": 5}, many=False, given=[(FAR + 1,)])
    second = Statement("INSERT b", {"a_id": FAR + 1, "x": 5, "rows": [FAR + 1, 7]}, many=False)
    played = Played()
    replay._play(played, [first, second, "commit"])
    assert played.told == [
        ("INSERT a RETURNING id", {"x": 5}),
        ("INSERT b", {"a_id": 1, "x": 5, "rows": [1, 7]}),
        "commit",
    ]


def test_the_table_tells_of_failures() -> None:
    orders = {
        "steps": {"confirmation": {"processor_ms": 14.0, "database_ms": 1.5, "statements": 32}},
        "whole_per_s": 8.0,
        "generator_share": 0.1,
        "posts_per_s": 9.0,
        "crowd_served": 49,
        "crowd_longest_s": 2.0,
        "crowd_failures": ["x"],
    }
    machine = {"python": "3.13", "cpus": 2, "load_before": 0.1, "seconds": 3.0, "build_s": {"SQLite": 1.0}}
    told = table.of({**machine, "engines": {"SQLite": {"orders": orders}}})
    assert "49 orders" in told
    assert "failed: x" in told
    assert "at most 71 a second and core" in told


def test_the_table_tells_what_lists_cost() -> None:
    sizes = {size: {"ms": float(size), "database_ms": 1.0, "statements": 9, "rows": 20} for size in (10, 12)}
    lists = {"build_s": 5.0, "pages": {"party: all": {"sizes": sizes, "growth": 1.2}}}
    machine = {"python": "3.13", "cpus": 2, "load_before": 0.1, "seconds": 3.0, "build_s": {"SQLite": 1.0}}
    told = table.of({**machine, "engines": {"SQLite": {"lists": lists}}})
    assert "party: all                           10.0 ms    12.0 ms  growth  1.20, 9 statements, 20 and 20 rows" in told


def test_a_large_market_adds_up(app: Flask) -> None:
    with app.app_context():
        from marketplace.inventory.queries import stock_faults
        from marketplace.payments.queries import ledger_faults

        assert scaling.load(300, 260) == "The market holds 300 products and 260 orders."
        assert [*stock_faults(), *ledger_faults()] == []
        db.session.rollback()
        assert scaling.load(300, 260) == "The market holds 300 products and 260 orders."
        agreements.add(200)
        assert desk.agreements_of(agreements.organisation_of(agreements.OFFICER), Wish()).total in range(30, 60)
        assert all(listing.middles().values())
