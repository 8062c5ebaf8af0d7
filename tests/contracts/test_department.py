"""The department's desk over HTTP: the queue, filters that stay, what is weighed, and who sees nothing of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from marketplace.accounts.models import Organisation, Person, Ruling
from marketplace.accounts.states import RulingKind
from marketplace.catalogue.models import Certificate
from marketplace.contracts.models import Agreement, AgreementEvent, DepartmentReview
from marketplace.contracts.services import agreements
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.reviews import ReturnReason, ReviewState
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db, writing
from tests import factories
from tests.access.digest import digests
from tests.clients import Client
from tests.contracts.making import TwoSides, Walk, agreement_in, department, officer_of, terms_of, two_sides

S = AgreementState
ClientOf = Callable[[Any], Client]


class Desk:
    """A text before both departments, with a browser of an officer of each."""

    def __init__(self, app: Flask, client_of: ClientOf, state: AgreementState = S.IN_REVIEW) -> None:
        self.app, self.client_of = app, client_of
        with app.app_context():
            self.sides = two_sides()
            self.ref = agreement_in(state, self.sides).ref
            self.seller_officer = client_of(officer(self.sides.seller_department))
            self.buyer_officer = client_of(officer(self.sides.buyer_department))

    def another(self, state: AgreementState = S.IN_REVIEW, **changes: Any) -> str:
        with self.app.app_context():
            return agreement_in(state, self.here(), **changes).ref

    def here(self) -> TwoSides:
        """The two sides in the session of this context."""
        return self.merged(self.sides)

    @staticmethod
    def merged(sides: TwoSides) -> TwoSides:
        known = {one.name: getattr(sides, one.name) for one in fields(sides)}
        return TwoSides(**{name: db.session.merge(one) for name, one in known.items()})

    def review(self, of: Organisation | None = None) -> str:
        with self.app.app_context():
            department_id = (of or self.sides.seller_department).id  # type: ignore[union-attr]
            mine = (DepartmentReview.department_id == department_id) & (Agreement.ref == self.ref)
            found = select(DepartmentReview.ref).join(DepartmentReview.agreement).where(mine)
            return str(db.session.scalars(found.order_by(DepartmentReview.id.desc())).first())

    def states(self) -> tuple[AgreementState, list[ReviewState]]:
        with self.app.app_context():
            held = db.session.scalars(select(Agreement).where(Agreement.ref == self.ref)).one()
            mine = select(DepartmentReview.state).where(DepartmentReview.agreement_id == held.id)
            return held.state, list(db.session.scalars(mine.order_by(DepartmentReview.id)))


def officer(of: Organisation | None) -> Person:
    assert of is not None
    return db.session.get_one(Person, officer_of(of).person_id)


@pytest.fixture
def desk(app: Flask, client_of: ClientOf) -> Desk:
    return Desk(app, client_of)


def refs_in(client: Client, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200
    return re.findall(r'href="/department/agreements/([A-Z]+-\d+-\d+)"', page.text)


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
    one = [statements(desk, address) for address in addresses]
    for state in (S.IN_REVIEW, S.IN_REVIEW, S.ACTIVE, S.ACTIVE):
        desk.another(state)
    assert [statements(desk, address) for address in addresses] == one


def statements(desk: Desk, address: str) -> int:
    counted: list[str] = []

    def count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    with desk.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert desk.seller_officer.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(counted)


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
        ({"reason": "", "words": "Sửa."}, "Xin điền phần này"),
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
