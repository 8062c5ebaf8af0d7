"""What time brings to contracts: the end of a term, announced suspensions, the question whether the sides go on.

Each contract is looked at in a transaction of its own, under its lock; who comes late or twice finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.coming import due_endings, due_offers, due_suspensions
from marketplace.contracts.services import endings, renewing, suspending
from marketplace.core.database import db, writing
from marketplace.core.outbox import every


def is_waiting() -> bool:
    """Whether any contract has something to look at; reads only."""
    return any(due(most=1) for due in (due_endings, due_offers, due_suspensions))


@every(timedelta(minutes=10), "contracts.follow_terms", when=is_waiting)
def follow_terms() -> None:
    """Contracts that end, suspensions that begin, offers of renewal; one that fails does not hold up the others."""
    failures = [
        *_each(due_suspensions(), suspending.begin_announced),
        *_each(due_endings(), endings.settle),
        *_each(due_offers(), renewing.offer),
    ]
    if failures:
        raise failures[0]


def _each(ids: list[int], act: Callable[[Agreement], object]) -> list[Exception]:
    return [error for one in ids if (error := _done(one, act))]


def _done(agreement_id: int, act: Callable[[Agreement], object]) -> Exception | None:
    try:
        with writing():
            contract = db.session.scalar(select(Agreement).where(Agreement.id == agreement_id))
            if contract is not None:
                act(contract)
    except Exception as error:
        return error
    return None
