"""Numbers of a seller's book: no gap and no double, however many papers are issued at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from marketplace.contracts.jobs import papers as jobs
from marketplace.contracts.models import Agreement, Document, PaperBook
from marketplace.contracts.services import documents, numbering, telling
from marketplace.contracts.states.agreements import AgreementState
from marketplace.core import clock
from marketplace.core.database import db, writing
from tests.contracts.making import agreement_in, two_sides
from tests.races.thinking import meets
from tests.races.without_locks import plain_writing

Race = Callable[..., list[Any]]
PAPERS = 4


def ready(app: Flask, count: int = PAPERS) -> list[str]:
    """Papers of one seller that wait to be issued."""
    with app.app_context():
        sides = two_sides()
        return [agreement_in(AgreementState.READY, sides).ref for _ in range(count)]


def numbers(app: Flask, refs: list[str] | None = None) -> list[str]:
    """The numbers of all papers, or of these."""
    asked = select(Document.paper_number).order_by(Document.paper_number)
    with app.app_context():
        return list(
            db.session.scalars(asked.join(Document.agreement).where(Agreement.ref.in_(refs)) if refs else asked)
        )


def book(count: int) -> list[str]:
    return [f"{place:02d}/{clock.today().year}/HĐMB" for place in range(1, count + 1)]


def counted_without_lock(agreement: Agreement) -> int:
    """Read, think, write."""
    place = numbering.expected(agreement)
    time.sleep(0.05)
    values = {"organisation_id": agreement.seller_id, "year": clock.today().year}
    if place == 1:
        db.session.add(PaperBook(**values, paper=agreement.paper, kind=agreement.kind, last=1))
    else:
        db.session.execute(update(PaperBook).where(PaperBook.organisation_id == agreement.seller_id).values(last=place))
    return place


def test_papers_issued_at_once_follow_each_other(app: Flask, race: Race) -> None:
    refs = ready(app)
    assert race(PAPERS, lambda i: jobs.issue(agreement=refs[i])) == [None] * PAPERS
    assert numbers(app) == book(PAPERS)


def test_without_the_lock_they_do_not(app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "take", counted_without_lock)
    monkeypatch.setattr(jobs, "writing", plain_writing)

    def attempt() -> bool:
        refs = ready(app)
        race(PAPERS, lambda i: jobs.issue(agreement=refs[i]))
        return numbers(app, refs) != book(PAPERS)

    meets(attempt)


def test_one_paper_that_is_issued_twice_at_once_has_one_number(app: Flask, race: Race) -> None:
    (ref,) = ready(app, 1)
    race(2, lambda _i: jobs.issue(agreement=ref))
    assert numbers(app) == book(1)
    with app.app_context():
        assert db.session.scalars(select(PaperBook.last)).all() == [1]


def test_an_issue_that_fails_takes_no_number(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    refs = ready(app, 2)

    def fail(*_given: Any, **_more: Any) -> None:
        raise RuntimeError("no paper")

    with monkeypatch.context() as broken:
        broken.setattr(telling, "tell_both", fail)
        with app.app_context(), pytest.raises(RuntimeError, match="no paper"):
            jobs.issue(agreement=refs[0])
    with app.app_context():
        jobs.issue(agreement=refs[1])
    assert numbers(app) == book(1)


def test_a_book_begins_anew_each_year(app: Flask) -> None:
    refs = ready(app, 2)
    with app.app_context():
        jobs.issue(agreement=refs[0])
        agreement = db.session.scalars(select(Agreement).where(Agreement.ref == refs[1])).one()
        with (
            clock.frozen(clock.start_of(clock.today().replace(year=clock.today().year + 1, month=3, day=1))),
            writing(),
        ):
            assert documents.numbering.take(agreement) == 1
