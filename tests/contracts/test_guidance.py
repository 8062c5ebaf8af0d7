"""What the pages say to people on their way: whose turn, why something changed, what an annex does, what is there."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.contracts.queries import agreements as lists
from marketplace.contracts.queries import rules, turns
from marketplace.contracts.services import suspending
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, PaperKind, Side
from marketplace.contracts.terms import checking, drafting
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import writing
from marketplace.core.states import Labelled
from tests import factories
from tests.clients import Client
from tests.contracts import making
from tests.contracts import performing as perform
from tests.contracts.changing import again, annex, in_force, minutes, refused, sign
from tests.contracts.making import TwoSides, Walk, agreement_in, two_sides

Members = Callable[[Any], Client]
S = AgreementState


@pytest.fixture
def sides(app: Flask) -> TwoSides:
    with app.app_context():
        return two_sides()


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def negotiated(app: Flask, sides: TwoSides, state: AgreementState = S.NEGOTIATING) -> str:
    with app.app_context():
        return agreement_in(state, sides).ref


@pytest.mark.parametrize("path", ["", "/versions/1", "/draft", "/draft?step=check", "/events"])
def test_whose_turn_it_is_stands_on_every_page_of_a_negotiation(
    app: Flask, sides: TwoSides, client_of: Members, path: str
) -> None:
    ref = negotiated(app, sides)
    page = page_of(client_of(sides.purchaser), f"/agreements/{ref}{path}")
    assert "Đến lượt bạn:" in page
    assert "Hạn: hết ngày" in page
    assert "Tiếp theo:" in page


def test_notes_at_a_line_and_at_a_clause_go_with_the_version(app: Flask, sides: TwoSides, client_of: Members) -> None:
    ref, buyer = negotiated(app, sides), client_of(sides.purchaser)
    with app.app_context():
        made = again_of(ref)
        goods, clause = (
            making.last_version(made).terms["lines"][0]["product"],
            making.last_version(made).terms["clauses"][1],
        )
    buyer.post(f"/agreements/{ref}/draft", data={"step": "goods", "lines.L1.price_vnd": "99.000"})
    buyer.post(f"/agreements/{ref}/draft", data={"step": "clauses", f"clauses.{clause['key']}.text": "Viết gọn lại."})
    page = page_of(buyer, f"/agreements/{ref}/draft?step=check")
    assert ('name="note.lines.L1"' in page, f'name="note.clauses.{clause["key"]}"' in page) == (True, True)
    assert 'name="note.totals' not in page
    notes = {
        "note.lines.L1": "Giá chợ  đang giảm.",
        f"note.clauses.{clause['key']}": "Cho dễ hiểu.",
        "note.lines.L9": "lạ",
    }
    sent = buyer.post(f"/agreements/{ref}/sending", data={"step": "check", "comment": "Xin xem.", **notes})
    assert sent.status_code == 303
    with app.app_context():
        said = making.last_version(again_of(ref)).comment
    assert said == f"Xin xem.\n• {goods}: Giá chợ đang giảm.\n• {clause['title']}: Cho dễ hiểu."
    assert "• " + goods in page_of(client_of(sides.manager), f"/agreements/{ref}")


def test_words_and_notes_that_are_too_long_together_are_refused_and_kept(
    app: Flask, sides: TwoSides, client_of: Members
) -> None:
    ref, buyer = negotiated(app, sides), client_of(sides.purchaser)
    buyer.post(f"/agreements/{ref}/draft", data={"step": "goods", "lines.L1.price_vnd": "99.000"})
    long = {"comment": "x" * 1990, "note.lines.L1": "Giá chợ đang giảm mạnh."}
    answer = buyer.post(f"/agreements/{ref}/sending", data={"step": "check", **long})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "quá dài: tối đa 2000 ký tự" in page) == (422, True)
    assert "Giá chợ đang giảm mạnh." in page


def again_of(ref: str) -> Any:
    from marketplace.contracts.models import Agreement
    from marketplace.core.database import db

    return db.session.query(Agreement).filter_by(ref=ref).one()


def test_an_annex_shows_both_sides_what_was_and_what_will_be(app: Flask, client_of: Members) -> None:
    with app.app_context():
        contract, sides = in_force()
        paper = annex(contract, sides)
        Walk(sides).send(paper)
        ref, people = paper.ref, (sides.manager, sides.purchaser)
    for person in people:
        page = page_of(client_of(person), f"/agreements/{ref}")
        changes = page[page.index('id="annex-changes"') :].partition("</section>")[0]
        assert ("<s>1.200</s>" in changes, "<strong>1.300</strong>" in changes) == (True, True), changes
        assert "Bản được sửa" not in changes


def test_the_sellers_goods_stand_in_the_editor_before_anybody_searches(
    app: Flask, sides: TwoSides, client_of: Members
) -> None:
    with app.app_context():
        other = factories.product(sides.seller, "Mật ong rừng", star=3).variants[0].sku
    seller = client_of(sides.manager)
    begun = seller.post("/agreements", data={"kind": "sale", "side": "seller", "partner": sides.buyer.ref})
    page = page_of(seller, begun.headers["Location"].split("?")[0] + "?step=goods")
    assert (sides.variant.sku in page, other in page) == (True, True)


def test_a_figure_that_a_clause_speaks_of_is_missed_once_and_where_it_is_filled_in(app: Flask) -> None:
    with app.app_context():
        blank = drafting.blank(AgreementKind.SALE, PaperKind.CONTRACT, rules.library(AgreementKind.SALE))
        found = checking.missing(blank, rules.library(AgreementKind.SALE))
        assert [one.section for one in found if one.field == "delivery.place"] == ["delivery"]
        assert [one.section for one in found if one.field == "term.valid_from"] == ["term"]
        assert not [one for one in found if one.field.startswith("clauses.") and "nhắc đến" in one.words]


def test_a_contract_that_rests_or_ends_does_not_speak_of_new_call_offs(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        by = sides.actor(Side.BUYER)
        assert "hai bên đã ký xong" in turns.standing_of(by, contract).words
        with writing():
            contract.valid_from = clock.today()
        assert "được gọi và giao" in turns.standing_of(by, contract).words
        with writing():
            suspending.suspend(contract, "Xưởng bảo dưỡng.", clock.today(), by=sides.actor(Side.SELLER))
        assert "tạm ngừng" in turns.standing_of(by, again(contract)).words
        with writing():
            again(contract).state = S.WINDING_DOWN
        assert "không gọi thêm" in turns.standing_of(by, again(contract)).words


def test_a_contract_is_liquidated_once(app: Flask, client_of: Members) -> None:
    with app.app_context():
        contract, sides = in_force()
        sign(minutes(contract, sides, PaperKind.LIQUIDATION), sides)
        refused(lambda: minutes(contract, sides, PaperKind.LIQUIDATION), "đã ký biên bản thanh lý")
        ref, person = contract.ref, sides.manager
    assert "Lập biên bản thanh lý" not in page_of(client_of(person), f"/agreements/{ref}/ending")


@pytest.mark.parametrize(("signed", "says"), [(False, "đang trên đường ký"), (True, "Hai bên đã ký biên bản chấm dứt")])
def test_a_contract_that_both_sides_end_offers_no_second_end(
    app: Flask, client_of: Members, signed: bool, says: str
) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = perform.contract_in_force(sides)
        perform.call(contract, sides, L1=100)
        paper = minutes(contract, sides, PaperKind.TERMINATION)
        if signed:
            sign(paper, sides)
            assert (again(contract).state, contract.due_at) == (S.WINDING_DOWN, None)
        refused(lambda: minutes(contract, sides, PaperKind.TERMINATION), "đã ký biên bản chấm dứt|Đang có biên bản")
        person, there = sides.manager, f"/agreements/{contract.ref}/ending"
    ending = page_of(client_of(person), there)
    assert ("Lập biên bản chấm dứt" in ending, says in ending) == (False, True)


def test_an_annex_that_ends_with_its_contract_did_not_run_late(app: Flask, client_of: Members) -> None:
    with app.app_context():
        contract, sides = in_force()
        person, there = sides.manager, f"/agreements/{annex(contract, sides).ref}"
        sign(minutes(contract, sides, PaperKind.TERMINATION), sides)
    page = page_of(client_of(person), there)
    assert ("<strong>quá hạn" in page, "Hợp đồng đã chấm dứt." in page) == (False, True)


def test_contracts_are_the_first_doors_of_my_page(app: Flask, sides: TwoSides, client_of: Members) -> None:
    page = page_of(client_of(sides.purchaser), "/me")
    doors = page[page.index('class="doors"') :]
    assert doors.index('href="/agreements') < doors.index('href="/requests') < doors.index('href="/orders"')


def test_partners_that_one_has_worked_with_come_first(app: Flask, sides: TwoSides) -> None:
    with app.app_context():
        factories.organisation(OrganisationKind.BUYER, name="An Bình")
        assert lists.partners_found(sides.actor(Side.SELLER), "", of_buyer=False)[0].name == "An Bình"
        agreement_in(S.NEGOTIATING, sides)
        found = lists.partners_found(sides.actor(Side.SELLER), "", of_buyer=False)
        assert [one.name for one in found][:2] == [sides.buyer.name, "An Bình"]


@pytest.mark.parametrize("name", ["agreements", "performing", "reviews", "signing", "sourcing"])
def test_no_state_or_act_speaks_of_goods_on_sale_or_of_money(app: Flask, name: str) -> None:
    """Words that are right for a product, a place or a payment are not those of a paper, a case or a file."""
    states = importlib.import_module(f"marketplace.contracts.states.{name}")
    with app.test_request_context("/"):
        kinds = [one for one in vars(states).values() if isinstance(one, type) and issubclass(one, Labelled)]
        words = [str(label.label) for kind in kinds for label in kind]
    assert words
    assert [one for one in words if re.search("ngừng bán|nhận tiền|làm ra", one, re.IGNORECASE)] == []
