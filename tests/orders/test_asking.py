"""Asking a seller who packs already to cancel, the answer to orders that are paid, and buying again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.inventory.models import StockItem
from marketplace.orders import jobs
from marketplace.orders.models import Order
from marketplace.orders.services.time_limits import working_hours_from
from tests.clients import Client
from tests.orders.stall import Stall, filled, orders_of, put, text_of
from tests.orders.test_parcels import confirmed, ship

# --- asking to cancel ------------------------------------------------------------------------------------------------


def test_the_seller_agrees_to_cancel(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    assert "Xin hủy đơn" in text_of(buyer.get(f"/orders/{ref}"))
    assert seller.post(f"/orders/{ref}/cancellation-agreement").status_code == 422
    assert buyer.post(f"/orders/{ref}/cancellation-request", data={"note": ""}).status_code == 422
    assert buyer.post(f"/orders/{ref}/cancellation-request", data={"note": "Tôi đặt nhầm"}).status_code == 303
    assert "Đơn được hủy, hoặc vẫn giao như đã hẹn." in text_of(buyer.get(f"/orders/{ref}"))
    page = text_of(seller.get(f"/desk/orders/{ref}"))
    assert "Tôi đặt nhầm" in page
    assert "Đồng ý hủy đơn" in page
    assert stall.states() == ["confirmed"]
    assert seller.post(f"/orders/{ref}/cancellation-agreement").status_code == 303
    assert (stall.states(), stall.stock(stall.cake)) == (["cancelled"], (50, 0))


def test_the_seller_keeps_to_the_order_and_is_asked_once(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    buyer.post(f"/orders/{ref}/cancellation-request", data={"note": "Tôi đặt nhầm"})
    assert seller.post(f"/orders/{ref}/cancellation-refusal", data={"note": ""}).status_code == 422
    assert seller.post(f"/orders/{ref}/cancellation-refusal", data={"note": "Đã đóng gói rồi"}).status_code == 303
    assert "Đã đóng gói rồi" in text_of(buyer.get(f"/orders/{ref}"))
    assert buyer.post(f"/orders/{ref}/cancellation-request", data={"note": "Nữa"}).status_code == 422
    assert seller.post(f"/orders/{ref}/cancellation-agreement").status_code == 422
    assert stall.states() == ["confirmed"]


def test_shipping_answers_the_request(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    buyer.post(f"/orders/{ref}/cancellation-request", data={"note": "Tôi đặt nhầm"})
    assert ship(seller, ref).status_code == 303
    assert seller.post(f"/orders/{ref}/cancellation-agreement").status_code == 422
    assert stall.states() == ["shipped"]


# --- paid, and the seller does not answer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ((2026, 11, 23, 9), 48, (2026, 11, 25, 9)),
        ((2026, 11, 26, 9), 48, (2026, 11, 30, 9)),
        ((2026, 11, 27, 20), 48, (2026, 12, 1, 20)),
        ((2026, 11, 28, 9), 24, (2026, 12, 1, 0)),
        ((2026, 11, 29, 23), 1, (2026, 11, 30, 1)),
    ],
)
def test_weekends_do_not_count(start: tuple[int, ...], hours: int, end: tuple[int, ...]) -> None:
    from_moment = datetime(*start, tzinfo=clock.VIETNAM).astimezone(UTC)  # type: ignore[misc, arg-type]
    assert clock.local(working_hours_from(from_moment, hours)) == datetime(*end, tzinfo=clock.VIETNAM)  # type: ignore[misc, arg-type]


def test_a_paid_order_that_nobody_answers_ends_and_the_money_goes_back(
    buyer: Client,
    seller: Client,
    stall: Stall,
) -> None:
    put(buyer, stall.cake, 1)
    bought = buyer.post("/checkout", data=filled(buyer, stall, payment="vietqr"))
    ref = orders_of(stall, str(bought.location).rpartition("/")[2])[0]
    with stall.app.app_context():
        payment = stall.all("payments")[0]
        address, form = f"/payments/{payment.ref}/receipt", {"amount_vnd": str(payment.amount_vnd)}
    assert seller.post(address, data=form).status_code == 303
    with stall.app.app_context():
        due_at = db.session.query(Order).filter_by(ref=ref).one().due_at
        assert due_at is not None
        assert due_at >= clock.now() + timedelta(hours=47)
        with clock.frozen(due_at - timedelta(minutes=1)):
            jobs.pass_deadlines()
        assert stall.states() == ["placed"]
        with clock.frozen(due_at + timedelta(minutes=1)):
            jobs.pass_deadlines()
    assert (stall.states(), stall.stock(stall.cake)) == (["cancelled"], (50, 0))
    assert "orders/cancelled_buyer" in stall.told()
    assert "payments/refund_opened_buyer" in stall.told()


# --- buying again ----------------------------------------------------------------------------------------------------


def change(stall: Stall, sku: str, **values: Any) -> None:
    with stall.app.app_context(), writing():
        db.session.execute(update(Variant).where(Variant.sku == sku).values(**values))


def test_what_can_still_be_had_goes_into_the_cart_at_todays_price(
    buyer: Client,
    seller: Client,
    stall: Stall,
) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 3))
    change(stall, stall.cake, price_vnd=70_000)
    assert "Mua lại" in text_of(buyer.get(f"/orders/{ref}"))
    answer = buyer.post(f"/orders/{ref}/reorder")
    assert (answer.status_code, answer.location) == (303, "/cart")
    page = text_of(buyer.get("/cart"))
    assert "Đã cho 3 gói vào giỏ hàng." in page
    assert "210.000 ₫" in page


def test_what_cannot_be_had_is_named_with_the_reason(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 3))
    change(stall, stall.cake, is_active=False)
    buyer.post(f"/orders/{ref}/reorder")
    page = text_of(buyer.get("/cart"))
    assert "vào giỏ hàng." not in page
    assert "Bánh đậu xanh" in page


def test_fewer_go_into_the_cart_where_fewer_are_left(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 5))
    with stall.app.app_context(), writing():
        item = db.session.query(StockItem).join(Variant).filter(Variant.sku == stall.cake).one()
        item.on_hand = item.reserved + 2
    buyer.post(f"/orders/{ref}/reorder")
    page = text_of(buyer.get("/cart"))
    assert "hiện chỉ mua được 2 gói thay vì 5 gói" in page
