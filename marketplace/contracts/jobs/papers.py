"""Papers that are issued, and what is looked at every night: files, terms, the chains of events."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from config import Settings
from marketplace.contracts.models import Agreement
from marketplace.contracts.services import chain, documents, rechecking
from marketplace.contracts.states.agreements import AgreementState
from marketplace.core.database import db, writing
from marketplace.core.outbox import every, handles

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


@every(timedelta(days=1), "contracts.publish_heads")
def publish_heads() -> None:
    """The ends of the chains of events go where the database cannot reach."""
    chain.publish_head(_settings())


@every(timedelta(days=1), "contracts.recheck_papers")
def recheck() -> None:
    """Files, texts and chains are what they were, or the operator is told."""
    found = rechecking.faults(_settings())
    if found:
        with writing():
            rechecking.report(found)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
