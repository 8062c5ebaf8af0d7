"""What time brings to contracts: the end of a term, announced suspensions, the question whether the sides go on.

Each contract is looked at in a transaction of its own, under its lock; who comes late or twice finds nothing to do.
"""

from __future__ import annotations

from datetime import timedelta

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.coming import due_endings, due_offers, due_suspensions
from marketplace.contracts.services import endings, renewing, suspending
from marketplace.core.outbox import every
from marketplace.core.outbox.rounds import failures_of


def is_waiting() -> bool:
    """Whether any contract has something to look at; reads only."""
    return any(due(most=1) for due in (due_endings, due_offers, due_suspensions))


@every(timedelta(minutes=10), "contracts.follow_terms", when=is_waiting)
def follow_terms() -> None:
    """Contracts that end, suspensions that begin, offers of renewal; one that fails does not hold up the others."""
    failures = [
        *failures_of(Agreement, due_suspensions(), suspending.begin_announced),
        *failures_of(Agreement, due_endings(), endings.settle),
        *failures_of(Agreement, due_offers(), renewing.offer),
    ]
    if failures:
        raise failures[0]
