"""Several workers, killed workers: every job has its effect once, none is lost; without the lock the race shows.

Run as a program (`python tests/races/test_worker.py KIND`) this file is the worker that the tests kill.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, func, select, text

from config import Settings
from marketplace.core import clock
from marketplace.core.database import db, insert_into, writing
from marketplace.core.outbox import Job, JobState, enqueue, queue
from marketplace.core.outbox.jobs import HANDLERS, RECURRING
from marketplace.core.outbox.worker import Worker, work
from marketplace.core.refs import Counter
from tests.servers import ROOT, end_with_parent, environment_of

JOBS = 200
FAST_LEASE = timedelta(seconds=1)
LATE = 180
pace = {"once": 0.005, "slow": 1.0}


def effect(number: int) -> None:
    """Something that must happen once: each call counts one up."""
    with writing():
        insert = insert_into(Counter).values(name=f"job {number}", last=1)
        db.session.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"last": Counter.last + 1}))


def effect_once(number: int) -> None:
    """The same, but a second call does nothing: what handlers must be like."""
    with writing():
        insert = insert_into(Counter).values(name=f"job {number}", last=1)
        db.session.execute(insert.on_conflict_do_nothing(index_elements=["name"]))
    time.sleep(pace["once"])


def slow(number: int) -> None:
    """Says that it began, then takes its time."""
    effect_once(number)
    time.sleep(pace["slow"])


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the jobs of these tests run."""
    for kind in list(RECURRING):
        monkeypatch.delitem(RECURRING, kind)
    for handler in (effect, effect_once, slow):
        monkeypatch.setitem(HANDLERS, handler.__name__, handler)


def put_in(kind: str, count: int) -> None:
    with writing():
        for number in range(count):
            enqueue(kind, number=number)


def effects() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Counter.last).where(Counter.name.like("job %"))))


def states() -> dict[JobState, int]:
    db.session.rollback()
    return {state: number for state, number in queue.counts().items() if number}


# --- several at once -------------------------------------------------------------------------------------------------


def test_two_workers_give_every_job_its_effect_once(app: Flask, race: Callable[..., list[Any]]) -> None:
    with app.app_context():
        put_in("effect", JOBS)
        assert race(2, lambda _i: Worker(app).run_due(), timeout=60) == [None, None]
        assert states() == {JobState.DONE: JOBS}
        assert effects() == [1] * JOBS


def test_workers_claim_different_jobs(app: Flask, race: Callable[..., list[Any]]) -> None:
    with app.app_context():
        put_in("effect", 8)
        claimed = race(8, lambda i: queue.claim(f"worker {i}"))
        assert sorted(one.id for one in claimed if one) == list(db.session.scalars(select(Job.id).order_by(Job.id)))


def test_without_the_lock_two_workers_take_the_same_job(
    app: Flask, race: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: both read before either writes, as two workers without a lock may."""
    both_have_read = threading.Barrier(2)

    def read_unlocked(found: Select[Any]) -> Job | None:
        job: Job | None = db.session.scalar(found)
        if job:
            both_have_read.wait(20)
        return job

    @contextmanager
    def plain_transaction() -> Iterator[None]:
        yield
        db.session.commit()

    monkeypatch.setattr(queue, "_locked", read_unlocked)
    monkeypatch.setattr(queue, "writing", plain_transaction)
    with app.app_context():
        put_in("effect", 1)
        outcomes = race(2, lambda i: queue.claim(f"worker {i}"))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    taken = [outcome.id for outcome in outcomes if isinstance(outcome, queue.Claim)]
    assert len(taken) == 2 or (taken and "database is locked" in str(refused))


def test_two_workers_put_a_round_in_once(app: Flask, race: Callable[..., list[Any]]) -> None:
    def put_in_round(_i: int) -> None:
        with writing():
            enqueue("effect", dedupe_key="round:1", number=1)

    with app.app_context():
        assert race(6, put_in_round) == [None] * 6
        assert db.session.scalar(select(func.count()).select_from(Job)) == 1


# --- killed ----------------------------------------------------------------------------------------------------------


@contextmanager
def worker_process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, with a lease of one second."""
    process = subprocess.Popen(
        [sys.executable, __file__],
        cwd=ROOT,
        env={**environment_of(settings), "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        preexec_fn=end_with_parent,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(reached: Callable[[], bool], *, seconds: float = LATE) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_a_killed_worker_loses_and_doubles_nothing(app: Flask, settings: Settings) -> None:
    with app.app_context():
        put_in("effect_once", JOBS)
        with worker_process(settings) as process:
            until(lambda: len(effects()) >= 20 or process.poll() is not None)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert states()[JobState.QUEUED] > 0
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            work(app, once=True)
        assert states() == {JobState.DONE: JOBS}
        assert effects() == [1] * JOBS


def test_a_job_whose_worker_was_killed_runs_again_when_its_lease_has_ended(app: Flask, settings: Settings) -> None:
    with app.app_context():
        put_in("slow", 1)
        with worker_process(settings) as process:
            until(lambda: len(effects()) == 1 or process.poll() is not None)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert states() == {JobState.RUNNING: 1}
        work(app, until=lambda: states() == {JobState.DONE: 1})
        assert effects() == [1]
        assert db.session.scalars(select(Job.attempts)).all() == [2]


def test_a_stopped_worker_finishes_the_job_in_hand(app: Flask, settings: Settings) -> None:
    with app.app_context():
        put_in("slow", 3)
        with worker_process(settings) as process:
            until(lambda: len(effects()) == 1 or process.poll() is not None)
            process.send_signal(signal.SIGTERM)
            assert process.wait(LATE) == 0
        assert states() == {JobState.DONE: 1, JobState.QUEUED: 2}


def test_a_long_job_keeps_its_lease(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pace, "slow", 3.0)
    with app.app_context():
        put_in("slow", 1)
        first = Worker(app, lease=FAST_LEASE)
        runner = threading.Thread(target=first.run_due)
        runner.start()
        until(lambda: len(effects()) == 1)
        time.sleep(1.5)
        assert queue.claim("second") is None
        runner.join(LATE)
        assert states() == {JobState.DONE: 1}


def test_a_worker_wakes_soon_after_a_commit(app: Flask) -> None:
    with app.app_context():
        stop = threading.Event()
        runner = threading.Thread(target=work, args=(app,), kwargs={"until": stop.is_set})
        runner.start()
        try:
            time.sleep(0.5)
            put_in("effect", 1)
            until(lambda: effects() == [1], seconds=10)
        finally:
            stop.set()
            runner.join(LATE)


def test_a_worker_waits_for_a_database_that_is_away(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []

    def turn(worker: Worker) -> bool:
        turns.append(1)
        if len(turns) == 1:
            with worker.app.app_context():
                db.session.execute(text("SELECT * FROM nowhere"))
        return False

    monkeypatch.setattr(Worker, "turn", turn)
    monkeypatch.setattr("marketplace.core.outbox.worker.TROUBLED", 0.01)
    work(app, until=lambda: len(turns) == 3)
    assert len(turns) == 3


def main() -> None:
    """The worker that is killed."""
    from marketplace import create_app

    app = create_app(Settings.from_environment())
    RECURRING.clear()
    pace.update(once=0.03, slow=3.0)  # who kills it has to come in between, on a busy machine too
    HANDLERS.update({handler.__name__: handler for handler in (effect, effect_once, slow)})
    worker = Worker(app, lease=FAST_LEASE)
    with worker.stopped_by_signals():
        worker.run(lambda: False)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    main()
