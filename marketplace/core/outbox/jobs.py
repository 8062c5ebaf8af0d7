"""Jobs: rows that the worker claims under a lease, runs at least once and retries with growing pauses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.core import clock
from marketplace.core.database import Base, Id, before_commit, db, enumerated, insert_into, table_of
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled

Handler = Callable[..., None]


class JobState(Labelled):
    """Where a job stands."""

    QUEUED = "queued", _l("waiting")
    RUNNING = "running", _l("running")
    DONE = "done", _l("done")
    DEAD = "dead", _l("given up")


class Job(Base):
    """One piece of work for the worker."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state_run_at", "state", "run_at"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = enumerated(JobState, "state", default=JobState.QUEUED)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=8)
    locked_until: Mapped[datetime | None]
    locked_by: Mapped[str | None] = mapped_column(String(64))
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Recurring:
    """A job that the worker puts into the queue by itself."""

    kind: str
    interval: timedelta
    when: Callable[[], bool]


HANDLERS: dict[str, Handler] = {}
RECURRING: dict[str, Recurring] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that runs a kind of job; it is called with the payload, outside any transaction."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def always() -> bool:
    """Whatever the data say."""
    return True


def every(interval: timedelta, kind: str, *, when: Callable[[], bool] = always) -> Callable[[Handler], Handler]:
    """Name a function that the worker runs again and again; `when` only reads and says whether there is work at all."""

    def register(handler: Handler) -> Handler:
        RECURRING[kind] = Recurring(kind, interval, when)
        return handles(kind)(handler)

    return register


def enqueue(
    kind: str, *, run_at: datetime | None = None, dedupe_key: str | None = None, max_attempts: int = 8, **payload: Any
) -> None:
    """Put a job into the queue of this transaction; the same `dedupe_key` is put in once."""
    job = {
        "kind": kind,
        "payload": payload,
        "run_at": run_at or clock.now(),
        "dedupe_key": dedupe_key,
        "max_attempts": max_attempts,
    }
    defaults = {"state": JobState.QUEUED, "attempts": 0, "created_at": clock.now()}
    if dedupe_key is None:
        db.session().info.setdefault("jobs", []).append(job | defaults)
        return
    db.session.execute(insert_into(Job).values(**job, **defaults).on_conflict_do_nothing(index_elements=["dedupe_key"]))


@before_commit
def _store(session: Session) -> None:
    """All jobs of an act go into the queue in one statement."""
    jobs: list[dict[str, Any]] = session.info.pop("jobs", [])
    if jobs:
        session.execute(_inserted(), jobs)


@cache
def _inserted() -> Any:
    table = table_of(Job)
    return table.insert().returning(table.c.id)
