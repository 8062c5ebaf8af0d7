"""One act is one transaction; a GET never writes; moments are UTC; tables that only grow cannot be changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from marketplace.core import clock
from marketplace.core.database import append_only, before_commit, db, forbid_writing, insert_into, lock, locked, writing
from marketplace.core.outbox import Job, JobState, enqueue
from marketplace.core.refs import Counter
from tests.races.thinking import meets

RACERS = 8


def counters() -> dict[str, int]:
    db.session.rollback()
    return dict(db.session.execute(select(Counter.name, Counter.last)).all())


def add(name: str, last: int = 1) -> Counter:
    counter = Counter(name=name, last=last)
    db.session.add(counter)
    return counter


def test_an_act_is_stored_as_a_whole(inside: Flask) -> None:
    with writing():
        add("one")
        add("two", 2)
    assert counters() == {"one": 1, "two": 2}


def test_an_act_that_fails_leaves_nothing(inside: Flask) -> None:
    def act() -> None:
        with writing():
            add("one")
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert counters() == {}
    with writing():
        add("after")
    assert counters() == {"after": 1}


def test_a_rule_of_the_database_undoes_the_whole_act(inside: Flask) -> None:
    with writing():
        add("taken")
    with pytest.raises(IntegrityError), writing():
        db.session.add_all([Counter(name="fresh", last=1), Counter(name="taken", last=2)])
    assert counters() == {"taken": 1}


def test_writing_does_not_nest(inside: Flask) -> None:
    with writing(), pytest.raises(RuntimeError, match="does not nest"), writing():
        pass


def test_a_session_that_only_reads_cannot_write(inside: Flask) -> None:
    forbid_writing()
    with pytest.raises(RuntimeError, match="never writes"), writing():
        add("never")
    assert counters() == {}


def test_rows_are_locked_only_inside_an_act(inside: Flask) -> None:
    with writing():
        counter = add("one")
    with pytest.raises(RuntimeError, match=r"inside writing\(\)"):
        lock(counter)


def test_a_lock_shows_what_others_have_written_meanwhile(inside: Flask) -> None:
    with writing():
        counter = add("one")
    assert counter.last == 1
    with inside.app_context(), writing():
        db.session.execute(text("UPDATE counters SET last = 7"))
    with writing():
        lock(counter)
        assert counter.last == 7


def test_locked_rows_come_in_order(inside: Flask) -> None:
    with writing():
        ids = [one.id for one in locked(Counter, [])]
        three = [add(name) for name in "abc"]
    with writing():
        assert ids == []
        assert locked(Counter, [three[2].id, three[0].id, three[2].id]) == [three[0], three[2]]


def count_up(_i: int) -> None:
    """Read, think, write: right only under a lock."""
    seen = db.session.scalars(select(Counter)).one()
    assert seen.last >= 0
    with writing():
        lock(seen)
        seen.last += 1


def test_a_read_before_the_act_does_not_lose_an_update(inside: Flask, race: Callable[..., list[Any]]) -> None:
    with writing():
        add("visits", 0)
    assert race(RACERS, count_up) == [None] * RACERS
    assert counters() == {"visits": RACERS}


def test_without_the_lock_updates_are_lost_or_refused(inside: Flask, race: Callable[..., list[Any]]) -> None:
    """The control: what `writing()` and `lock()` are for."""
    with writing():
        add("visits", 0)

    def count_up_unlocked(_i: int) -> None:
        seen = db.session.scalars(select(Counter)).one()
        seen.last += 1
        db.session.commit()

    def attempt() -> bool:
        before = counters()["visits"]
        outcomes = race(RACERS, count_up_unlocked)
        return any(isinstance(outcome, Exception) for outcome in outcomes) or counters()["visits"] < before + RACERS

    meets(attempt)


def test_what_was_registered_is_done_last_in_the_act(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.core.database._finishers", [])
    seen: list[int] = []

    @before_commit
    def finish(session: Any) -> None:
        seen.append(len(session.scalars(select(Counter)).all()))

    with writing():
        add("one")
    assert seen == [1]


def test_moments_are_utc_and_aware(inside: Flask) -> None:
    hanoi = datetime(2026, 11, 22, 14, 5, tzinfo=timezone(timedelta(hours=7)))
    with writing():
        enqueue("a", run_at=hanoi)
    stored = db.session.scalars(select(Job)).one().run_at
    assert (stored, stored.tzinfo) == (datetime(2026, 11, 22, 7, 5, tzinfo=UTC), UTC)


def test_a_moment_without_a_zone_is_refused(inside: Flask) -> None:
    with pytest.raises(StatementError, match="without a time zone"), writing():
        enqueue("a", run_at=datetime(2026, 11, 22, 14, 5))


def test_a_value_outside_its_enum_is_refused_by_the_database(inside: Flask) -> None:
    with writing():
        enqueue("a")
    assert db.session.scalars(select(Job.state)).one() is JobState.QUEUED
    with pytest.raises(IntegrityError), writing():
        db.session.execute(text("UPDATE jobs SET state = 'lost'"))


def test_an_insert_may_give_way(inside: Flask) -> None:
    for _again in range(2):
        with writing():
            insert = insert_into(Counter).values(name="one", last=1)
            db.session.execute(insert.on_conflict_do_nothing(index_elements=["name"]))
    assert counters() == {"one": 1}


def run_append_only(attempt: str) -> None:
    """Guard the table, add to it, and try what is forbidden; the act takes the triggers back with it."""
    with writing():
        for statement in append_only("counters", db.engine.dialect.name):
            db.session.execute(text(statement))
        add("two")
        db.session.flush()
        db.session.execute(text(attempt))


@pytest.mark.parametrize("attempt", ["UPDATE counters SET last = 2", "DELETE FROM counters"])
def test_a_table_that_only_grows(inside: Flask, attempt: str) -> None:
    with writing():
        add("one")
    with pytest.raises(IntegrityError, match="only grows"):
        run_append_only(attempt)
    assert counters() == {"one": 1}


@pytest.mark.postgresql
def test_a_table_that_only_grows_cannot_be_emptied(inside: Flask) -> None:
    with pytest.raises(IntegrityError, match="only grows"):
        run_append_only("TRUNCATE counters")


def test_the_clock_can_be_stopped(frozen: Callable[[datetime], datetime]) -> None:
    at = frozen(datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    assert (clock.now(), clock.today().isoformat()) == (at, "2026-11-23")
    assert clock.start_of(clock.today()) == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert clock.end_of(clock.today()) - clock.start_of(clock.today()) == timedelta(days=1)
