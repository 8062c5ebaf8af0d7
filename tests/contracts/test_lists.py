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
from marketplace.core.database import writing
from marketplace.web.filters import day
from tests import factories
from tests.clients import Client
from tests.contracts import making
from tests.contracts.making import TwoSides, Walk, agreement_in, here, two_sides
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
        found = pages_of(sides.actor(Side.SELLER), Tab.ALL)
    assert found == [made[:2:-1], made[2:0:-1], made[:1]]


def test_pages_of_turns_go_from_deadlines_to_drafts(
    app: Flask, sides: TwoSides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 2)
    with app.app_context():
        drafts = [Walk(sides, made_by=Side.BUYER).begin().ref for _ in range(2)]
        sent = [agreement_in(S.NEGOTIATING, sides).ref for _ in range(3)]
        agreement_in(S.DRAFT, sides)
        buyer = sides.actor(Side.BUYER)
        assert pages_of(buyer, Tab.MINE) == [sent[:2], [sent[2], drafts[0]], [drafts[1]]]
        assert lists.count_of_turns(buyer) == 5


def pages_of(actor: Any, tab: Tab) -> list[list[str]]:
    found, after = [], ""
    while True:
        page = lists.listed(actor, Wish(tab, after=after))
        found.append([one.ref for one in page.items])
        if not (after := page.next_ref):
            return found


def test_a_whole_number_finds_its_contract_alone(app: Flask, sides: TwoSides, client_of: Members) -> None:
    with app.app_context():
        made = [agreement_in(S.NEGOTIATING, sides) for _ in range(2)]
        refs = [one.ref for one in made]
        with writing():
            here(made[0]).paper_number = "45/2026/HĐMB"
            here(made[1]).paper_number = "145/2026/HĐMB"
    client = client_of(sides.manager)

    def found(words: str) -> list[str]:
        return refs_on(client.get("/agreements", query_string={"q": words}).get_data(as_text=True))

    assert found("45/2026/HĐMB") == refs[:1]
    assert found("45/2026") == refs[::-1]
    assert found(refs[1].lower()) == refs[1:]
    stranger = client_of(stranger_of(app)).get("/agreements", query_string={"q": refs[0]})
    assert refs_on(stranger.get_data(as_text=True)) == []


def stranger_of(app: Flask) -> Any:
    with app.app_context():
        return factories.manager_of(factories.seller())


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
