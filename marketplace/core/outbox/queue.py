"""The queue of jobs as worker and operator see it: claim under a lease, finish behind a fence, give up, retry."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, func, select, update

from marketplace.core import audit, clock
from marketplace.core.actors import Actor, ActorKind
from marketplace.core.database import db, writing
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox.jobs import RECURRING, Job, JobState
from marketplace.core.permissions import Permission, permits
from marketplace.core.refusals import NotSeen, Refused

LEASE = timedelta(seconds=30)
FIRST_PAUSE = 5
LONGEST_PAUSE = 3600
ENDED_IN_THE_MIDDLE = "the worker ended in the middle of it"
BATCH = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that one worker may run until its lease ends; worker and attempt are the fence around its end."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    worker: str


def _queued(what: Any) -> Select[Any]:
    due = select(what).where(Job.state == JobState.QUEUED, Job.run_at <= clock.now())
    return due.order_by(Job.run_at, Job.id).limit(1)


def _abandoned(what: Any) -> Select[Any]:
    lost = select(what).where(Job.state == JobState.RUNNING, Job.locked_until < clock.now())
    return lost.order_by(Job.id).limit(1)


def claim(worker: str, *, lease: timedelta = LEASE) -> Claim | None:
    """The next job that is due, or whose worker went away; writes only if a plain SELECT found one."""
    if db.session.scalar(_abandoned(Job.id)) is None and db.session.scalar(_queued(Job.id)) is None:
        return None
    with writing():
        job = _retaken() or _locked(_queued(Job))
        return _take(job, worker, lease) if job else None


def _retaken() -> Job | None:
    """A job whose worker went away; one that takes its worker with it each time is given up."""
    while job := _locked(_abandoned(Job)):
        if job.attempts < job.max_attempts:
            return job
        _change(Job.id == job.id, state=JobState.DEAD, locked_until=None, last_error=ENDED_IN_THE_MIDDLE)
    return None


def _locked(found: Select[Any]) -> Job | None:
    """The row under a lock that other workers step over."""
    locked = found.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    job: Job | None = db.session.scalar(locked)
    return job


def _take(job: Job, worker: str, lease: timedelta) -> Claim:
    attempt = job.attempts + 1
    _change(
        Job.id == job.id, state=JobState.RUNNING, attempts=attempt, locked_by=worker, locked_until=clock.now() + lease
    )
    return Claim(job.id, job.kind, job.payload, attempt, job.max_attempts, worker)


def _change(*where: Any, **values: Any) -> bool:
    statement = update(Job).where(*where).values(**values).execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount > 0


def _held(claimed: Claim) -> tuple[Any, ...]:
    """The fence: whoever lost the lease changes nothing any more."""
    return (
        Job.id == claimed.id,
        Job.state == JobState.RUNNING,
        Job.locked_by == claimed.worker,
        Job.attempts == claimed.attempt,
    )


def renew(claimed: Claim, *, lease: timedelta = LEASE) -> bool:
    """Hold a running job for longer; False where it was lost."""
    with writing():
        return _change(*_held(claimed), locked_until=clock.now() + lease)


def finish(claimed: Claim) -> bool:
    """The job is done; False where it was lost to another worker."""
    with writing():
        return _change(*_held(claimed), state=JobState.DONE, done_at=clock.now(), locked_until=None, last_error=None)


def fail(claimed: Claim, error: str) -> JobState:
    """The job is put back with a longer pause, or given up after its last attempt; `error` names no person."""
    last = claimed.attempt >= claimed.max_attempts
    state = JobState.DEAD if last else JobState.QUEUED
    with writing():
        again = clock.now() + pause(claimed.attempt)
        _change(*_held(claimed), state=state, run_at=again, locked_until=None, last_error=error)
    return state


def pause(attempt: int) -> timedelta:
    """The pause after an attempt: 5 s, 15 s, 45 s … at most an hour; up to a fifth longer, to spread failures out."""
    seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** min(attempt - 1, 10))
    return timedelta(seconds=seconds * random.uniform(1, 1.2))  # noqa: S311 - spreads load, keeps no secret


# --- what an operator sees and does ----------------------------------------------------------------------------------


@permits(Permission.JOBS_READ)
def may_read_jobs(actor: Actor, thing: Any = None) -> bool:
    """The operator's people."""
    return actor.is_operator or actor.kind is ActorKind.SYSTEM


def pending(*, most: int = 100) -> Sequence[Job]:
    """Jobs that wait or run, the next one first."""
    wait = Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    return db.session.scalars(select(Job).where(wait).order_by(Job.run_at, Job.id).limit(most)).all()


def dead(*, most: int = 100) -> Sequence[Job]:
    """Jobs that were given up, the latest first."""
    return db.session.scalars(select(Job).where(Job.state == JobState.DEAD).order_by(Job.id.desc()).limit(most)).all()


def counts() -> dict[JobState, int]:
    """How many jobs stand in each state."""
    counted = db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    return dict.fromkeys(JobState, 0) | dict(counted.all())


def retry(job_id: int, by: Actor) -> None:
    """A job that was given up is tried again from the start, now; belongs inside writing()."""
    _given_up(job_id)
    _change(Job.id == job_id, state=JobState.QUEUED, attempts=0, run_at=clock.now(), locked_by=None)
    trail = audit.Subject("jobs", str(job_id))
    audit.record(trail, "retry", by=by, before=JobState.DEAD.value, after=JobState.QUEUED.value)


def drop(job_id: int, by: Actor) -> None:
    """A job that was given up is never done: it goes, the trail keeps its kind and why it failed."""
    job = _given_up(job_id)
    about: dict[str, Any] = {"kind": job.kind, "attempts": job.attempts, "error": job.last_error or ""}
    audit.record(audit.Subject("jobs", str(job_id)), "drop", by=by, before=JobState.DEAD.value, **about)
    db.session.delete(job)


def _given_up(job_id: int) -> Job:
    job = db.session.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if job is None:
        raise NotSeen
    if job.state is not JobState.DEAD:
        raise Refused(_("Only a job that was given up can be tried again."))
    return job


def forget_done(*, before: datetime, recurring_before: datetime) -> int:
    """Delete jobs done before a moment, batch by batch; recurring ones already from a later moment on."""
    deleted = 0
    for moment, narrower in ((before, ()), (recurring_before, (Job.kind.in_(list(RECURRING)),))):
        found = select(Job.id).where(Job.state == JobState.DONE, Job.run_at < moment, Job.done_at < moment, *narrower)
        while ids := db.session.scalars(found.limit(BATCH)).all():
            with writing():
                db.session.execute(delete(Job).where(Job.id.in_(ids)).execution_options(synchronize_session=False))
            deleted += len(ids)
    return deleted
