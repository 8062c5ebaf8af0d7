"""Issuing a paper: the agreed terms become a sealed PDF with a number of its own, or a void one, or a draft to look at.

Rendering and sealing are slow and come first (`drawn`); under lock only what may have changed meanwhile is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from config import Settings
from marketplace.contracts.models import (
    Acceptance,
    Agreement,
    Document,
    DocumentVoiding,
    SigningBase,
    TermsVersion,
)
from marketplace.contracts.queries.in_force import terms_in_force, version_numbered
from marketplace.contracts.queries.papers import CONTRACT, Issuing, contract_paper
from marketplace.contracts.queries.workdays import end_of_workday
from marketplace.contracts.services import deadlines, numbering, telling, trail
from marketplace.contracts.services.seals import seal_of
from marketplace.contracts.signatures.sealing import Box, sealed
from marketplace.contracts.states.agreements import (
    AgreementAction,
    AgreementState,
    Evidence,
    PaperKind,
    Turn,
)
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.terms.canonical import fingerprint
from marketplace.core import clock, papers
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.files import digest, store
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.i18n import speaking
from marketplace.core.refs import new_token
from marketplace.core.refusals import Refused

SIGNING_DAYS = 10
FONTS = "Libertinus Serif, Manrope, DejaVu Sans Mono"
A4_HEIGHT = 841.89


class Outdated(Exception):
    """What was drawn no longer fits: another paper took the number, or the text has moved on."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sealed PDF that waits for its row: for which version, at which place of the seller's book."""

    version_id: int
    place: int
    number: str
    token: str
    pdf: bytes
    boxes: dict[str, Box]
    pages: int
    made_at: datetime

    @property
    def key(self) -> str:
        """Where the store keeps it."""
        return f"{digest(self.pdf)}/document.pdf"


def drawn(agreement: Agreement) -> Drawn:
    """Render the agreed terms with the number that comes next, and seal them; no row is touched."""
    version = agreed_version(agreement)
    made_at, token, place = clock.now(), new_token(), numbering.expected(agreement)
    paper_number = numbering.written(agreement, place)
    issuing = Issuing(paper_number, clock.today(), version.sha256, verify_url(token))
    data = contract_paper(terms_of(version), issuing, about=about(agreement), before=_terms_before(agreement))
    laid = papers.archival(CONTRACT, data, made_at=made_at, mark="mark")
    boxes = _boxes(laid.marks)
    pdf = sealed(laid.pdf, boxes, seal_of(_settings()), reason=f"Phát hành văn bản số {paper_number}")
    pages = max(mark["pages"] for mark in laid.marks if "pages" in mark)
    return Drawn(version.id, place, paper_number, token, pdf, boxes, pages, made_at)


def issue(agreement: Agreement, ready: Drawn | None = None, *, by: Actor = SYSTEM) -> Document:
    """T8: the paper gets its number and its PDF and waits for both signatures until the deadline; both sides are told.

    Raises Outdated where another paper took the number that `ready` was drawn with: nothing has changed then.
    """
    lock(*filter(None, (agreement.belongs_to, agreement)))
    if agreement.state is not AgreementState.READY:
        raise Refused(_l("This paper is not ready to be issued."))
    made = ready or drawn(agreement)
    version = agreed_version(agreement)
    if numbering.take(agreement) != made.place or version.id != made.version_id:
        raise Outdated
    store().put(made.key, made.pdf)
    document = _stored(agreement, version, made)
    agreement.paper_number = made.number
    _await_signatures(agreement, document, by)
    return document


def void(document: Document, reason: str, words: str) -> None:
    """The issued PDF no longer counts and is kept; its number is not given again."""
    db.session.add(DocumentVoiding(document_id=document.id, reason=reason, words=words))
    deadlines.close(DeadlineKind.SIGNING, document.agreement.ref)
    document.agreement.paper_number = ""
    db.session.flush()


def preview(terms: Mapping[str, Any], agreement: Agreement | None = None) -> bytes:
    """The paper as a draft: no number, a watermark on every page, no signature; a sign without letters is refused.

    With `agreement`, a later paper names its contract, and an annex says what it changes.
    """
    return papers.archival(CONTRACT, _draft(terms, agreement), made_at=clock.now()).pdf


def _draft(terms: Mapping[str, Any], agreement: Agreement | None) -> dict[str, Any]:
    if agreement is None:
        return contract_paper(terms)
    return contract_paper(terms, about=about(agreement), before=_terms_before(agreement))


