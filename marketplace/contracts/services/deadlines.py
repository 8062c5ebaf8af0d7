"""Deadlines: one running row a matter; reminders at half time and the day before, then what a lapse does.

Whoever sets or closes one holds the agreement's lock. Jobs may come late, twice or never: a row that is closed or has
moved on is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.contracts.models import Agreement, Deadline
from marketplace.contracts.states.agreements import Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core import clock
from marketplace.core.database import db

EVE = timedelta(days=1)
# reminders that were sent: none, half time, the day before
HALF, LAST = 1, 2

Lapse = Callable[[Deadline], None]
_lapses: dict[DeadlineKind, Lapse] = {}


def lapses(kind: DeadlineKind) -> Callable[[Lapse], Lapse]:
    """Name what happens when a kind of deadline passes; called inside `writing()` with the agreement locked."""

    def register(lapse: Lapse) -> Lapse:
        _lapses[kind] = lapse
        return lapse

    return register


def on_lapse(kind: DeadlineKind) -> Lapse | None:
    """What happens when such a deadline passes."""
    return _lapses.get(kind)


def begin(agreement: Agreement, kind: DeadlineKind, *, until: datetime, turn: Turn, subject: str = "") -> Deadline:
    """From now until a moment somebody has to act; a running one on the same matter (`subject`: a ref) is replaced."""
    subject = subject or agreement.ref
    close(kind, subject)
    now = clock.now()
    row = Deadline(
        agreement_id=agreement.id,
        kind=kind,
        subject_ref=subject,
        turn=turn,
        begins_at=now,
        due_at=max(until, now),
        next_at=next_moment(now, max(until, now), 0),
    )
    db.session.add(row)
    db.session.flush()
    return row


def close(kind: DeadlineKind, subject: str) -> None:
    """What was awaited has happened, or no longer matters."""
    for row in _running(kind, subject):
        row.closed_at = clock.now()
    db.session.flush()


def close_all(agreement: Agreement) -> None:
    """Nothing is awaited of this paper any more."""
    mine = select(Deadline).where(Deadline.agreement_id == agreement.id, Deadline.closed_at.is_(None))
    for row in db.session.scalars(mine):
        row.closed_at = clock.now()
    db.session.flush()


def next_moment(begins_at: datetime, due_at: datetime, reminded: int) -> datetime:
    """When a deadline is looked at next: at half time, on the day before, at its end; past moments are passed over."""
    half = begins_at + (due_at - begins_at) / 2
    eve = due_at - EVE
    if reminded < HALF and half < eve:
        return half
    if reminded < LAST and eve > begins_at:
        return eve
    return due_at


def _running(kind: DeadlineKind, subject: str) -> list[Deadline]:
    statement = select(Deadline).where(
        Deadline.kind == kind, Deadline.subject_ref == subject, Deadline.closed_at.is_(None)
    )
    return list(db.session.scalars(statement))
