"""Deadlines of agreements, looked for every minute: each in a transaction of its own, in the order of their moments."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, select

from marketplace.contracts.models import Deadline
from marketplace.contracts.services.reminding import pass_deadline
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import every

BATCH = 200


def is_waiting() -> bool:
    """Whether any moment has come; reads only."""
    return db.session.scalar(select(Deadline.id).where(_come()).limit(1)) is not None


@every(timedelta(minutes=1), "contracts.pass_deadlines", when=is_waiting)
def pass_deadlines() -> None:
    """Every moment that has come; one that cannot pass does not hold up those behind it, and is tried again."""
    due = select(Deadline.id).where(_come()).order_by(Deadline.next_at, Deadline.id).limit(BATCH)
    failures = [error for one in db.session.scalars(due).all() if (error := _passed(one))]
    if failures:
        raise failures[0]


def _come() -> ColumnElement[bool]:
    return Deadline.closed_at.is_(None) & (Deadline.next_at <= clock.now())


def _passed(deadline_id: int) -> Exception | None:
    try:
        with writing():
            row = db.session.get(Deadline, deadline_id)
            if row is not None:
                pass_deadline(row)
    except Exception as error:
        return error
    return None
