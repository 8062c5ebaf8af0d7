"""Opinions over HTTP: who gives them, who reads them when, and who sees nothing of a department's desk."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.contracts.models import Agreement, AgreementEvent
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.reviews import ReturnReason, ReviewState
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from tests import factories
from tests.access.digest import digests
from tests.clients import Client
from tests.contracts.desks import ClientOf, Desk, officer, refs_in
from tests.contracts.making import Walk, agreement_in, department, two_sides

S = AgreementState


@pytest.fixture
def desk(app: Flask, client_of: ClientOf) -> Desk:
    return Desk(app, client_of)


# --- opinions ---


def test_an_opinion_is_read_by_others_once_nobody_is_awaited(desk: Desk) -> None:
    words = "Đề nghị ghi rõ số lô."
    desk.seller_officer.post(f"/department/reviews/{desk.review()}/approval", data={"opinion": words})
    own, other = (
        one.get(f"/department/agreements/{desk.ref}").text for one in (desk.seller_officer, desk.buyer_officer)
    )
    assert words in own
    assert words not in other
    assert "Đã cho ý kiến" in other
    assert words not in side_page(desk)
    desk.buyer_officer.post(f"/department/reviews/{desk.review(desk.sides.buyer_department)}/approval")
    assert words in desk.buyer_officer.get(f"/department/agreements/{desk.ref}").text
    assert words in side_page(desk)


def side_page(desk: Desk) -> str:
    from marketplace.contracts.queries.opinions import opinions_on

    with desk.app.app_context():
        held = db.session.scalars(select(Agreement).where(Agreement.ref == desk.ref)).one()
        return " ".join(one.words for one in opinions_on(held, None))


def test_approving_says_so_and_leads_back(desk: Desk) -> None:
    answer = desk.seller_officer.post(f"/department/reviews/{desk.review()}/approval", data={"opinion": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/department/agreements/{desk.ref}")
    assert desk.states() == (S.IN_REVIEW, [ReviewState.APPROVED, ReviewState.WAITING])


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"reason": "law", "words": ""}, "Xin điền phần này"),
        ({"reason": "", "words": "Sửa."}, "Xin chọn một mục"),
        ({"reason": "nonsense", "words": "Sửa."}, "danh sách"),
        ({"reason": "law", "words": "x" * 4001}, "4000"),
    ],
)
def test_a_bad_return_keeps_what_was_typed_and_changes_nothing(desk: Desk, form: dict[str, str], sentence: str) -> None:
    with desk.app.app_context():
        before = digests()
    answer = desk.seller_officer.post(f"/department/reviews/{desk.review()}/return", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert form["words"][:50] in answer.text
    with desk.app.app_context():
        assert digests() == before


def test_a_second_officer_is_told_that_it_is_decided(desk: Desk) -> None:
    address = f"/department/reviews/{desk.review()}"
    desk.seller_officer.post(f"{address}/approval")
    answer = desk.seller_officer.post(f"{address}/return", data={"reason": "law", "words": "Muộn rồi."})
    assert answer.status_code == 422
    assert "Sở đã cho ý kiến rồi" in answer.text
    assert desk.states()[1] == [ReviewState.APPROVED, ReviewState.WAITING]


def test_leaders_decide_as_officers_do(desk: Desk) -> None:
    from marketplace.accounts.models import Membership
    from marketplace.core.actors import Role

    with desk.app.app_context():
        assert desk.sides.seller_department is not None
        mine = (Membership.organisation_id == desk.sides.seller_department.id) & (Membership.role == Role.LEADER)
        leader = db.session.scalars(select(Person).join(Membership).where(mine)).one()
        client = desk.client_of(leader)
    form = {"reason": ReturnReason.GOODS.value, "words": "Thiếu giấy chứng nhận."}
    assert client.post(f"/department/reviews/{desk.review()}/return", data=form).status_code == 303
    assert desk.states() == (S.NEGOTIATING, [ReviewState.RETURNED, ReviewState.CLOSED])


# --- everybody else ---


def everybody_else(desk: Desk) -> list[Client]:
    with desk.app.app_context():
        third = officer(department("ha-noi"))
        operator = factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi")
        people = [third, factories.manager_of(operator), factories.person(), factories.manager_of(factories.seller())]
        return [desk.client_of(one) for one in people]


def test_a_third_province_and_everybody_else_see_nothing(desk: Desk) -> None:
    review = desk.review()
    pages = (f"/department/agreements/{desk.ref}", f"/department/agreements/{desk.ref}/monitoring")
    acts = (f"/department/reviews/{review}/approval", f"/department/reviews/{review}/return")
    others = everybody_else(desk)
    with desk.app.app_context():
        before = digests()
    assert {one.get(page).status_code for one in others for page in pages} == {404}
    form = {"reason": "law", "words": "Không được."}
    assert {one.post(act, data=form).status_code for one in others for act in acts} == {404}
    with desk.app.app_context():
        after = digests()
    assert {name for name in after if after[name] != before[name]} == set()
    assert refs_in(others[0], "/department") == []
    assert refs_in(others[0], "/department/agreements") == []


def test_the_sides_have_pages_of_their_own(desk: Desk) -> None:
    with desk.app.app_context():
        seller = desk.client_of(desk.sides.manager)
    assert seller.get("/department").status_code == 404
    assert seller.get(f"/department/agreements/{desk.ref}").status_code == 404
    assert seller.post(f"/department/reviews/{desk.review()}/approval").status_code == 404


def test_the_other_department_decides_for_itself_only(desk: Desk) -> None:
    answer = desk.buyer_officer.post(f"/department/reviews/{desk.review()}/approval")
    assert answer.status_code == 403
    assert desk.states()[1] == [ReviewState.WAITING, ReviewState.WAITING]


def test_a_visitor_signs_in_first(client: Client, desk: Desk) -> None:
    assert client.get("/department").headers["Location"] == "/sign-in?next=/department"


def test_negotiation_is_never_shown(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.NEGOTIATING, sides)
        client, ref = client_of(officer(sides.seller_department)), agreement.ref
    assert client.get(f"/department/agreements/{ref}").status_code == 404
    with app.app_context():
        walk = Walk(Desk.merged(sides))
        held = db.session.scalars(select(Agreement)).one()
        walk.counter(held, Side.BUYER)
        walk.accept(held)
    page = client.get(f"/department/agreements/{ref}").text
    assert "Đề nghị giá khác." not in page
    assert client.get(f"/agreements/{ref}/versions/1").status_code == 404
    assert client.get(f"/agreements/{ref}/versions/2").status_code == 200


def test_every_reference_that_does_not_exist_is_not_found(desk: Desk) -> None:
    client = desk.seller_officer
    assert client.get("/department/agreements/HD-2026-999999").status_code == 404
    assert client.post("/department/reviews/YK-2026-999999/approval").status_code == 404
    assert client.get("/department/monitoring/GS-2026-999999").status_code == 404


def test_reading_leaves_no_trace(desk: Desk) -> None:
    with desk.app.app_context():
        before = db.session.scalars(select(AgreementEvent.id)).all()
    desk.seller_officer.get(f"/department/agreements/{desk.ref}")
    with desk.app.app_context():
        assert db.session.scalars(select(AgreementEvent.id)).all() == before
