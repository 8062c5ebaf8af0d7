"""The windows of limits that one process counts by itself."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.core import clock
from marketplace.web import limits
from marketplace.web.limits import ProcessStorage

BEGIN = datetime(2026, 11, 22, 8, tzinfo=UTC)


def later(seconds: int) -> AbstractContextManager[None]:
    """So long after the beginning."""
    return clock.frozen(BEGIN + timedelta(seconds=seconds))


def test_a_window_takes_so_many_and_moves_on() -> None:
    storage = ProcessStorage()
    with later(0):
        assert [storage.acquire_entry("her", 2, 60) for _ in range(3)] == [True, True, False]
    with later(30):
        assert storage.get_moving_window("her", 2, 60) == (BEGIN.timestamp(), 2)
        assert storage.acquire_entry("him", 2, 60)
    with later(61):
        assert storage.acquire_entry("her", 2, 60)
        assert storage.get_moving_window("her", 2, 60) == (BEGIN.timestamp() + 61, 1)


def test_several_at_once_are_taken_whole_or_not_at_all() -> None:
    storage = ProcessStorage()
    assert storage.acquire_entry("her", 3, 60, amount=2)
    assert not storage.acquire_entry("her", 3, 60, amount=2)
    assert storage.get_moving_window("her", 3, 60)[1] == 2


def test_names_that_are_seen_no_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SWEEP", 5)
    storage = ProcessStorage()
    with later(0):
        for number in range(4):
            storage.acquire_entry(f"guest {number}", 9, 60)
    with later(61):
        for _ in range(6):
            storage.acquire_entry("her", 9, 60)
    assert storage.reset() == 1
    assert storage.reset() == 0


def test_many_threads_never_pass_the_limit() -> None:
    storage = ProcessStorage()
    taken: list[bool] = []

    def take() -> None:
        taken.extend(storage.acquire_entry("her", 50, 60) for _ in range(25))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 50
