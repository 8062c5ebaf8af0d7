"""What the chain of events tells, held against the rows that it tells of: whoever edits one has to edit both.

A chain by itself shows that no event was changed. That versions, papers, signatures and the figures in force are still
those of which it speaks is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from marketplace.contracts.models import (
    Acceptance,
    Agreement,
    AgreementEvent,
    AgreementLine,
    Document,
    Signature,
    TermsVersion,
)
from marketplace.contracts.queries.in_force import terms_in_force
from marketplace.contracts.services.chain import events_of
from marketplace.contracts.states.agreements import AgreementAction as A
from marketplace.contracts.terms import sums
from marketplace.core.database import db

BATCH = 200
SENT = (A.SEND.value, A.COUNTER.value, A.AMEND.value)
COUNTS = (A.ACTIVATE.value, A.AMEND.value)

Events = Sequence[AgreementEvent]


def faults() -> Iterator[str]:
    """Every row that is not as its chain tells, each beginning with the agreement's ref."""
    for agreement in db.session.scalars(select(Agreement).order_by(Agreement.id).execution_options(yield_per=BATCH)):
        yield from (f"{agreement.ref}: {fault}" for fault in faults_of(agreement))


def faults_of(agreement: Agreement) -> Iterator[str]:
    """The same of one paper, in words."""
    events = events_of(agreement)
    yield from _texts(agreement, events)
    yield from _acceptances(agreement, events)
    yield from _documents(agreement, events)
    yield from _signatures(agreement, events)
    yield from _in_force(agreement, events)


def _told(events: Events, kinds: Sequence[str], *names: str) -> list[Mapping[str, Any]]:
    """The figures of events of some kinds that have all of these."""
    return [one.figures for one in events if one.kind in kinds and all(name in one.figures for name in names)]


def _texts(agreement: Agreement, events: Events) -> Iterator[str]:
    told = {one["version"]: one["sha256"] for one in _told(events, SENT, "version", "sha256")}
    asked = select(TermsVersion.number, TermsVersion.sha256).where(TermsVersion.agreement_id == agreement.id)
    known = dict(db.session.execute(asked).all())
    for number in sorted(told.keys() | known.keys()):
        if told.get(number) != known.get(number):
            yield f"version {number} is not the text that was sent"


def _acceptances(agreement: Agreement, events: Events) -> Iterator[str]:
    for one in _told(events, (A.ACCEPT.value,), "version", "sha256"):
        of_version = TermsVersion.agreement_id == agreement.id, TermsVersion.number == one["version"]
        asked = select(func.count(Acceptance.id)).join(Acceptance.version).where(*of_version)
        if db.session.scalar(asked.where(Acceptance.sha256 == one["sha256"])) != 2:
            yield f"version {one['version']} was accepted by both, which stands there no more"


def _documents(agreement: Agreement, events: Events) -> Iterator[str]:
    names = ("document", "sha256", "terms")
    told = {one["document"]: (one["sha256"], one["terms"]) for one in _told(events, (A.ISSUE.value,), *names)}
    asked = select(Document.ordinal, Document.sha256, Document.terms_sha256)
    rows = db.session.execute(asked.where(Document.agreement_id == agreement.id))
    known = {ordinal: (sha256, terms) for ordinal, sha256, terms in rows}
    for ordinal in sorted(told.keys() | known.keys()):
        if told.get(ordinal) != known.get(ordinal):
            yield f"document {ordinal} is not the one that was issued"


def _signatures(agreement: Agreement, events: Events) -> Iterator[str]:
    told = {(one["side"], one["sha256"]) for one in _told(events, (A.SIGN.value,), "side", "sha256")}
    asked = select(Signature.side, Signature.sha256).join(Document, Document.id == Signature.document_id)
    rows = db.session.execute(asked.where(Document.agreement_id == agreement.id))
    known = {(side.value, sha256) for side, sha256 in rows}
    for side, sha256 in sorted(told - known):
        yield f"the signature of the {side} over {sha256[:12]} is gone"
    for side, sha256 in sorted(known - told):
        yield f"nothing tells of the signature of the {side} over {sha256[:12]}"


def _in_force(agreement: Agreement, events: Events) -> Iterator[str]:
    """The version that counts, and what follows from its text: value, term, quantities and prices of the book."""
    told = _told(events, COUNTS, "version")
    if not told:
        return
    if agreement.active_version != told[-1]["version"]:
        yield f"version {told[-1]['version']} is in force, the paper says {agreement.active_version}"
    terms = terms_in_force(agreement)
    if agreement.is_contract and terms is not None:
        yield from _figures(agreement, terms)


def _figures(agreement: Agreement, terms: Mapping[str, Any]) -> Iterator[str]:
    ends = agreement.valid_to.isoformat() if agreement.valid_to else None
    if (agreement.value_vnd, ends) != (terms["totals"]["total_vnd"], terms["term"]["valid_to"]):
        yield "value or term are not those of the text in force"
    lines = {line["key"]: line for line in terms["lines"]}
    for row in db.session.scalars(select(AgreementLine).where(AgreementLine.agreement_id == agreement.id)):
        line = lines.get(row.key)
        most = max(sums.most(line), row.called) if line else row.called
        price = line["price_vnd"] if line else row.price_vnd
        if (row.most, row.price_vnd) != (most, price):
            yield f"quantity or price of line {row.key} are not those of the text in force"
