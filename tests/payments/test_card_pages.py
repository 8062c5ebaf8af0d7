"""Pages of card payments: the way there and back, and what the operator sees and does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.core import clock
from marketplace.core.actors import SYSTEM, OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.outbox.letters import letter_of
from marketplace.orders.states import CancelReason, OrderState
from marketplace.payments import services
from marketplace.payments.models import ProviderEvent
from marketplace.payments.states import RefundState
from tests import factories
from tests.payments.cards import Cards, session_of, states
from tests.payments.market import PRICE, cancel, confirm, faults, name_account, payment_of, placed, refunds_of

ClientOf = Callable[[Any], Any]


@pytest.fixture
def operator(cards: Cards, client_of: ClientOf) -> Any:
    return client_of(factories.manager_of(factories.organisation(OrganisationKind.OPERATOR)))


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_the_button_leads_to_the_card_company_and_its_page_back(cards: Cards, client_of: ClientOf) -> None:
    purchase, buyer = cards.placed(orders=2), client_of(cards.market.buyer)
    page = buyer.get(f"/purchases/{purchase}")
    assert page.text.count(f'action="/purchases/{purchase}/card-payment"') == 1
    assert f"form-action 'self' {cards.fake.url};" in page.headers["Content-Security-Policy"]
    answer = buyer.post(f"/purchases/{purchase}/card-payment")
    session = session_of(purchase)
    assert (answer.status_code, answer.location) == (303, session.url)
    assert buyer.post(f"/purchases/{purchase}/card-payment").location == session.url
    asked = cards.fake.sessions[session.provider_ref or ""]
    assert asked["success_url"] == f"http://localhost/purchases/{purchase}/card-payment?back=1"


def test_the_page_one_comes_back_to_only_shows_and_its_button_settles(cards: Cards, client_of: ClientOf) -> None:
    purchase, buyer = cards.placed(), client_of(cards.market.buyer)
    cards.paid(purchase)
    before = rows()
    assert "Đang chờ công ty thẻ" in buyer.get(f"/purchases/{purchase}/card-payment?back=1").text
    assert (rows(), states(cards, purchase)) == (before, [("awaiting_payment", "awaiting")])
    assert buyer.post(f"/purchases/{purchase}/card-payment/check").status_code == 303
    assert states(cards, purchase) == [("placed", "received")]
    assert "chúng tôi đã nhận được tiền" in buyer.get(f"/purchases/{purchase}/card-payment").text


def test_when_the_card_company_is_away_the_buyer_is_told(cards: Cards, client_of: ClientOf) -> None:
    purchase, buyer = cards.placed(), client_of(cards.market.buyer)
    cards.fake.fail("error", times=9)
    for path in ("card-payment", "card-payment/check"):
        answer = buyer.post(f"/purchases/{purchase}/{path}")
        assert (answer.status_code, answer.location.split("?")[0]) == (303, f"/purchases/{purchase}/card-payment")
    assert "Công ty thẻ tạm thời không phản hồi" in buyer.get(f"/purchases/{purchase}/card-payment").text


def test_a_transfer_has_no_page_of_a_card(cards: Cards, client_of: ClientOf) -> None:
    purchase = cards.purchase_of(placed(cards.market))
    assert client_of(cards.market.buyer).get(f"/purchases/{purchase}/card-payment").status_code == 404


def failed(cards: Cards) -> str:
    """An order whose refund the card refused twice."""
    purchase = cards.placed()
    cards.send(cards.paid(purchase))
    cards.work()
    order = cards.orders_of(purchase)[0].ref
    cancel(cards.market, order)
    for _ in range(2):
        with writing():
            services.fail_refund(refunds_of(order)[0], "expired_or_canceled_card", by=SYSTEM)
    return order


def test_the_operator_brings_refunds_to_an_end(cards: Cards, operator: Any) -> None:
    order, late = failed(cards), placed(cards.market)
    confirm(cards.market, late)
    cancel(cards.market, late)
    name_account(cards.market, late)
    with writing():
        refunds_of(late)[0].due_at = clock.now() - timedelta(days=1)
    card, transfer = refunds_of(order)[0].ref, refunds_of(late)[0].ref
    page = operator.get("/operator/payments").text
    for words in (card, transfer, "expired_or_canceled_card", "0011012345678"):
        assert words in page
    wrong = operator.post(f"/operator/refunds/{transfer}/resolution", data={"payer": "seller", "reference": ""})
    assert (wrong.status_code, refunds_of(late)[0].state) == (422, RefundState.DUE)
    right = {"payer": "platform", "reference": "FT 55"}
    for ref in (card, transfer):
        assert operator.post(f"/operator/refunds/{ref}/resolution", data=right).status_code == 303
        assert operator.post(f"/operator/refunds/{ref}/resolution", data=right).status_code == 422
    assert {refunds_of(one)[0].state for one in (order, late)} == {RefundState.DONE}
    assert faults() == []
    settled = operator.get("/operator/payments").text
    assert "Không có việc nào chờ bạn" in settled
    assert '<nav class="breadcrumbs"' in settled


def test_the_operator_gives_back_what_does_not_fit_and_notes_what_she_looked_at(cards: Cards, operator: Any) -> None:
    purchase = cards.placed()
    cards.send(cards.paid(purchase, amount_total=PRICE - 1))
    dispute = {"id": "evt_dispute", "type": "charge.dispute.created", "data": {"object": {"object": "dispute"}}}
    cards.send(dispute)
    cards.work()
    order = cards.orders_of(purchase)[0].ref
    page = operator.get("/operator/payments").text
    assert payment_of(order).ref in page
    assert "evt_dispute" in page
    assert "2 khoản chờ bạn xử lý" in operator.get("/operator").text
    assert operator.post(f"/operator/payments/{payment_of(order).ref}/return").status_code == 303
    assert operator.post("/operator/payment-events/evt_dispute/resolution", data={"note": ""}).status_code == 422
    assert operator.post("/operator/payment-events/evt_dispute/resolution", data={"note": "Đã gọi"}).status_code == 303
    cards.work()
    db.session.rollback()
    assert (cards.orders_of(purchase)[0].state, faults()) == (OrderState.CANCELLED, [])
    assert cards.orders_of(purchase)[0].cancel_reason is CancelReason.UNPAID
    assert [one["amount"] for one in cards.fake.refunds.values()] == [PRICE - 1]
    known = db.session.scalars(select(ProviderEvent.outcome).where(ProviderEvent.event_id == "evt_dispute"))
    assert list(known) == ["resolved"]


def test_letters_about_cards_read_well_in_both_languages(cards: Cards, operator: Any) -> None:
    order = failed(cards)
    with writing():
        services.resolve_refund(refunds_of(order)[0], reference="FT 1", by_seller=False, by=SYSTEM)
    purchase = cards.placed()
    cards.send(cards.paid(purchase))
    cards.work()
    cancel(cards.market, cards.orders_of(purchase)[0].ref)
    cards.work()
    notices = db.session.scalars(select(Notice).where(Notice.template.startswith("payments/"))).all()
    assert {notice.template.removeprefix("payments/") for notice in notices} >= {
        "card_refund_opened_buyer", "card_refund_opened_seller", "card_refunded_buyer", "refund_resolved_buyer",
        "card_refund_failed_operator",
    }  # fmt: skip
    for notice in notices:
        vi, en = letter_of(notice, "vi"), letter_of(notice, "en")
        assert vi.subject != en.subject
        assert not any(mark in letter.text for letter in (vi, en) for mark in ("None", "%(", "{"))


def test_a_seller_is_not_promised_money_that_goes_back(cards: Cards, client_of: ClientOf) -> None:
    purchase = cards.placed()
    cards.send(cards.paid(purchase))
    cards.work()
    order = cards.orders_of(purchase)[0].ref
    seller = client_of(cards.market.manager)
    assert "trong kỳ chi trả tới" in seller.get(f"/desk/orders/{order}").text
    cancel(cards.market, order)
    page = seller.get(f"/desk/orders/{order}").text
    assert "toàn bộ được hoàn lại cho người mua" in page
    assert "trong kỳ chi trả tới" not in page
