"""Quotes side by side on landed cost, lines that go to different producers, and what an accepted quote becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Agreement, Award, Quote, TermsDraft
from marketplace.contracts.queries.comparison import Comparison, comparison
from marketplace.contracts.queries.quotes import awards_in, carried_over, quotes_to
from marketplace.contracts.services import awards, rules
from marketplace.contracts.states.agreements import AgreementKind, Side
from marketplace.contracts.states.sourcing import FreightTerms, QuoteState, RequestState
from marketplace.contracts.terms.texts import name_with
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.refusals import Refused
from marketplace.orders.models import Order, OrderLine
from tests.contracts.market import (
    CAKE,
    RICE,
    Clients,
    Market,
    awarded,
    client_for,
    countered,
    in_days,
    market,
    quote_of,
    quoted,
    request_of,
    sent,
    text_of,
    with_set,
)

EXTRA: dict[str, Any] = {"freight_terms": FreightTerms.EXTRA}


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market(app)


def compared(ref: str, **own_freight: int) -> Comparison:
    found = request_of(ref)
    return comparison(found, quotes_to(found), awards_in(found), own_freight)


def told(template: str) -> list[str]:
    asked = select(Notice.recipient_ref).where(Notice.template == f"contracts/{template}").order_by(Notice.id)
    return list(db.session.scalars(asked))


def test_landed_cost_is_price_and_freight_over_what_arrives_good(here: Market) -> None:
    with here.app.app_context():
        found = sent(here, to=(0, 1))
        cheap = quoted(here, found, 0, 20_000, freight_vnd=3_600_000, loss_percent=10, **EXTRA)
        dear = quoted(here, found, 1, 25_000)
        first, second = compared(found.ref).columns
        line = found.lines[0]
        # (20.000 × 1.200 + 3.600.000) ÷ 0,9 = 30.666.667, ÷ 1.200 = 25.556
        cell = first.cells[line.id]
        assert (cell.goods_vnd, cell.freight_vnd, cell.loss_vnd) == (24_000_000, 3_600_000, 3_066_667)
        assert (first.total_vnd, cell.unit_vnd) == (30_666_667, 25_556)
        assert (second.total_vnd, second.cells[line.id].unit_vnd) == (30_000_000, 25_000)
        assert [one.quote.ref for one in compared(found.ref).columns if one.is_best] == [dear.ref]
        assert [cell.is_best, second.cells[line.id].is_best] == [False, True]
        assert cheap.rounds[0].goods_vnd < dear.rounds[0].goods_vnd


def test_freight_is_shared_by_value_to_the_last_dong(here: Market) -> None:
    with here.app.app_context():
        found = sent(here, with_set(RICE), CAKE)
        quoted(here, found, 0, 20_000, 50_000, freight_vnd=1_000_001, **EXTRA)
        (column,) = compared(found.ref).columns
        shares = [column.cells[line.id].freight_vnd for line in found.lines]
        assert shares == [615_385, 384_616]


def test_a_cheaper_one_that_cannot_bring_all_is_not_called_best(here: Market) -> None:
    with here.app.app_context():
        found = sent(here)
        quoted(here, found, 0, 18_000, quantity=500)
        quoted(here, found, 1, 20_000)
        part, whole = compared(found.ref).columns
        line = found.lines[0].id
        assert (part.cells[line].is_best, part.cells[line].is_lowest, part.is_complete) == (False, True, False)
        assert (whole.cells[line].is_best, whole.is_complete) == (True, True)
        assert not whole.is_best


def test_who_is_fetched_from_is_ranked_once_the_freight_is_known(here: Market) -> None:
    with here.app.app_context():
        found = sent(here)
        near = quoted(here, found, 0, 20_000, freight_terms=FreightTerms.COLLECTED)
        quoted(here, found, 1, 21_000)
        line = found.lines[0].id
        assert [one.cells[line].is_best for one in compared(found.ref).columns] == [False, False]
        assert [one.cells[line].is_best for one in compared(found.ref, **{near.ref: 600_000}).columns] == [True, False]
        assert [one.cells[line].is_best for one in compared(found.ref, **{near.ref: 2_400_000}).columns] == [
            False,
            True,
        ]


def test_alike_are_both_best_and_one_alone_is_not(here: Market) -> None:
    with here.app.app_context():
        found = sent(here)
        quoted(here, found, 0, 20_000)
        assert not compared(found.ref).columns[0].is_best
        quoted(here, found, 1, 20_000)
        assert [one.is_best for one in compared(found.ref).columns] == [True, True]


def test_the_page_counts_in_the_buyers_own_freight(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        found = sent(here)
        ref, quote = found.ref, quoted(here, found, 0, 20_000, freight_terms=FreightTerms.COLLECTED).ref
    page = client_for(here, client_of, here.buyer).get(f"/requests/{ref}/comparison?freight-{quote}=1.200.000")
    assert "25.200.000" in text_of(page)


def test_where_nobody_brings_everything_the_sum_line_by_line_is_told(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        found = sent(here, with_set(RICE), CAKE, place="Kho 2, Quảng Ninh")
        ref = found.ref
        quoted(here, found, 0, 20_000, None)
        quoted(here, found, 1, None, 50_000)
    buyer = client_for(here, client_of, here.buyer)
    page = text_of(buyer.get(f"/requests/{ref}/comparison"))
    assert "Không chủ thể nào giao đủ cả yêu cầu. Nếu chọn từng dòng nơi rẻ nhất, tất cả là 39.000.000 ₫." in page
    assert "Quảng Ninh, Quảng Ninh" not in text_of(buyer.get(f"/requests/{ref}"))


def test_lines_go_to_different_producers_and_the_others_are_told(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        found = sent(here, with_set(RICE), CAKE, to=(0, 1, 2))
        ref = found.ref
        one = quoted(here, found, 0, 20_000, 60_000).ref
        two = quoted(here, found, 1, 22_000, 50_000).ref
        three = quoted(here, found, 2, 25_000, 70_000).ref
    buyer = client_for(here, client_of, here.buyer)
    answer = buyer.post(f"/requests/{ref}/awards", data={"line_1": f"{one}:1", "line_2": f"{two}:1"})
    assert answer.headers["Location"] == f"/requests/{ref}"
    with here.app.app_context():
        assert request_of(ref).state is RequestState.AWARDED
        states = [quote_of(quote).state for quote in (one, two, three)]
        assert states == [QuoteState.ACCEPTED, QuoteState.ACCEPTED, QuoteState.DECLINED]
        assert sorted(told("quote_accepted_seller")) == sorted(here.sellers[:2])
        assert told("quote_declined_seller") == [here.sellers[2]]
        assert [line.amount_vnd for line in carried_over(quote_of(two))] == [15_000_000]


def test_a_part_is_awarded_the_rest_later_or_never(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        found = sent(here, with_set(RICE), CAKE)
        first, second = quoted(here, found, 0, 20_000), quoted(here, found, 1, None, 50_000)
        awarded(here, found, {1: first})
        ref, other = found.ref, second.ref
        assert (request_of(ref).state, quote_of(other).state) == (RequestState.OPEN, QuoteState.OPEN)
        with pytest.raises(Refused):
            awarded(here, request_of(ref), {1: quote_of(other)})
    buyer = client_for(here, client_of, here.buyer)
    assert buyer.post(f"/requests/{ref}/withdrawal").status_code == 422
    assert buyer.post(f"/requests/{ref}/end").status_code == 303
    with here.app.app_context():
        assert (request_of(ref).state, quote_of(other).state) == (RequestState.AWARDED, QuoteState.DECLINED)


@pytest.mark.parametrize("why", ["stale", "buyers turn", "run out", "withdrawn", "not offered", "not hers"])
def test_what_cannot_be_awarded_changes_nothing(here: Market, client_of: Clients, why: str, frozen: Any) -> None:
    with here.app.app_context():
        found = sent(here, with_set(RICE), CAKE, answer_by=in_days(60))
        quote = quoted(here, found, 0, 20_000, None, valid_until=in_days(5))
        ref, quote_ref, value, line = found.ref, quote.ref, f"{quote.ref}:1", "line_1"
        _spoil(here, quote, why)
    if why == "run out":
        from datetime import timedelta

        from marketplace.core import clock

        frozen(clock.now() + timedelta(days=6))
    if why == "not offered":
        line = "line_2"
    if why == "not hers":
        value = "BG-2026-999999:1"
    answer = client_for(here, client_of, here.buyer).post(f"/requests/{ref}/awards", data={line: value})
    assert answer.status_code == 422
    with here.app.app_context():
        assert db.session.scalars(select(Award)).all() == []
        assert quote_of(quote_ref).state is not QuoteState.ACCEPTED


def _spoil(here: Market, quote: Quote, why: str) -> None:
    from marketplace.contracts.services import quotes

    if why == "stale":
        countered(here, quote, Side.SELLER, 19_000)
    if why == "buyers turn":
        countered(here, quote, Side.BUYER, 18_000)
    if why == "withdrawn":
        with writing():
            quotes.withdraw(quote, by=here.actor(here.sellers[0]))


def test_kilograms_are_carried_over_as_packs(here: Market) -> None:
    with here.app.app_context():
        found = sent(here)
        quote = quoted(here, found, 0, 21_333, with_pack=True)
        awarded(here, found, {1: quote})
        (line,) = carried_over(quote)
        # 1.200 kg are 240 bags of 5 kg, each at 106.665 ₫
        assert (line.quantity, line.price_vnd, line.unit) == (240, 106_665, "Túi 5 kg")
        assert line.is_counted_otherwise


def twice_the_same_pack(here: Market, *prices_vnd: int) -> Quote:
    """A quote that answers two lines of rice, for two shelves, with the one bag that the producer has."""
    with writing():
        rules.load()
    fine = replace(RICE, quality="hạt nguyên", quantity=100)
    found = sent(here, with_set(replace(RICE, quality="mới xay")), with_set(fine))
    return quoted(here, found, 0, *prices_vnd, with_pack=True)


@pytest.mark.parametrize("what", ["agreement", "order"])
def test_two_lines_of_one_pack_become_one(here: Market, client_of: Clients, what: str) -> None:
    with here.app.app_context():
        quote = twice_the_same_pack(here, 21_000, 21_000)
        awarded(here, quote.request, {1: quote, 2: quote})
        ref = quote.ref
    answer = client_for(here, client_of, here.buyer).post(f"/quotes/{ref}/{what}", data={"kind": "sale"})
    assert answer.status_code == 303, text_of(answer)
    with here.app.app_context():
        if what == "order":
            (line,) = db.session.scalars(select(OrderLine))
            assert (line.quantity, line.unit_price_vnd) == (260, 105_000)
        else:
            (text,) = db.session.scalars(select(TermsDraft))
            (row,) = text.terms["lines"]
            assert (row["quantity"], row["price_vnd"], row["quality"]) == ("260", 105_000, "mới xay; hạt nguyên")


def test_one_pack_at_two_prices_is_not_awarded_together(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        quote = twice_the_same_pack(here, 21_000, 22_000)
        ref, request_ref, value = quote.ref, quote.request.ref, f"{quote.ref}:1"
    buyer = client_for(here, client_of, here.buyer)
    answer = buyer.post(f"/requests/{request_ref}/awards", data={"line_1": value, "line_2": value})
    assert answer.status_code == 422
    assert "cùng một quy cách nhưng có hai giá" in text_of(answer)
    with here.app.app_context():
        assert db.session.scalars(select(Award)).all() == []
        assert quote_of(ref).state is QuoteState.OPEN
    assert buyer.post(f"/requests/{request_ref}/awards", data={"line_1": value}).status_code == 303


def test_an_accepted_quote_becomes_one_draft_of_a_contract(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        with writing():
            rules.load()
        found = sent(here)
        quote = quoted(here, found, 0, 21_000, with_pack=True)
        awarded(here, found, {1: quote})
        ref = quote.ref
    buyer = client_for(here, client_of, here.buyer)
    answer = buyer.post(f"/quotes/{ref}/agreement", data={"kind": "sale"})
    assert answer.status_code == 303, text_of(answer)
    assert answer.headers["Location"].startswith("/agreements/HD-")
    assert buyer.post(f"/quotes/{ref}/agreement", data={"kind": "sale"}).status_code == 422
    with here.app.app_context():
        made = db.session.scalars(select(Agreement)).one()
        assert made.quote_id == quote_of(ref).id
        assert [one.became for one in db.session.scalars(select(Award))] == [made.ref]
        (text,) = db.session.scalars(select(TermsDraft))
        (line,) = text.terms["lines"]
        assert (line["sku"], line["quantity"], line["price_vnd"]) == (here.packs[0], "240", 105_000)
        assert text.terms["payment"]["days"] == 15
        assert text.terms["delivery"]["place"] == "Kho Bãi Cháy, Quảng Ninh"
        named = f"giữa {made.seller.name} và {made.buyer.name}"
        goods = line["product"][0].lower() + line["product"][1:]
        assert made.title == text.terms["title"] == f"Mua bán {goods} {named}"


def test_freight_for_all_goods_is_not_taken_for_that_of_each_delivery(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        with writing():
            rules.load()
        found = sent(here)
        quote = quoted(here, found, 0, 21_000, with_pack=True, freight_vnd=3_000_000, **EXTRA)
        awarded(here, found, {1: quote})
        ref = quote.ref
    buyer = client_for(here, client_of, here.buyer)
    made = buyer.post(f"/quotes/{ref}/agreement", data={"kind": "sale"}).headers["Location"]
    step = {"step": "delivery", "act": "save", "delivery.terms": "extra", "delivery.freight_vnd": "500.000"}
    warned = "Báo giá tính cước 3.000.000 ₫ cho cả lô hàng."
    assert warned in text_of(buyer.get(f"{made}/draft?step=delivery"))
    buyer.post(f"{made}/draft", data=step)
    assert warned not in text_of(buyer.get(f"{made}/draft?step=delivery"))


@pytest.mark.parametrize(
    ("goods", "name"),
    [
        (["Gạo hữu cơ", "Gạo hữu cơ"], "Mua bán gạo hữu cơ giữa A và B"),
        (["Gạo hữu cơ", "OCOP Trà"], "Mua bán gạo hữu cơ, OCOP Trà giữa A và B"),
        (["Gạo", "Tiêu", "Trà", "Mật ong"], "Mua bán gạo, tiêu và 2 mặt hàng khác giữa A và B"),
        ([" ", ""], "Hợp đồng mua bán hàng hóa"),
    ],
)
def test_a_contract_is_called_after_its_goods(goods: list[str], name: str) -> None:
    assert name_with(AgreementKind.SALE, goods, "A", "B") == name


def test_a_name_that_no_paper_holds_is_the_usual_one() -> None:
    assert name_with(AgreementKind.FRAMEWORK, ["Gạo"], "A" * 200, "B") == "Hợp đồng nguyên tắc mua bán hàng hóa"
    assert len(name_with(AgreementKind.SALE, ["g" * 200], "A", "B")) < 120


def test_an_accepted_quote_becomes_one_order(here: Market, client_of: Clients) -> None:
    with here.app.app_context():
        found = sent(here)
        quote = quoted(here, found, 0, 21_000, with_pack=True)
        awarded(here, found, {1: quote})
        ref = quote.ref
    buyer = client_for(here, client_of, here.buyer)
    answer = buyer.post(f"/quotes/{ref}/order")
    assert answer.status_code == 303, text_of(answer)
    assert buyer.post(f"/quotes/{ref}/order").status_code == 422
    assert ref not in text_of(buyer.get("/agreements/new"))
    with here.app.app_context():
        order = db.session.scalars(select(Order)).one()
        assert [(line.quantity, line.unit_price_vnd) for line in order.lines] == [(240, 105_000)]
        assert order.total_vnd == 25_200_000


def test_what_is_not_accepted_becomes_nothing(here: Market) -> None:
    with here.app.app_context():
        quote = quoted(here, sent(here), 0, 21_000, with_pack=True)
        with pytest.raises(Refused), writing():
            awards.order(quote, by=here.actor(here.buyer))
