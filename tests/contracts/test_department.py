"""The department's desk over HTTP: the queue, filters that stay, and what is weighed before an opinion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Ruling
from marketplace.accounts.states import RulingKind
from marketplace.catalogue.models import Certificate
from marketplace.contracts.models import Agreement
from marketplace.contracts.services import agreements
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core import clock
from marketplace.core.database import db, writing
from tests import factories
from tests.contracts.desks import ClientOf, Desk, officer, refs_in
from tests.contracts.making import Walk, agreement_in, department, terms_of, two_sides
from tests.statements import statements

S = AgreementState


@pytest.fixture
def desk(app: Flask, client_of: ClientOf) -> Desk:
    return Desk(app, client_of)


# --- the queue ---


def test_the_queue_holds_what_waits_for_this_department(desk: Desk) -> None:
    assert refs_in(desk.seller_officer, "/department") == [desk.ref]
    desk.seller_officer.post(f"/department/reviews/{desk.review()}/approval", data={"opinion": ""})
    assert refs_in(desk.seller_officer, "/department") == []
    assert refs_in(desk.buyer_officer, "/department") == [desk.ref]


def test_an_empty_queue_says_so(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        client = client_of(officer(department("ha-noi")))
    assert "Không có văn bản nào chờ ý kiến" in client.get("/department").text


def test_the_most_urgent_comes_first(desk: Desk) -> None:
    with clock.frozen(clock.now() - timedelta(days=20)):
        earlier = desk.another()
    assert refs_in(desk.seller_officer, "/department") == [earlier, desk.ref]


def test_filters_stay_until_they_are_cleared(desk: Desk) -> None:
    client = desk.seller_officer
    assert refs_in(client, "/department/agreements?kind=mou") == []
    assert refs_in(client, "/department/agreements") == []
    assert "đang lọc" in client.get("/department/agreements").text
    assert refs_in(client, "/department") == [desk.ref]
    assert refs_in(client, "/department/agreements?kind=") == [desk.ref]
    assert refs_in(client, "/department/agreements") == [desk.ref]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kind=sale", True),
        ("kind=framework", False),
        ("province=quang-ninh", True),
        ("province=ha-noi", False),
        ("stage=in_review", True),
        ("stage=in_force", False),
        ("find=ha+long", True),
        ("find=Hạ Long", True),
        ("find=HD-", True),
        ("find=100%25", False),
        ("late=1", False),
        ("kind=nonsense&stage=nonsense", True),
    ],
)
def test_lists_are_narrowed(desk: Desk, asked: str, found: bool) -> None:
    assert refs_in(desk.seller_officer, f"/department/agreements?{asked}") == ([desk.ref] if found else [])


def test_overdue_is_a_filter(desk: Desk) -> None:
    from marketplace.contracts.jobs.deadlines import pass_deadlines

    with desk.app.app_context():
        with writing():
            held = db.session.scalars(select(Agreement)).one()
            held.policy = {**held.policy, "silence_passes": False}
            due = held.due_at
        assert due is not None
        with clock.frozen(due + timedelta(hours=1)):
            pass_deadlines()
    desk.another()
    assert refs_in(desk.seller_officer, "/department?late=1") == [desk.ref]


def test_lists_cost_the_same_with_one_and_with_three(desk: Desk) -> None:
    addresses = ("/department", "/department/agreements", "/department/risks", "/department/monitoring")
    desk.another(S.ACTIVE)
    one = asked(desk, addresses)
    for state in (S.IN_REVIEW, S.IN_REVIEW, S.ACTIVE, S.ACTIVE):
        desk.another(state)
    assert asked(desk, addresses) == one


def asked(desk: Desk, addresses: Sequence[str]) -> list[int]:
    """How many statements each of the pages sends."""
    for one in addresses:
        assert desk.seller_officer.get(one).status_code == 200
    return [statements(desk.app, partial(desk.seller_officer.get, one)) for one in addresses]


# --- what is weighed ---


def test_deviations_come_first_and_show_what_was_changed(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        sides = two_sides()
        walk = Walk(sides)
        agreement = walk.begin()
        terms = terms_of(agreement, sides)
        clauses = [*terms["clauses"]]
        clauses[1] = {**clauses[1], "text": clauses[1]["text"] + " Bên bán không bồi thường."}
        own = {"key": "rieng", "title": "Thưởng", "text": "Thưởng 2%.", "source": "custom", "version": None}
        with writing():
            text = {**terms, "clauses": [*clauses, own]}
            agreements.save_draft(agreement, Side.SELLER, text, sides.actor(Side.SELLER))
        walk.send(agreement)
        walk.accept(agreement)
        client = client_of(officer(sides.seller_department))
        ref = agreement.ref
    page = client.get(f"/department/agreements/{ref}").text
    assert "<ins> Bên bán không bồi thường.</ins>" in page
    assert "khác điều khoản mẫu" in page
    assert (
        page.index('id="deviations"')
        < page.index('id="parties"')
        < page.index('id="text"')
        < page.index('id="to-decide"')
    )


def test_a_text_like_the_models_says_so(desk: Desk) -> None:
    page = desk.seller_officer.get(f"/department/agreements/{desk.ref}").text
    assert "mọi điều khoản đúng như thư viện mẫu" in page


def test_the_standing_of_both_sides_is_shown(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        sides = two_sides()
        for kind, days in ((RulingKind.VERIFIED, 400), (RulingKind.SUSPENDED, 90), (RulingKind.REINSTATED, 60)):
            at = clock.now() - timedelta(days=days)
            factories.stored(Ruling(organisation_id=sides.seller.id, kind=kind, at=at))
        agreement = agreement_in(S.IN_REVIEW, sides)
        client, ref = client_of(officer(sides.buyer_department)), agreement.ref
        codes = [str(sides.seller.tax_code), str(sides.buyer.tax_code)]
    page = client.get(f"/department/agreements/{ref}").text
    parties = page[page.index('id="parties"') : page.index('id="earlier"')]
    days = [f"{clock.local(clock.now() - timedelta(days=one)):%d/%m/%Y}" for one in (400, 90)]
    assert [one for one in (*codes, *days) if one not in parties] == []


def test_a_certificate_that_ends_during_the_term_is_named(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        sides = two_sides()
        soon = clock.today() + timedelta(days=40)
        with writing():
            paper = db.session.scalars(select(Certificate).where(Certificate.product_id == sides.product.id)).one()
            paper.valid_until = soon
        agreement = agreement_in(S.IN_REVIEW, sides)
        client, ref = client_of(officer(sides.seller_department)), agreement.ref
    page = client.get(f"/department/agreements/{ref}").text
    assert f"hết hạn ngày {soon:%d/%m/%Y}" in page


def test_other_agreements_of_the_two_are_listed(desk: Desk) -> None:
    other = desk.another(S.ACTIVE)
    page = desk.seller_officer.get(f"/department/agreements/{desk.ref}").text
    assert other in page[page.index('id="earlier"') : page.index('id="text"')]


def test_a_new_text_shows_what_changed_since_the_one_sent_back(desk: Desk) -> None:
    desk.seller_officer.post(
        f"/department/reviews/{desk.review()}/return", data={"reason": "price", "words": "Giá thấp."}
    )
    with desk.app.app_context():
        walk = Walk(desk.here())
        held = db.session.scalars(select(Agreement).where(Agreement.ref == desk.ref)).one()
        walk.counter(held, Side.SELLER)
        walk.accept(held)
    page = desk.seller_officer.get(f"/department/agreements/{desk.ref}").text
    since = page[page.index('id="since"') : page.index('id="deviations"')]
    assert "120.000" in since
    assert "121.000" in since
