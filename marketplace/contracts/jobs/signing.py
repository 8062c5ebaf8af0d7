"""Checks of signed files, another look at what is held, lists of revocations fetched and looked at."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from config import Settings
from marketplace.contracts.models import Agreement, Document, Signature
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import holding, signing, trial, trust
from marketplace.contracts.signatures import child
from marketplace.contracts.signatures.revocation import Known
from marketplace.contracts.states.agreements import RUNNING, AgreementState, Evidence
from marketplace.contracts.states.signing import OPEN_UPLOADS, Verdict
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.outbox import every, handles
from marketplace.core.refusals import Refused

FETCH_EVERY = timedelta(hours=6)


@handles(signing.CHECK)
def check_upload(upload: str) -> None:
    """Let a child process judge the file, then write down how it ended; a second run finds nothing to do."""
    found = known.upload_by_ref(upload)
    if found is None or found.state not in OPEN_UPLOADS:
        return
    question = signing.question_about(found)
    with writing():
        if not signing.begin_check(found):
            return
    answer = child.judged(question)
    # a list may have come in since the other side signed, and this file may be the last that is awaited
    _look_at([one.id for one in known.live_chain(found.document)])
    with writing():
        signing.settle(found, answer)


def _open() -> list[int]:
    """Signatures that a new list may tell something about: of papers being signed or in force."""
    states = (AgreementState.SIGNING, *RUNNING)
    asked = select(Signature.id).join(Document, Signature.document_id == Document.id)
    asked = asked.join(Agreement, Document.agreement_id == Agreement.id)
    asked = asked.where(Agreement.state.in_(states), Signature.evidence == Evidence.L2)
    return list(db.session.scalars(asked.order_by(Signature.id)))


@handles("contracts.look_again")
def look_again() -> None:
    """Every signature that may still change, each in a transaction of its own."""
    _look_at(_open())


def _look_at(ids: Collection[int]) -> None:
    """First what falls, then what is proven: nothing enters into force upon a signature that a list has revoked."""
    for signature_id in ids:
        _draw(signature_id, Known.REVOKED, (Verdict.ACCEPT, Verdict.HOLD))
    for signature_id in ids:
        _draw(signature_id, Known.GOOD, (Verdict.HOLD,))


def _draw(signature_id: int, what: Known, verdicts: Collection[Verdict]) -> None:
    signature = db.session.get(Signature, signature_id)
    if signature is None or known.verdicts_of([signature])[signature.id] not in verdicts:
        return
    standing = holding.standing_of(signature)
    if standing.known is what:
        with writing():
            holding.look_again(db.session.get_one(Signature, signature_id), standing)


@every(timedelta(days=1), "contracts.recheck_holds", when=lambda: bool(_open()))
def recheck_holds() -> None:
    """Once a day, whether or not a new list came in."""
    look_again()


@every(FETCH_EVERY, "contracts.fetch_lists", when=lambda: bool(trust.addresses()))
def fetch_lists() -> None:
    """Ask every authority that we trust for its newest list, outside any transaction; then look again."""
    failures = [error for address in trust.addresses() if (error := _fetch(address))]
    look_again()
    if failures:
        raise failures[0]


def _fetch(address: str) -> Exception | None:
    db.session.rollback()
    try:
        content = trust.fetched(address)
        with writing():
            trust.take_list(content, by=SYSTEM)
    except (trust.NotFetched, Refused) as error:
        return error
    return None


@every(FETCH_EVERY, "contracts.publish_trial_list", when=lambda: _settings().demo and trial.is_due())
def publish_trial_list() -> None:
    """The demonstration's own authority publishes its list once a day."""
    content = trial.fresh_list(_settings())
    with writing():
        trust.take_list(content, by=SYSTEM)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
