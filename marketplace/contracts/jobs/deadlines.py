"""Deadlines of agreements, looked for every minute: each in a transaction of its own, in the order of their moments."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, select

from marketplace.contracts.models import Deadline
from marketplace.contracts.services.reminding import pass_deadline
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.outbox import every
from marketplace.core.outbox.rounds import each_apart

BATCH = 200


def is_waiting() -> bool:
    """Whether any moment has come; reads only."""
    return db.session.scalar(select(Deadline.id).where(_come()).limit(1)) is not None


@every(timedelta(minutes=1), "contracts.pass_deadlines", when=is_waiting)
def pass_deadlines() -> None:
    """Every moment that has come; one that cannot pass does not hold up those behind it, and is tried again."""
    due = select(Deadline.id).where(_come()).order_by(Deadline.next_at, Deadline.id).limit(BATCH)
    each_apart(Deadline, db.session.scalars(due).all(), pass_deadline)


def _come() -> ColumnElement[bool]:
    return Deadline.closed_at.is_(None) & (Deadline.next_at <= clock.now())
