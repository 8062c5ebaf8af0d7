"""Jobs run at least once, wait longer after each failure, are given up visibly; rounds come again, each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind, OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Job, JobState, enqueue, queue
from marketplace.core.outbox.jobs import HANDLERS, RECURRING, Recurring
from marketplace.core.outbox.worker import Worker, work
from marketplace.core.refusals import NotSeen, Refused

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPERATOR = Actor(kind=ActorKind.PERSON, ref="NG-1", organisation_kind=OrganisationKind.OPERATOR)


@pytest.fixture
def ran(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the handler `test` was called with; no rounds disturb."""
    for kind in list(RECURRING):
        monkeypatch.delitem(RECURRING, kind)
    calls: list[Any] = []
    monkeypatch.setitem(HANDLERS, "test", lambda **payload: calls.append(payload))
    return calls


@pytest.fixture
def failing(ran: list[Any], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The handler `test` fails, with a message that names somebody."""

    def fail(**payload: Any) -> None:
        ran.append(payload)
        raise ValueError("lan@shop.example cannot be reached")

    monkeypatch.setitem(HANDLERS, "test", fail)
    return ran


def put_in(**options: Any) -> None:
    with writing():
        enqueue("test", **options)


def only_job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job)).one()


def test_a_job_runs_with_its_payload_outside_of_any_transaction(inside: Flask, ran: list[Any]) -> None:
    put_in(order="DH-2026-000001", quantity=2)
    work(inside, once=True)
    assert ran == [{"order": "DH-2026-000001", "quantity": 2}]
    job = only_job()
    assert (job.state, job.attempts, job.last_error, job.locked_until) == (JobState.DONE, 1, None, None)
    assert job.done_at is not None


def test_a_handler_may_write(inside: Flask, ran: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "first", lambda: put_in(by="the first"))
    with writing():
        enqueue("first")
    work(inside, once=True)
    assert ran == [{"by": "the first"}]


def test_an_act_that_fails_leaves_no_job(inside: Flask, ran: list[Any]) -> None:
    def act() -> None:
        with writing():
            enqueue("test")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    work(inside, once=True)
    assert ran == []


def test_jobs_run_when_they_are_due_in_that_order(
    inside: Flask, ran: list[Any], frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOON)
    for minutes in (20, 0, 10):
        put_in(run_at=NOON + timedelta(minutes=minutes), minutes=minutes)
    work(inside, once=True)
    assert ran == [{"minutes": 0}]
    frozen(NOON + timedelta(minutes=30))
    work(inside, once=True)
    assert ran == [{"minutes": 0}, {"minutes": 10}, {"minutes": 20}]


def test_the_same_key_is_put_in_once(inside: Flask, ran: list[Any]) -> None:
    for number in (1, 2):
        put_in(dedupe_key="release:DH-1", number=number)
    work(inside, once=True)
    put_in(dedupe_key="release:DH-1", number=3)
    work(inside, once=True)
    assert ran == [{"number": 1}]


def test_pauses_grow_to_an_hour() -> None:
    for attempt, seconds in enumerate([5, 15, 45, 135, 405, 1215, 3600, 3600], start=1):
        assert seconds <= queue.pause(attempt).total_seconds() <= seconds * 1.2
    assert queue.pause(10_000).total_seconds() <= 3600 * 1.2


def test_a_failure_is_tried_again_after_a_pause(
    inside: Flask, failing: list[Any], frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOON)
    put_in()
    work(inside, once=True)
    job = only_job()
    assert (job.state, job.attempts, len(failing)) == (JobState.QUEUED, 1, 1)
    assert timedelta(seconds=5) <= job.run_at - NOON <= timedelta(seconds=6)
    work(inside, once=True)
    assert len(failing) == 1
    frozen(NOON + timedelta(seconds=6))
    work(inside, once=True)
    assert (only_job().attempts, len(failing)) == (2, 2)


def test_after_its_last_attempt_a_job_is_given_up(
    inside: Flask, failing: list[Any], frozen: Callable[[datetime], datetime]
) -> None:
    put_in(max_attempts=3)
    for hour in range(5):
        frozen(clock.now() + timedelta(hours=hour))
        work(inside, once=True)
    assert len(failing) == 3
    assert [(job.state, job.attempts) for job in queue.dead()] == [(JobState.DEAD, 3)]
    assert queue.pending() == []
    assert queue.counts() == {JobState.QUEUED: 0, JobState.RUNNING: 0, JobState.DONE: 0, JobState.DEAD: 1}


def test_what_is_kept_of_a_failure_names_its_place_and_nobody(inside: Flask, failing: list[Any]) -> None:
    put_in()
    work(inside, once=True)
    error = only_job().last_error or ""
    assert error.startswith("ValueError at test_outbox.py:")
    assert "lan@shop.example" not in error


def test_an_unknown_kind_is_a_failure_like_any_other(inside: Flask, ran: list[Any]) -> None:
    with writing():
        enqueue("unheard of", max_attempts=1)
    work(inside, once=True)
    assert only_job().state is JobState.DEAD


def test_an_operator_tries_a_dead_job_again(inside: Flask, failing: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(max_attempts=1)
    work(inside, once=True)
    monkeypatch.setitem(HANDLERS, "test", lambda: None)
    with writing():
        queue.retry(only_job().id, OPERATOR)
    work(inside, once=True)
    assert (only_job().state, only_job().attempts) == (JobState.DONE, 1)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_ref, entry.before, entry.after) == ("retry", "NG-1", "dead", "queued")


def test_only_a_dead_job_is_tried_again(inside: Flask, ran: list[Any]) -> None:
    put_in()
    with pytest.raises(Refused), writing():
        queue.retry(only_job().id, OPERATOR)
    with pytest.raises(NotSeen), writing():
        queue.retry(999, OPERATOR)
    assert only_job().state is JobState.QUEUED


def test_whoever_lost_the_lease_changes_nothing_any_more(
    inside: Flask, ran: list[Any], frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOON)
    put_in()
    first = queue.claim("first")
    frozen(NOON + queue.LEASE + timedelta(seconds=1))
    second = queue.claim("second")
    assert first is not None
    assert second is not None
    assert second.attempt == 2
    assert (queue.finish(first), queue.renew(first)) == (False, False)
    queue.fail(first, "late")
    assert (only_job().state, only_job().last_error) == (JobState.RUNNING, None)
    assert queue.finish(second) is True


def test_a_renewed_lease_holds(inside: Flask, ran: list[Any], frozen: Callable[[datetime], datetime]) -> None:
    frozen(NOON)
    put_in()
    first = queue.claim("first")
    assert first is not None
    frozen(NOON + timedelta(seconds=25))
    assert queue.renew(first) is True
    frozen(NOON + timedelta(seconds=50))
    assert queue.claim("second") is None


def test_a_job_that_ends_its_worker_each_time_is_given_up(
    inside: Flask, ran: list[Any], frozen: Callable[[datetime], datetime]
) -> None:
    put_in(max_attempts=2)
    for hours in range(1, 3):
        assert queue.claim("doomed") is not None
        frozen(clock.now() + timedelta(hours=hours))
    assert queue.claim("doomed") is None
    assert [job.last_error for job in queue.dead()] == [queue.ENDED_IN_THE_MIDDLE]


def test_looking_for_work_does_not_write(inside: Flask, ran: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden() -> None:
        raise AssertionError("wrote without work")

    monkeypatch.setattr(queue, "writing", forbidden)
    assert Worker(inside).turn() is False


@pytest.fixture
def rounds(inside: Flask, ran: list[Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """A round each minute, while `work` says so."""
    asked = {"work": True}
    monkeypatch.setitem(RECURRING, "test", Recurring("test", timedelta(minutes=1), lambda: asked["work"]))
    return asked


def test_a_round_comes_once_in_its_interval_whatever_the_number_of_workers(
    inside: Flask, ran: list[Any], rounds: dict[str, bool], frozen: Callable[[datetime], datetime]
) -> None:
    for seconds, times in ((0, 1), (30, 1), (61, 2), (90, 2), (300, 3)):
        frozen(NOON + timedelta(seconds=seconds))
        work(inside, once=True)
        work(inside, once=True)
        assert len(ran) == times


def test_a_round_without_work_is_not_put_in(inside: Flask, ran: list[Any], rounds: dict[str, bool]) -> None:
    rounds["work"] = False
    worker = Worker(inside)
    worker.run_due()
    assert queue.pending() == []
    rounds["work"] = True
    worker.run_due()
    assert ran == [{}]


def test_a_round_waits_for_the_one_before(
    inside: Flask, failing: list[Any], rounds: dict[str, bool], frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOON)
    worker = Worker(inside)
    worker.run_due()
    with writing():
        queue._change(Job.kind == "test", run_at=NOON + timedelta(hours=1))
    frozen(NOON + timedelta(minutes=5))
    worker.run_due()
    assert len(queue.pending()) == 1


def test_done_jobs_are_forgotten_after_a_week(
    inside: Flask, ran: list[Any], frozen: Callable[[datetime], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "BATCH", 2)
    monkeypatch.setitem(RECURRING, "round", Recurring("round", timedelta(days=1000), lambda: False))
    monkeypatch.setitem(HANDLERS, "round", lambda: None)
    for days in (8, 8, 8, 6):
        frozen(NOON - timedelta(days=days))
        put_in()
        with writing():
            enqueue("round")
        work(inside, once=True)
    put_in(run_at=NOON + timedelta(days=1))
    frozen(NOON)
    forgotten = queue.forget_done(before=NOON - timedelta(days=7), recurring_before=NOON - timedelta(days=1))
    assert forgotten == 7
    assert queue.counts()[JobState.DONE] == queue.counts()[JobState.QUEUED] == 1