def require_letters(terms: Mapping[str, Any]) -> None:
    """Refuse a text with signs that the paper could not show, and name them."""
    preview(terms)


def pictured(terms: Mapping[str, Any], agreement: Agreement | None = None) -> list[bytes]:
    """The pages of the draft as pictures."""
    return papers.pictures(CONTRACT, _draft(terms, agreement))


def number(agreement: Agreement) -> str:
    """The number that stands on the paper in force, or nothing before it is issued."""
    return agreement.paper_number


def agreed_version(agreement: Agreement) -> TermsVersion:
    """The last version, which both sides have accepted by its fingerprint; anything else is not issued."""
    last = (TermsVersion.agreement_id == agreement.id) & (TermsVersion.number == agreement.last_version)
    version = db.session.scalars(select(TermsVersion).where(last)).one()
    said = Acceptance.version_id == version.id, Acceptance.sha256 == version.sha256
    if db.session.scalar(select(func.count()).where(*said)) != 2 or fingerprint(terms_of(version)) != version.sha256:
        raise Refused(_l("Both sides have to accept one text before it is issued."))
    return version


def terms_of(version: TermsVersion) -> dict[str, Any]:
    """What a version says."""
    said: dict[str, Any] = json.loads(version.canonical)
    return said


def about(agreement: Agreement) -> str:
    """Which contract a later paper belongs to, as the line below its number says."""
    contract = agreement.belongs_to
    if contract is None:
        return ""
    with speaking("vi"):
        return _("to contract no. %(number)s (%(ref)s)", number=contract.paper_number, ref=contract.ref)


def _terms_before(agreement: Agreement) -> dict[str, Any] | None:
    """What the contract says until an annex of it is in force, or said until then."""
    contract = agreement.belongs_to
    if contract is None or agreement.paper is not PaperKind.AMENDMENT:
        return None
    if agreement.state is not AgreementState.ACTIVE:
        return terms_in_force(contract)
    before = version_numbered(contract, agreement.amends_version)
    return before.terms if before is not None else None


def verify_url(token: str) -> str:
    """The public address at which a paper is checked."""
    return f"{_settings().site_url.rstrip('/')}/verify/{token}"


def _boxes(marks: list[dict[str, Any]]) -> dict[str, Box]:
    """The reserved blocks as PDF counts: points from the lower left corner of the page."""
    found: dict[str, Box] = {}
    for mark in marks:
        if "field" in mark:
            left, top = mark["left"], A4_HEIGHT - mark["top"]
            rect = [left, top - mark["height"], left + mark["width"], top]
            found[mark["field"]] = Box(page=mark["page"], rect=[round(part, 2) for part in rect])
    return found


def _stored(agreement: Agreement, version: TermsVersion, made: Drawn) -> Document:
    before = db.session.scalar(select(func.count()).where(Document.agreement_id == agreement.id)) or 0
    document = Document(
        agreement=agreement,
        version=version,
        ordinal=before + 1,
        paper_number=made.number,
        terms_sha256=version.sha256,
        sha256=digest(made.pdf),
        file_key=made.key,
        size=len(made.pdf),
        pages=made.pages,
        boxes=made.boxes,
        template=f"contract.typ {papers.version_of(CONTRACT)}",
        renderer=papers.renderer(),
        fonts=FONTS,
        token=made.token,
        issued_at=made.made_at,
    )
    db.session.add(document)
    db.session.flush()
    db.session.add(SigningBase(document_id=document.id))
    return document


def _await_signatures(agreement: Agreement, document: Document, by: Actor) -> None:
    until = end_of_workday(agreement.policy.get("signing_days", SIGNING_DAYS))
    turn = _first_to_sign(agreement)
    figures = {"document": document.ordinal, "number": document.paper_number, "sha256": document.sha256}
    trail.advance(
        agreement, AgreementAction.ISSUE, by=by, turn=turn, due_at=until, terms=document.terms_sha256, **figures
    )
    deadlines.begin(agreement, DeadlineKind.SIGNING, until=until, turn=turn)
    telling.tell_both(agreement, "issued", number=document.paper_number, until=_last_day(until))


def _last_day(until: datetime) -> str:
    """The last day on which something may still happen that has to happen before a midnight."""
    return clock.local(until - timedelta(seconds=1)).date().isoformat()


def _first_to_sign(agreement: Agreement) -> Turn:
    """Organisations sign one after the other; a scan or a code is given by both sides as they like."""
    if agreement.evidence is not Evidence.L2:
        return Turn.BOTH
    return Turn.SELLER if agreement.policy.get("seller_signs_first", True) else Turn.BUYER


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found
