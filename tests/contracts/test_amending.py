"""Annexes: begun on the text in force, checked against what was done under it, effective when both have signed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.in_force import terms_in_force
from marketplace.contracts.queries.turns import standing_of
from marketplace.contracts.services import agreements, amending, endings
from marketplace.contracts.states.agreements import AgreementState, PaperKind, Side, Turn
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.outbox.letters import letter_of
from marketplace.core.refusals import Refused
from tests.clients import Client
from tests.contracts import changing, making
from tests.contracts.changing import (
    again,
    annex,
    first_day,
    happened,
    in_force,
    last_day,
    lines_with,
    refused,
    rewrite,
    set_book,
    sign,
    told,
    walk,
)
from tests.contracts.making import agreement_in
from tests.contracts.market import text_of
from tests.contracts.performing import two_lines

Frozen = Callable[[datetime], datetime]
Members = Callable[[Any], Client]


def test_a_signed_annex_becomes_the_next_version_of_the_contract(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        before, number = changing.versions_of(contract), contract.paper_number
        paper = annex(contract, sides)
        assert (paper.paper, paper.ordinal, paper.amends_version) == (PaperKind.AMENDMENT, 1, 1)
        sign(paper, sides)
        contract = again(contract)
        first, second = changing.versions_of(contract)
        assert again(paper).state is AgreementState.ACTIVE
        assert (contract.state, contract.active_version, contract.last_version) == (AgreementState.ACTIVE, 2, 2)
        assert (first.sha256, second.parent_id) == (before[0].sha256, first.id)
        assert second.sha256 == changing.versions_of(paper)[-1].sha256
        assert terms_in_force(contract)["lines"][0]["quantity"] == "1300"  # type: ignore[index]
        assert contract.value_vnd == 1300 * 120_000
        assert contract.paper_number == number
        assert "amend" in happened(contract)
        assert told("amended") == 2
        # performing goes on: the page and the list still say what happens now
        assert contract.turn is Turn.BOTH
        assert "có hiệu lực từ ngày" in standing_of(sides.actor(Side.BUYER), contract).words


def test_the_book_and_the_term_follow(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        set_book(contract, called=100, confirmed=100)
        with writing():
            contract.renewal_days = 60
        later = last_day(contract) + timedelta(days=30)
        paper = annex(
            contract, sides, term={"valid_from": first_day(contract).isoformat(), "valid_to": later.isoformat()}
        )
        rewrite(paper, sides, lines=lines_with(paper, quantity="2000"))
        sign(paper, sides)
        (row,) = changing.book(contract)
        assert (row.contracted, row.most, row.called, row.confirmed) == (2000, 2100, 100, 100)
        assert again(contract).valid_to == later
        assert contract.renewal_days is None


def test_only_a_contract_in_force_is_amended(app: Flask) -> None:
    with app.app_context():
        contract = agreement_in(AgreementState.NEGOTIATING)
        by = changing.somebody(contract)
        refused(lambda: propose(contract, by), "đang có hiệu lực")
        assert changing.papers_of(contract) == []


def test_an_annex_that_changes_nothing_is_not_sent(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        paper = annex(contract, sides, payment=terms_in_force(contract)["payment"])  # type: ignore[index]
        refused(lambda: walk(paper, sides, "send"), "chưa thay đổi điều gì")
        assert again(paper).state is AgreementState.DRAFT
        assert paper.last_version == 0


@pytest.mark.parametrize(
    ("book", "quantity", "words"),
    [
        ({"called": 500, "confirmed": 400}, "399", "400"),
        ({"called": 500, "confirmed": 400}, "450", "500"),
        ({"called": 1260, "confirmed": 0}, "1199", "1260"),
    ],
)
def test_not_below_what_is_confirmed_or_called(app: Flask, book: dict[str, int], quantity: str, words: str) -> None:
    with app.app_context():
        contract, sides = in_force()
        set_book(contract, **book)
        paper = annex(contract, sides)
        rewrite(paper, sides, lines=lines_with(paper, quantity=quantity), schedule=[])
        refused(lambda: walk(paper, sides, "send"), words)
        assert again(paper).state is AgreementState.DRAFT


def test_confirmed_after_it_was_agreed_the_signed_annex_goes_back_to_the_table(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        paper = annex(contract, sides)
        rewrite(paper, sides, lines=lines_with(paper, quantity="300"), schedule=[])
        walk(paper, sides, *changing.TO_SIGNATURE)
        set_book(contract, called=400, confirmed=400)
        walk(paper, sides, "sign")
        assert paper.state is AgreementState.NEGOTIATING
        assert again(contract).active_version == 1
        assert told("paper_sent_back") == 2
        assert changing.live_documents(paper) == 0


def test_parties_cannot_change(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        paper = annex(contract, sides)
        terms = changing.draft_terms(paper)
        other = {**terms["parties"], "buyer": {**terms["parties"]["buyer"], "tax_code": "0000000000"}}
        with writing(), pytest.raises(Refused):
            amending.check_amendment(paper, {**terms, "parties": other})


def test_not_back_dated(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        contract, sides = in_force()
        frozen(changing.after(first_day(contract), days=20))
        begun, today = first_day(contract), clock.today()
        for begins, ends in ((begun - timedelta(days=1), last_day(contract)), (begun, today - timedelta(days=1))):
            paper = annex(contract, sides, term={"valid_from": begins.isoformat(), "valid_to": ends.isoformat()})
            refused(lambda paper=paper: walk(paper, sides, "send"), "lùi ngày|quá khứ")  # type: ignore[misc]
            with writing():
                agreements.withdraw(paper, sides.actor(Side.SELLER))


def test_of_two_annexes_the_second_is_based_anew(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        first, second = annex(contract, sides), annex(contract, sides, side=Side.BUYER)
        payment = {"days": 45, "deposit_percent": 0, "late_interest_percent": "10"}
        rewrite(second, sides, side=Side.BUYER, lines=lines_with(second, Side.BUYER, quantity="1200"), payment=payment)
        walk(second, sides, "send", side=Side.BUYER)
        sign(first, sides)
        refused(lambda: walk(second, sides, "accept", side=Side.BUYER), "Một phụ lục khác")
        with writing():
            amending.base_anew(second, Side.SELLER, by=sides.actor(Side.SELLER))
        terms = changing.draft_terms(second)
        assert (terms["lines"][0]["quantity"], terms["payment"]["days"]) == ("1300", 45)
        assert again(second).amends_version == 2
        with writing():
            agreements.counter(second, "Theo bản mới.", sides.actor(Side.SELLER))
        walk(second, sides, "accept", "review", "issue", "sign")
        assert (again(contract).active_version, second.state) == (3, AgreementState.ACTIVE)


def test_a_pack_stands_in_one_line_of_an_annex_even_when_two_annexes_add_it(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        honey = two_lines(sides)[1]
        first, second = annex(contract, sides), annex(contract, sides)
        twice = [*lines_with(first), {**lines_with(first)[0], "key": "L2"}]
        refused(lambda: rewrite(first, sides, lines=twice), "có hai dòng")
        rewrite(first, sides, lines=[*lines_with(first), honey])
        rewrite(second, sides, lines=[*lines_with(second), {**honey, "key": "L3", "quantity": "150"}])
        sign(first, sides)
        with writing():
            amending.base_anew(second, Side.SELLER, by=sides.actor(Side.SELLER))
        terms = changing.draft_terms(second)
        assert [(one["key"], one["quantity"]) for one in terms["lines"]] == [("L1", "1300"), ("L2", "150")]


def test_an_annex_fallen_behind_is_not_called_complete(app: Flask, client_of: Members) -> None:
    with app.app_context():
        contract, sides = in_force()
        first, second = annex(contract, sides), annex(contract, sides)
        ref, first_id = second.ref, first.id
    client = client_of(sides.manager)
    pages = (f"/agreements/{ref}", f"/agreements/{ref}/draft", f"/agreements/{ref}/draft?step=check")
    assert all("Đã đủ: có thể gửi." in client.get(page).text for page in pages)
    with app.app_context():
        sign(db.session.get_one(Agreement, first_id), sides)
    for page in pages:
        text = client.get(page).text
        assert "Đã đủ" not in text
        assert "Một phụ lục khác" in text
    assert f'action="/agreements/{ref}/basis"' in client.get(pages[2]).text
    assert client.post(f"/agreements/{ref}/basis").headers["Location"] == f"/agreements/{ref}/draft"
    assert all("Một phụ lục khác" not in client.get(page).text for page in pages)


def test_a_signed_contract_says_from_which_day_it_has_effect(app: Flask, client_of: Members, frozen: Frozen) -> None:
    with app.app_context():
        contract, sides = in_force()
        here, first, client = f"/agreements/{contract.ref}", first_day(contract), client_of(sides.purchaser)
        assert sides.seller_department is not None
        officer = client_of(db.session.get_one(Person, making.officer_of(sides.seller_department).person_id))
        asked = select(Notice).where(Notice.template.in_(("contracts/in_force_side", "contracts/in_force")))
        letters = [letter_of(one, "vi").subject for one in db.session.scalars(asked)]
        assert len(letters) == 4
        assert all(one.endswith(f"đã ký xong, có hiệu lực từ ngày {first:%d/%m/%Y}") for one in letters)
    for page in (here, "/agreements"):
        text = text_of(client.get(page))
        assert f"đã ký, hiệu lực từ {first:%d/%m/%Y}" in text
        assert "hai bên đã ký xong; hợp đồng có hiệu lực từ ngày" in text
        assert "đang có hiệu lực" not in text
    for page in (f"/department{here}", "/department/agreements"):
        assert f"đã ký, hiệu lực từ {first:%d/%m/%Y}" in text_of(officer.get(page))
    frozen(changing.after(first))
    text = text_of(client.get(here))
    assert "đang có hiệu lực" in text
    assert "hàng được gọi và giao theo hợp đồng" in text


def test_who_refuses_an_annex_is_told_that_the_contract_stays(app: Flask, client_of: Members) -> None:
    with app.app_context():
        contract, sides = in_force()
        paper = annex(contract, sides)
        walk(paper, sides, "send")
        ref, about, buyer, seller = paper.ref, contract.ref, client_of(sides.purchaser), client_of(sides.manager)
    page = text_of(buyer.get(f"/agreements/{ref}"))
    assert "Văn bản này khép lại tại đây; hợp đồng đã ký không thay đổi. Bên kia đọc được lý do của bạn." in page
    assert "không mở lại được" not in page + text_of(seller.get(f"/agreements/{ref}"))
    buyer.post(f"/agreements/{ref}/refusal", data={"words": "Chưa cần thêm hàng."})
    with app.app_context():
        notice = db.session.scalars(select(Notice).where(Notice.template == "contracts/cancelled")).one()
        assert letter_of(notice, "vi").subject == f"Phụ lục {ref} đã kết thúc trước khi có hiệu lực"
        ended = db.session.scalars(select(Agreement).where(Agreement.ref.in_((ref, about))).order_by(Agreement.id))
        assert [one.state for one in ended] == [AgreementState.ACTIVE, AgreementState.CANCELLED]


def test_the_preview_of_an_annex_says_what_changes(app: Flask, client_of: Members) -> None:
    with app.app_context():
        contract, sides = in_force()
        paper = annex(contract, sides)
        rewrite(paper, sides, lines=lines_with(paper, price_vnd=125_000))
        ref, number = paper.ref, contract.paper_number
    client = client_of(sides.manager)
    told = words_in(client.get(f"/agreements/{ref}/preview.pdf").data)
    for part in ("NHỮNG ĐIỂM THAY ĐỔI", number, "120.000 ₫ 125.000 ₫"):
        assert part in told, part
    assert client.get(f"/agreements/{ref}/preview.webp").status_code == 200
    with app.app_context():
        sign(making.here(paper), sides)
    # in force, it still says what it has changed
    assert "120.000 ₫ 125.000 ₫" in words_in(client.get(f"/agreements/{ref}/preview.pdf").data)


def words_in(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def test_what_is_being_signed_on_the_old_text_goes_back(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        first, second = annex(contract, sides), annex(contract, sides)
        walk(second, sides, *changing.TO_SIGNATURE)
        sign(first, sides)
        assert again(second).state is AgreementState.NEGOTIATING
        assert changing.live_documents(second) == 0
        with writing(), pytest.raises(Refused):
            endings.check_paper(second)


def test_at_most_three_at_once(app: Flask) -> None:
    with app.app_context():
        contract, sides = in_force()
        for _number in range(3):
            annex(contract, sides)
        refused(lambda: annex(contract, sides), "nhiều phụ lục")


def propose(contract: Agreement, by: Actor) -> None:
    with writing():
        amending.propose_amendment(contract, Side.SELLER, changing.QUANTITY, by=by)
