"""Papers that are issued, and what is looked at every night: files, terms, the chains of events."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.contracts.models import Agreement
from marketplace.contracts.services import documents
from marketplace.contracts.states.agreements import AgreementState
from marketplace.core.database import db, writing
from marketplace.core.outbox import handles

# papers of one seller that are issued at once take each other's numbers; each round one of them is done
ROUNDS = 20


@handles("contracts.issue")
def issue(agreement: str) -> None:
    """Draw the paper outside any transaction, then give it its number; drawn anew where another one took it."""
    for _round in range(ROUNDS):
        found = db.session.scalars(select(Agreement).where(Agreement.ref == agreement)).one()
        if found.state is not AgreementState.READY or _issued(found):
            return
    raise documents.Outdated


def _issued(agreement: Agreement) -> bool:
    made = documents.drawn(agreement)
    try:
        with writing():
            documents.issue(agreement, made)
    except documents.Outdated:
        return False
    return True
