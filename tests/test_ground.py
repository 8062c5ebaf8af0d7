"""The ground the tests stand on: a fresh database each, real commits from threads, no network, a clock that stops."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.core import clock
from marketplace.core.database import db, writing
from tests.clients import Client
from tests.databases import engine_name
from tests.servers import ROOT

RACERS = 4


def count_rows(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def add_rows(name: str) -> None:
    """A plain row, and one that triggers keep from ever being deleted."""
    event = (
        "INSERT INTO provider_events (provider, event_id, kind, amount_vnd, currency, content, outcome, at)"
        " VALUES ('stripe', :name, 'test', 0, 'VND', '{}', 'ignored', CURRENT_TIMESTAMP)"
    )
    with writing():
        db.session.execute(text("INSERT INTO counters (name, last) VALUES (:name, 1)").bindparams(name=name))
        db.session.execute(text(event).bindparams(name=name))


@pytest.mark.parametrize("again", [1, 2, 3])
def test_every_test_finds_the_database_as_the_migrations_left_it(again: int, race: Callable[..., list[Any]]) -> None:
    def look_and_write(i: int) -> tuple[int, int]:
        add_rows(f"racer {i}")
        return count_rows("counters"), count_rows("provider_events")

    assert max(race(RACERS, look_and_write)) == (RACERS, RACERS)


def test_the_database_is_the_one_of_this_run(app: Flask) -> None:
    with app.app_context():
        assert db.engine.dialect.name == engine_name()


def test_no_name_and_no_address_outside_is_reached() -> None:
    with pytest.raises(RuntimeError, match="only to this machine"):
        socket.getaddrinfo("shop.example", 443)
    with socket.socket() as outside, pytest.raises(RuntimeError, match="only to this machine"):
        outside.connect(("192.0.2.1", 80))


def test_racers_leave_together_and_each_tells_how_it_went(race: Callable[..., list[Any]]) -> None:
    def one_fails(i: int) -> int:
        if i == 1:
            raise ValueError("lost")
        return i

    results = race(RACERS, one_fails)
    assert [type(result).__name__ for result in results] == ["int", "ValueError", "int", "int"]


def test_the_clock_stops_where_it_is_told(frozen: Callable[[datetime], datetime]) -> None:
    first = frozen(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    assert clock.now() == first
    second = frozen(datetime(2027, 1, 1, tzinfo=UTC))
    assert clock.now() == second


def test_the_clock_goes_on_afterwards() -> None:
    assert clock.now() != clock.now()


def test_a_post_carries_its_token_unless_told_otherwise(client: Client) -> None:
    assert client.post("/sign-out", csrf=False).status_code == 400
    assert client.post("/sign-out").status_code != 400


SKIPPING = """
import pytest
def test_skips(): pytest.skip("no Chromium here")
@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 failed"), ("", "1 skipped")])
def test_a_skip_is_a_failure_under_ci_only(tmp_path: Path, ci: str, outcome: str) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.conftest",
        "-c",
        os.devnull,
        "--rootdir",
        str(tmp_path),
    ]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "TEST_DATABASE": "sqlite"}
    told = subprocess.run([*command, str(tmp_path)], env=environment, capture_output=True, text=True)
    assert f"{outcome}, 1 xfailed" in told.stdout
    assert "no Chromium here" in told.stdout or not ci
