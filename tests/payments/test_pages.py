"""What both sides see of the money, what they type wrongly, and where they land."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import event

from marketplace.core.database import db
from marketplace.orders.states import OrderState
from marketplace.payments.models import BankAccount
from marketplace.payments.states import PaymentState, RefundState
from tests import factories
from tests.clients import Client, sign_in
from tests.payments.conftest import Outside
from tests.payments.market import (
    PRICE,
    Market,
    a_market,
    cancel,
    confirm,
    declare,
    dispute,
    expire,
    name_account,
    order_of,
    pay_back,
    payment_of,
    placed,
    refunds_of,
    snapshot,
    state_of,
    told,
)

Clients = Callable[[Any], Client]


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context():
        yield a_market()


@pytest.fixture
def buyer(market: Market, client_of: Clients) -> Client:
    return client_of(market.buyer)


@pytest.fixture
def seller(market: Market, client_of: Clients) -> Client:
    return client_of(market.manager)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"[ \n]+", " ", answer.text)


# --- the buyer -------------------------------------------------------------------------------------------------------


def test_the_buyer_finds_all_that_a_transfer_needs(market: Market, buyer: Client) -> None:
    ref = placed(market)
    payment = payment_of(ref)
    for url in (f"/orders/{ref}", f"/purchases/{order_of(ref).purchase.ref}"):
        page = text_of(buyer, url)
        for words in ("Vietcombank", "0011012345678", "HTX BANH DAU XANH", "100.000\u00a0₫", payment.memo):
            assert words in page
        assert f'src="/payments/{payment.ref}/qr.svg"' in page
        assert f'href="/payments/{payment.ref}/qr.png"' in page
        assert "Tôi đã chuyển khoản" in page
        assert "đừng chuyển tiền" not in page


def test_the_code_says_what_the_page_says(market: Market, buyer: Client) -> None:
    ref = placed(market)
    picture = buyer.get(f"/payments/{payment_of(ref).ref}/qr.png")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.data)))
    assert found.text.startswith("00020101021238570010A00000072701270006970436011300110123456780208QRIBFTTA")
    assert f"5406{PRICE}5802VN" in found.text
    assert payment_of(ref).memo in found.text


def test_a_demo_says_over_the_code_that_no_money_should_be_sent(market: Market, app_with: Any) -> None:
    ref = placed(market)
    demo = sign_in(Outside(app_with(demo=True)), market.buyer)
    assert "Đây là dữ liệu minh họa: đừng chuyển tiền." in text_of(demo, f"/orders/{ref}")


def test_after_declaring_the_page_waits_and_renews_itself(market: Market, buyer: Client) -> None:
    ref = placed(market)
    answer = buyer.post(f"/payments/{payment_of(ref).ref}/declaration")
    assert (answer.status_code, answer.location) == (303, f"/orders/{ref}")
    before = snapshot()
    page = text_of(buyer, f"/orders/{ref}")
    assert f'data-poll="/orders/{ref}"' in page
    assert "Người bán đang kiểm tra khoản chuyển" in page
    assert "Tôi đã chuyển khoản" not in page
    assert snapshot() == before
    again = buyer.post(f"/payments/{payment_of(ref).ref}/declaration")
    assert (again.status_code, snapshot()) == (303, before)


def test_each_state_of_the_money_has_its_words(market: Market, buyer: Client) -> None:
    ref = placed(market)
    declare(market, ref)
    dispute(market, ref)
    assert "chưa thấy khoản chuyển" in text_of(buyer, f"/orders/{ref}")
    confirm(market, ref, 60_000)
    page = text_of(buyer, f"/orders/{ref}")
    assert "40.000\u00a0₫ còn thiếu" in page
    confirm(market, ref)
    page = text_of(buyer, f"/orders/{ref}")
    assert "đã vào tài khoản của người bán" in page
    assert "data-poll" not in page
    cancel(market, ref)
    assert 'name="holder"' in text_of(buyer, f"/orders/{ref}")
    name_account(market, ref)
    assert "sẽ hoàn tiền chậm nhất ngày" in text_of(buyer, f"/orders/{ref}")
    pay_back(market, ref)
    assert "FT26326000001" in text_of(buyer, f"/orders/{ref}")


def test_cash_is_explained(market: Market, buyer: Client, seller: Client) -> None:
    ref = placed(market, method="cod")
    assert "100.000\u00a0₫ tiền mặt" in text_of(buyer, f"/orders/{ref}")
    assert "qr.svg" not in text_of(buyer, f"/orders/{ref}")
    assert "100.000\u00a0₫ tiền mặt" in text_of(seller, f"/desk/orders/{ref}")


def test_declaring_too_late_is_refused_in_words(market: Market, buyer: Client) -> None:
    ref = placed(market)
    expire(ref)
    before = snapshot()
    answer = buyer.post(f"/payments/{payment_of(ref).ref}/declaration")
    assert answer.status_code == 422
    assert "Đơn này không còn chờ thanh toán." in answer.text
    assert snapshot() == before


# --- the seller ------------------------------------------------------------------------------------------------------


def test_the_seller_confirms_on_the_page_of_the_order(market: Market, seller: Client) -> None:
    ref = placed(market)
    declare(market, ref)
    page = text_of(seller, f"/desk/orders/{ref}")
    assert 'value="100.000"' in page
    assert payment_of(ref).memo in page
    assert "Tôi chưa nhận được tiền" in page
    answer = seller.post(f"/payments/{payment_of(ref).ref}/receipt", data={"amount_vnd": "100.000 ₫"})
    assert (answer.status_code, answer.location) == (303, f"/desk/orders/{ref}")
    assert state_of(ref) == (OrderState.PLACED, PaymentState.RECEIVED)
    assert "đã vào tài khoản của bạn" in text_of(seller, f"/desk/orders/{ref}")


def test_money_that_comes_late_can_still_be_confirmed(market: Market, seller: Client) -> None:
    ref = placed(market)
    expire(ref)
    assert "đã về muộn" in text_of(seller, f"/desk/orders/{ref}")
    seller.post(f"/payments/{payment_of(ref).ref}/receipt", data={"amount_vnd": str(PRICE)})
    assert state_of(ref) == (OrderState.PLACED, PaymentState.RECEIVED)


def test_a_dispute_by_post(market: Market, seller: Client) -> None:
    ref = placed(market)
    declare(market, ref)
    assert seller.post(f"/payments/{payment_of(ref).ref}/dispute").location == f"/desk/orders/{ref}"
    assert state_of(ref)[1] is PaymentState.AWAITING


def test_the_desk_lists_what_waits(market: Market, seller: Client) -> None:
    ref, other = placed(market), placed(market)
    declare(market, ref)
    confirm(market, other)
    cancel(market, other)
    name_account(market, other)
    page = text_of(seller, "/desk")
    assert "1 khoản chuyển cần kiểm tra" in page
    assert "1 khoản phải hoàn" in page
    assert f"/desk/orders/{ref}" in page
    assert f"/desk/orders/{other}" in page


def test_a_seller_without_an_account_is_asked_for_one(app: Flask, client_of: Clients) -> None:
    with app.app_context():
        manager = factories.manager_of(factories.organisation())
    assert "/desk/bank-account" in text_of(client_of(manager), "/desk")


# --- what is typed wrongly -------------------------------------------------------------------------------------------

LONG = "x" * 3000
WRONG_AMOUNTS = ["", " ", "0", "-1", "abc", "1,5", "99999999999999999999", "<b>1</b>", "\u0000", LONG]
WRONG_ACCOUNTS = [
    {"bank": ""},
    {"bank": "000000"},
    {"bank": "970436' OR 1=1"},
    {"number": ""},
    {"number": "123"},
    {"number": "1" * 20},
    {"number": "12345<script>"},
    {"number": "số tài khoản"},
    {"holder": ""},
    {"holder": "   "},
    {"holder": "<>&"},
    {"holder": "y" * 81},
    {"holder": "a\ufffdb"},
]
RIGHT = {"bank": "970405", "number": "1234567890", "holder": "Trần Văn Bình"}


@pytest.mark.parametrize("amount", WRONG_AMOUNTS, ids=lambda one: repr(one)[:20])
def test_a_wrong_amount_is_kept_and_explained(market: Market, seller: Client, amount: str) -> None:
    ref = placed(market)
    before = snapshot()
    answer = seller.post(f"/payments/{payment_of(ref).ref}/receipt", data={"amount_vnd": amount})
    assert answer.status_code == 422
    assert "amount_vnd-error" in answer.text
    if amount in {"abc", "1,5", "-1"}:
        assert f'value="{amount}"' in answer.text
    assert snapshot() == before


def wrong_account(answer: Any, wrong: dict[str, str]) -> None:
    (name,) = wrong
    assert answer.status_code == 422
    assert f"{name}-error" in answer.text
    assert "<script>" not in answer.text
    for other in {"number", "holder"} - {name}:
        assert f'value="{RIGHT[other]}"' in answer.text
    if name != "bank":
        assert '<option selected value="970405">' in answer.text


@pytest.mark.parametrize("wrong", WRONG_ACCOUNTS, ids=str)
def test_a_wrong_refund_account_is_kept_and_explained(market: Market, buyer: Client, wrong: dict[str, str]) -> None:
    ref = placed(market)
    confirm(market, ref)
    cancel(market, ref)
    refund, before = refunds_of(ref)[0].ref, snapshot()
    wrong_account(buyer.post(f"/refunds/{refund}/account", data={**RIGHT, **wrong}), wrong)
    assert snapshot() == before


@pytest.mark.parametrize("wrong", WRONG_ACCOUNTS, ids=str)
def test_a_wrong_bank_account_is_kept_and_explained(market: Market, seller: Client, wrong: dict[str, str]) -> None:
    before = snapshot()
    wrong_account(seller.post("/desk/bank-account", data={**RIGHT, **wrong}), wrong)
    assert snapshot() == before


@pytest.mark.parametrize("typed", ["", "  ", "z" * 61, "\ufffd"], ids=repr)
def test_a_wrong_reference_is_explained(market: Market, seller: Client, typed: str) -> None:
    ref = placed(market)
    confirm(market, ref)
    cancel(market, ref)
    name_account(market, ref)
    before = snapshot()
    answer = seller.post(f"/refunds/{refunds_of(ref)[0].ref}/receipt", data={"transfer_ref": typed})
    assert (answer.status_code, "transfer_ref-error" in answer.text) == (422, True)
    assert snapshot() == before


def test_nothing_sent_at_all_is_explained(market: Market, buyer: Client, seller: Client) -> None:
    ref = placed(market)
    confirm(market, ref)
    cancel(market, ref)
    refund = refunds_of(ref)[0].ref
    assert buyer.post(f"/refunds/{refund}/account").status_code == 422
    assert seller.post("/desk/bank-account").status_code == 422
    name_account(market, ref)
    assert seller.post(f"/refunds/{refund}/receipt").status_code == 422


# --- a refund and an account by post ---------------------------------------------------------------------------------


def test_a_refunds_account_is_changed_a_few_times_only(market: Market, buyer: Client, seller: Client) -> None:
    ref = placed(market)
    confirm(market, ref)
    cancel(market, ref)
    refund = refunds_of(ref)[0].ref
    numbers = [f"10000{number}" for number in range(6)]
    answers = [buyer.post(f"/refunds/{refund}/account", data={**RIGHT, "number": one}).status_code for one in numbers]
    assert answers == [303] * 5 + [422]
    db.session.rollback()
    assert refunds_of(ref)[0].account_number == numbers[4]


def test_a_refund_goes_its_way_by_post(market: Market, buyer: Client, seller: Client) -> None:
    ref = placed(market)
    confirm(market, ref)
    cancel(market, ref)
    refund = refunds_of(ref)[0].ref
    answer = buyer.post(f"/refunds/{refund}/account", data={**RIGHT, "number": "1234 5678.90"})
    assert (answer.status_code, answer.location) == (303, f"/orders/{ref}")
    page = text_of(seller, f"/desk/orders/{ref}")
    for words in ("Agribank", "1234567890", "TRAN VAN BINH"):
        assert words in page
    corrected = {**RIGHT, "number": "999888777"}
    assert buyer.post(f"/refunds/{refund}/account", data=corrected).status_code == 303
    assert "999888777" in text_of(seller, f"/desk/orders/{ref}")
    assert len(told("payments/refund_account_corrected_seller")) == 1
    answer = seller.post(f"/refunds/{refund}/receipt", data={"transfer_ref": "FT 99"})
    assert (answer.status_code, answer.location) == (303, f"/desk/orders/{ref}")
    assert buyer.post(f"/refunds/{refund}/account", data=RIGHT).status_code == 422
    assert seller.post(f"/refunds/{refund}/receipt", data={"transfer_ref": "FT 99"}).status_code == 422
    db.session.rollback()
    assert [(one.state, one.transfer_ref) for one in refunds_of(ref)] == [(RefundState.DONE, "FT 99")]


def test_a_changed_account_serves_new_orders_and_everyone_is_told(market: Market, seller: Client) -> None:
    old = placed(market)
    assert "1 khoản đang chờ" in text_of(seller, "/desk/bank-account")
    answer = seller.post("/desk/bank-account", data=RIGHT)
    assert (answer.status_code, answer.location) == (303, "/desk/bank-account")
    new = placed(market)
    accounts = [(payment.bank_bin, payment.account_number) for payment in (payment_of(old), payment_of(new))]
    assert accounts == [("970436", "0011012345678"), ("970405", "1234567890")]
    assert payment_of(new).account_holder == "TRAN VAN BINH"
    assert told("payments/bank_account_changed") == [("organisation", market.seller.ref)]
    seller.post("/desk/bank-account", data=RIGHT)
    assert len(told("payments/bank_account_changed")) == 1
    assert db.session.query(BankAccount).count() == 1


def test_many_orders_need_as_few_queries_as_one(market: Market, app: Flask) -> None:
    from marketplace.web.panels import Slot, panels

    refs = [placed(market) for _ in range(4)]
    confirm(market, refs[2], 60_000)
    confirm(market, refs[3])
    cancel(market, refs[3])

    buys = market.buys

    def queries(asked: list[str]) -> int:
        seen: list[str] = []

        def listener(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", listener)
        with app.test_request_context():
            hung = panels(Slot.PURCHASE, buys, asked)
        event.remove(db.engine, "before_cursor_execute", listener)
        assert all(hung.values())
        db.session.rollback()
        db.session.expunge_all()
        return len([said for said in seen if said != "BEGIN"])

    one, four = queries(refs[:1]), queries(refs)
    assert one == four <= 5
