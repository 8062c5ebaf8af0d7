"""The list of agreements: whose turn, by when; filters; nothing of others; a fixed number of questions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.contracts.queries import agreements as lists
from marketplace.contracts.queries.agreements import Tab, Wish
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, Side
from marketplace.web.filters import day
from tests import factories
from tests.clients import Client
from tests.contracts import making
from tests.contracts.making import TwoSides, Walk, agreement_in, two_sides
from tests.statements import statements

Members = Callable[[Any], Client]
S = AgreementState


@pytest.fixture
def sides(app: Flask) -> TwoSides:
    with app.app_context():
        return two_sides()


def refs_on(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/agreements/(HD-\d+-\d+)"', page)))


def test_the_empty_list_says_what_to_do_next(sides: TwoSides, client_of: Members) -> None:
    page = client_of(sides.manager).get("/agreements").get_data(as_text=True)
    assert "Chưa có hợp đồng nào." in page
    assert "/agreements/new" in page


def test_somebody_without_an_organisation_is_told_who_makes_agreements(app: Flask, client_of: Members) -> None:
    with app.app_context():
        lan = factories.person()
    page = client_of(lan).get("/agreements").get_data(as_text=True)
    assert "Hợp đồng được lập giữa các tổ chức." in page
    assert "/agreements/new" not in page


def test_the_list_says_whose_turn_it_is_and_until_when(app: Flask, sides: TwoSides, client_of: Members) -> None:
    with app.app_context():
        made = agreement_in(S.NEGOTIATING, sides)
        with app.test_request_context():
            until = day(lists.listed(sides.actor(Side.BUYER), Wish(Tab.MINE)).items[0].due_at)
        ref = made.ref
    buyers = client_of(sides.purchaser).get("/agreements").get_data(as_text=True)
    sellers = client_of(sides.manager).get("/agreements").get_data(as_text=True)
    assert "hãy đọc phiên bản 1, rồi chấp nhận hoặc đề xuất sửa đổi" in buyers
    assert "đang chờ Siêu thị Hạ Long trả lời" in sellers
    assert ref in buyers
    assert until
    assert "đến hết" in buyers


def test_each_tab_holds_its_states(app: Flask, sides: TwoSides) -> None:
    with app.app_context():
        made = {state: agreement_in(state, sides).ref for state in (S.DRAFT, S.NEGOTIATING, S.ACTIVE, S.CANCELLED)}
        seller = sides.actor(Side.SELLER)
        found = {tab: {one.ref for one in lists.listed(seller, Wish(tab)).items} for tab in Tab}
    assert found == {
        Tab.MINE: {made[S.DRAFT]},
        Tab.OPEN: {made[S.DRAFT], made[S.NEGOTIATING]},
        Tab.RUNNING: {made[S.ACTIVE]},
        Tab.ENDED: {made[S.CANCELLED]},
        Tab.ALL: set(made.values()),
    }


def test_words_and_kinds_narrow_it(app: Flask, sides: TwoSides, client_of: Members) -> None:
    with app.app_context():
        sale = agreement_in(S.NEGOTIATING, sides, title="Hợp đồng gạo Đông Xuân").ref
        framework = agreement_in(S.NEGOTIATING, sides, kind=AgreementKind.FRAMEWORK).ref
    client = client_of(sides.manager)
    asked = {"?q=dong xuan": [sale], "?q=ha long": [framework, sale], "?kind=framework": [framework], "?q=chuoi": []}
    assert {query: refs_on(client.get(f"/agreements{query}").get_data(as_text=True)) for query in asked} == asked
    assert refs_on(client.get(f"/agreements?q={sale}").get_data(as_text=True)) == [sale]


def test_others_see_nothing_of_it(app: Flask, sides: TwoSides, client_of: Members) -> None:
    with app.app_context():
        agreement_in(S.NEGOTIATING, sides)
        agreement_in(S.DRAFT, sides)
        stranger = factories.manager_of(factories.seller())
    assert refs_on(client_of(stranger).get("/agreements").get_data(as_text=True)) == []
    assert len(refs_on(client_of(sides.purchaser).get("/agreements").get_data(as_text=True))) == 1


def test_pages_follow_each_other_without_a_gap(app: Flask, sides: TwoSides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 2)
    with app.app_context():
        made = [agreement_in(S.DRAFT, sides).ref for _ in range(5)]
        found, after = [], ""
        while True:
            page = lists.listed(sides.actor(Side.SELLER), Wish(Tab.ALL, after=after))
            found += [one.ref for one in page.items]
            if not (after := page.next_ref):
                break
    assert found == made[::-1]


def test_the_list_costs_the_same_with_one_and_with_three(app: Flask, sides: TwoSides, client_of: Members) -> None:
    client = client_of(sides.purchaser)
    counted = []
    for more in (1, 2):
        with app.app_context():
            for _ in range(more):
                Walk(sides).send(Walk(sides).begin())
        client.get("/agreements")
        counted.append(statements(app, lambda: client.get("/agreements")))
    assert counted[0] == counted[1]


def test_the_desk_and_my_page_lead_there(app: Flask, sides: TwoSides, client_of: Members) -> None:
    with app.app_context():
        agreement_in(S.DRAFT, sides)
    desk = client_of(sides.manager).get("/desk").get_data(as_text=True)
    me = client_of(sides.purchaser).get("/me").get_data(as_text=True)
    assert "chờ bạn trả lời hoặc ký" in desk
    assert 'href="/agreements?tab=mine"' in desk
    assert 'href="/agreements"' in me


def test_what_somebody_did_is_in_her_export(app: Flask, sides: TwoSides) -> None:
    from marketplace.contracts.personal import agreements as exported
    from marketplace.core.personal_data import Subject

    with app.app_context():
        ref = agreement_in(S.IN_REVIEW, sides).ref
        known = {}
        for who in (sides.manager, sides.purchaser):
            subject = Subject(who.id, who.ref, who.name, who.email or "", "")
            known[who.id] = [(one["agreement"], one["version"]) for one in exported(subject).records]
    assert known == {sides.manager.id: [(ref, 1), (ref, 1)], sides.purchaser.id: [(ref, 1)]}


def test_the_two_sides_may_write_to_each_other_about_it(app: Flask, sides: TwoSides) -> None:
    from marketplace.messages.subjects import about

    with app.app_context(), app.test_request_context():
        draft, sent = agreement_in(S.DRAFT, sides).ref, agreement_in(S.NEGOTIATING, sides).ref
        seen = about(sides.actor(Side.BUYER), "agreement", sent)
        assert seen is not None
        assert (seen.organisation_id, seen.asker and seen.asker.organisation_id) == (sides.seller.id, sides.buyer.id)
        assert about(sides.actor(Side.SELLER), "agreement", draft) is None
        assert about(making.officer_of(making.department("quang-tri")), "agreement", sent) is None
