"""Later papers and passing days for the tests of how contracts change and end.

They work inside `app.app_context()` and open their own transactions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Variant
from marketplace.contracts.models import (
    Agreement,
    AgreementEvent,
    AgreementLine,
    Deadline,
    Document,
    DocumentVoiding,
    TermsDraft,
    TermsVersion,
)
from marketplace.contracts.services import agreements, amending, books, endings, reviewing, terminating, trail
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.states.agreements import (
    AgreementAction,
    AgreementKind,
    AgreementState,
    AmendmentRationale,
    PaperKind,
    Side,
    Turn,
)
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock, table_of, writing
from marketplace.core.outbox import Notice
from marketplace.core.refusals import Refused
from tests import factories
from tests.contracts.making import TwoSides, Walk, agreement_in, complete, last_version, two_sides, without_gaps

QUANTITY = AmendmentRationale.QUANTITY
TO_SIGNATURE = ("send", "accept", "review", "issue")


def in_force(sides: TwoSides | None = None, **changes: Any) -> tuple[Agreement, TwoSides]:
    """A sale contract in force, and its two sides."""
    sides = sides or two_sides()
    return agreement_in(AgreementState.ACTIVE, sides, **changes), sides


def annex(contract: Agreement, sides: TwoSides, *, side: Side = Side.SELLER, **changes: Any) -> Agreement:
    """The draft of an annex, with these parts of the text changed (the quantity of the first line, unless told)."""
    with writing():
        paper = amending.propose_amendment(contract, side, QUANTITY, by=sides.actor(side))
    rewrite(paper, sides, side=side, **(changes or {"lines": lines_with(paper, side, quantity="1300")}))
    return paper


def rewrite(paper: Agreement, sides: TwoSides, *, side: Side = Side.SELLER, **changes: Any) -> None:
    """Change parts of what a side is writing."""
    draft = agreements.draft_of(paper, side)
    terms = draft.terms if draft is not None else last_version(paper).terms
    with writing():
        agreements.save_draft(paper, side, {**terms, **changes}, sides.actor(side))


def lines_with(paper: Agreement, side: Side = Side.SELLER, **changes: Any) -> list[dict[str, Any]]:
    """The lines of a draft, the first of them changed."""
    draft = agreements.draft_of(paper, side)
    terms = draft.terms if draft is not None else last_version(paper).terms
    first, *others = terms["lines"]
    return [{**first, **changes}, *others]


def minutes(contract: Agreement, sides: TwoSides, kind: PaperKind, *, side: Side = Side.SELLER) -> Agreement:
    """The draft of minutes of termination or of liquidation."""
    with writing():
        paper = terminating.propose_minutes(contract, side, kind, by=sides.actor(side))
    filled = [{**one, "text": without_gaps(one["text"])} for one in draft_terms(paper)["clauses"]]
    rewrite(paper, sides, side=side, clauses=filled)
    return paper


def walk(paper: Agreement, sides: TwoSides, *steps: str, side: Side = Side.SELLER) -> None:
    """Take a paper some steps further."""
    way = Walk(sides, side)
    for step in steps:
        getattr(way, step)(paper)
    db.session.refresh(paper)


def sign(paper: Agreement, sides: TwoSides, *, side: Side = Side.SELLER) -> None:
    """Take a draft all the way: sent, accepted, reviewed, issued, signed by both."""
    walk(paper, sides, *TO_SIGNATURE, "sign", side=side)


def set_book(contract: Agreement, **figures: int) -> None:
    """Let the first line of a contract's book say that so much was called, confirmed, delivered or accepted."""
    with writing():
        row = db.session.scalars(select(AgreementLine).where(AgreementLine.agreement_id == contract.id)).first()
        assert row is not None
        for name, value in figures.items():
            setattr(row, name, value)


def after(day: date, *, days: int = 0) -> datetime:
    """Shortly past midnight in Vietnam, so many days after a day."""
    return clock.start_of(day + timedelta(days=days)) + timedelta(minutes=5)


def versions_of(agreement: Agreement) -> list[TermsVersion]:
    """Every version of a paper, in order."""
    asked = select(TermsVersion).where(TermsVersion.agreement_id == agreement.id).order_by(TermsVersion.number)
    return list(db.session.scalars(asked))


def happened(agreement: Agreement) -> list[str]:
    """The kinds of everything that happened to a paper, in order."""
    asked = select(AgreementEvent.kind).where(AgreementEvent.agreement_id == agreement.id)
    return list(db.session.scalars(asked.order_by(AgreementEvent.number)))


