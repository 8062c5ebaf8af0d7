"""The worker: runs due jobs one after the other, outside any transaction, until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType

import structlog
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import mail, queue, recurring
from marketplace.core.outbox.jobs import HANDLERS, RECURRING, Job, JobState, Recurring, enqueue
from marketplace.core.outbox.queue import counts, dead, pending, retry
from marketplace.core.refs import new_token

__all__ = ["Worker", "counts", "dead", "mail", "pending", "recurring", "retry", "work"]

IDLE = 0.3
TROUBLED = 5.0
LONGEST_RUN = timedelta(minutes=15)
RECURRING_TRIES = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger()


def work(app: Flask, *, once: bool = False, until: Callable[[], bool] | None = None) -> None:
    """Run jobs until SIGTERM; `once` ends when nothing is due, `until` when it answers yes between two jobs."""
    worker = Worker(app)
    with worker.stopped_by_signals():
        if once:
            worker.run_due()
        else:
            worker.run(until or (lambda: False))


class Worker:
    """One worker: its name in the leases, the rounds it has already put in, and whether it was told to stop."""

    def __init__(self, app: Flask, *, lease: timedelta = queue.LEASE) -> None:
        self.app = app
        self.lease = lease
        self.name = f"{socket.gethostname()[:32]}:{os.getpid()}:{new_token()[:8]}"
        self.stopping = False
        self.rounds: dict[str, int] = {}

    def run(self, until: Callable[[], bool]) -> None:
        """Turn after turn; a database that is away is waited for."""
        log.info("worker_started", worker=self.name)
        while not self.stopping and not until():
            try:
                busy = self.turn()
            except DBAPIError as error:
                log.warning("worker_waits_for_database", error=where(error))
                self.sleep(TROUBLED)
                continue
            if not busy:
                self.sleep(IDLE)
        log.info("worker_stopped", worker=self.name)

    def run_due(self) -> None:
        """Everything that is due now, and what follows from it."""
        while not self.stopping and self.turn():
            pass

    def turn(self) -> bool:
        """Put in the rounds that are due and run one job; False where there was none."""
        with self.app.app_context():
            self.put_in_rounds()
            claimed = queue.claim(self.name, lease=self.lease)
        if claimed is None:
            return False
        self.execute(claimed)
        return True

    def execute(self, claimed: queue.Claim) -> None:
        """Run one job with a fresh session and write down how it ended."""
        told = log.bind(job=claimed.id, kind=claimed.kind, attempt=claimed.attempt)
        began = time.monotonic()
        try:
            with self.kept(claimed), self.app.app_context():
                HANDLERS[claimed.kind](**claimed.payload)
        except Exception as error:
            with self.app.app_context():
                state = queue.fail(claimed, where(error))
            told.warning("job_failed", state=state.value, error=where(error), trace=places(error))
            return
        with self.app.app_context():
            held = queue.finish(claimed)
        # rounds come all day long and say nothing by going well
        say = told.debug if held and claimed.kind in RECURRING else told.info
        say("job_done" if held else "job_lost", seconds=round(time.monotonic() - began, 3))

    @contextmanager
    def kept(self, claimed: queue.Claim) -> Iterator[None]:
        """Renew the lease from a second thread while a job runs, for as long as a job may reasonably take."""
        done = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(claimed, done), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def _keep(self, claimed: queue.Claim, done: threading.Event) -> None:
        end = time.monotonic() + LONGEST_RUN.total_seconds()
        while not done.wait(self.lease.total_seconds() / 3) and time.monotonic() < end:
            try:
                with self.app.app_context():
                    if not queue.renew(claimed, lease=self.lease):
                        return
            except DBAPIError as error:
                log.warning("lease_not_renewed", job=claimed.id, error=where(error))

    # --- rounds: jobs that come again ---

    def put_in_rounds(self) -> None:
        """Queue each recurring job once per slot of its interval, unless the one before waits or nothing is to do."""
        slots = {kind: (clock.now() - EPOCH) // one.interval for kind, one in RECURRING.items()}
        fresh = [RECURRING[kind] for kind, slot in slots.items() if self.rounds.get(kind) != slot]
        due = [one for one in fresh if one.when() and not _waits(one)]
        for one in due:
            self._put_in(one, f"{one.kind}:{slots[one.kind]}")
            self.rounds[one.kind] = slots[one.kind]

    def _put_in(self, one: Recurring, key: str) -> None:
        if db.session.scalar(select(Job.id).where(Job.dedupe_key == key)) is None:
            with writing():
                enqueue(one.kind, dedupe_key=key, max_attempts=RECURRING_TRIES)

    # --- stopping ---

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Finish the job in hand, then stop."""
        self.stopping = True

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT let the job in hand finish; only a main thread can listen."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def sleep(self, seconds: float) -> None:
        """Rest, but wake soon after being told to stop."""
        end = time.monotonic() + seconds
        while not self.stopping and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, IDLE))


def _waits(one: Recurring) -> bool:
    """The round before has not ended yet."""
    waits = (Job.kind == one.kind) & Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    return db.session.scalar(select(Job.id).where(waits).limit(1)) is not None


def where(error: BaseException) -> str:
    """The kind of an error and the place it came from, without its words: those may name people."""
    found = places(error)
    return f"{type(error).__name__} at {found[-1]}" if found else type(error).__name__


def places(error: BaseException) -> list[str]:
    """The way to an error: file, line and function of its last calls."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