def told(template: str) -> int:
    """How many notices of a kind were written."""
    asked = select(func.count()).select_from(table_of(Notice)).where(Notice.template == f"contracts/{template}")
    return db.session.scalar(asked) or 0


def again(thing: Any) -> Any:
    """A thing as the database holds it now."""
    db.session.rollback()
    db.session.refresh(thing)
    return thing


def book(contract: Agreement) -> list[AgreementLine]:
    """The quantity book of a contract."""
    return list(db.session.scalars(select(AgreementLine).where(AgreementLine.agreement_id == contract.id)))


def papers_of(contract: Agreement) -> list[Agreement]:
    """Every later paper of a contract."""
    return list(db.session.scalars(select(Agreement).where(Agreement.belongs_to_id == contract.id)))


def draft_terms(paper: Agreement) -> dict[str, Any]:
    """What is being written of a paper, by whichever side."""
    return db.session.scalars(select(TermsDraft).where(TermsDraft.agreement_id == paper.id)).one().terms


def live_documents(paper: Agreement) -> int:
    """How many issued PDFs of a paper are not void."""
    void = select(DocumentVoiding.document_id)
    mine = select(Document.id).where(Document.agreement_id == paper.id, Document.id.not_in(void))
    return len(db.session.scalars(mine).all())


def somebody(contract: Agreement) -> Actor:
    """A manager of the seller."""
    return factories.actor(factories.manager_of(contract.seller), contract.seller)


def refused(act: Callable[[], Any], words: str) -> None:
    """An act is refused with such words, and nothing of it stays."""
    with pytest.raises(Refused) as caught:
        act()
    db.session.rollback()
    assert any(part in str(caught.value.sentence) for part in words.split("|")), str(caught.value.sentence)


def running_deadlines(agreement: Agreement) -> list[Deadline]:
    """What is still awaited of a paper."""
    mine = select(Deadline).where(Deadline.agreement_id == agreement.id, Deadline.closed_at.is_(None))
    return list(db.session.scalars(mine))


def first_day(contract: Agreement) -> date:
    """The first day of a term."""
    assert contract.valid_from is not None
    return contract.valid_from


def last_day(contract: Agreement) -> date:
    """The last day of a term."""
    assert contract.valid_to is not None
    return contract.valid_to


def quickly_in_force(
    seller: tuple[Organisation, Actor], buyer: tuple[Organisation, Actor], variant: Variant, **changes: Any
) -> Agreement:
    """A sale contract between two sides (each with who writes for it) in force, without its PDF and signatures."""
    (of_seller, hers), (of_buyer, theirs) = seller, buyer
    with writing():
        made = agreements.create(NewPaper(AgreementKind.SALE, of_seller, of_buyer, Side.SELLER), by=hers)
        draft = agreements.draft_of(made, Side.SELLER)
        assert draft is not None
        agreements.save_draft(made, Side.SELLER, with_titles(complete(draft.terms, variant, **changes)), hers)
        agreements.send(made, hers)
    with writing(), mock.patch.object(reviewing, "ask"):
        agreements.accept(made, last_version(made).sha256, theirs)
    with writing():
        put_into_force(made)
    return made


def with_titles(terms: dict[str, Any]) -> dict[str, Any]:
    """A text in which both representatives have a position."""
    parties = {side: {**party, "title": party["title"] or "Giám đốc"} for side, party in terms["parties"].items()}
    return {**terms, "parties": parties}


def put_into_force(paper: Agreement) -> None:
    """What is agreed enters into force as if it had been issued and signed; inside writing()."""
    lock(*(one for one in (paper.belongs_to, paper) if one is not None))
    for action in (AgreementAction.CLEAR, AgreementAction.ISSUE, AgreementAction.ACTIVATE):
        if action is AgreementAction.ACTIVATE:
            paper.active_version, paper.effective_at = paper.last_version, clock.now()
            paper.shown_to_departments_at = clock.now()
        trail.advance(paper, action, by=SYSTEM, turn=Turn.BOTH)
    if paper.is_contract:
        books.open_book(paper)
    else:
        endings.take_effect(paper)


def quickly_sign(paper: Agreement, author: Actor, other: Actor, *, side: Side, quantity: int = 1250) -> None:
    """The draft of an annex, with another quantity, sent, accepted and in force without its PDF."""
    with writing():
        terms = with_titles({**draft_terms(paper), "lines": lines_with(paper, side, quantity=str(quantity))})
        agreements.save_draft(paper, side, terms, author)
        agreements.send(paper, author)
    with writing(), mock.patch.object(reviewing, "ask"):
        agreements.accept(paper, last_version(paper).sha256, other)
    with writing():
        put_into_force(paper)
