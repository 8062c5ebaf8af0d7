"""From the confirmation to the door: who may see and do what, in which order, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.accounts.models import Organisation
from marketplace.core.database import db, writing
from marketplace.core.links import key_of
from marketplace.orders.models import FreightTable
from tests.clients import Client
from tests.orders.stall import Stall, filled, manager, on, ordered, orders_of, put, text_of

Members = Callable[[Any], Client]


def order_by(client: Client, stall: Stall, **changes: Any) -> str:
    """The ref of a new order of one cake."""
    return orders_of(stall, ordered(client, stall, **changes))[0]


def test_an_order_paid_on_delivery_goes_its_whole_way(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = order_by(buyer, stall)
    assert "Chờ người bán:" in text_of(buyer.get(f"/orders/{ref}"))
    assert "Đến lượt bạn:" in text_of(seller.get(f"/desk/orders/{ref}"))
    assert seller.post(f"/orders/{ref}/confirmation", data={"ship_on": on(0)}).status_code == 303
    assert seller.post(f"/orders/{ref}/shipment", data={"carrier": "GHN", "tracking": "G123"}).status_code == 303
    assert stall.stock(stall.cake) == (49, 0)
    page = text_of(buyer.get(f"/orders/{ref}"))
    assert "G123" in page
    assert "Tôi đã nhận hàng" in page
    assert buyer.post(f"/orders/{ref}/receipt").status_code == 303
    assert stall.states() == ["delivered"]
    told = ["placed_buyer", "placed_seller", "confirmed_buyer", "shipped_buyer", "delivered_seller"]
    assert [name for name in stall.told() if name.startswith("orders/")] == [f"orders/{name}" for name in told]
    assert "Đã giao đến" in text_of(seller.get(f"/desk/orders/{ref}"))


def test_a_transfer_is_confirmed_by_the_seller_before_anything_moves(
    buyer: Client, seller: Client, stall: Stall
) -> None:
    ref = order_by(buyer, stall, payment="vietqr")
    assert stall.states() == ["awaiting_payment"]
    assert seller.post(f"/orders/{ref}/confirmation", data={"ship_on": on(0)}).status_code == 422
    with stall.app.app_context():
        payment = stall.all("payments")[0].ref
    assert f"/payments/{payment}/qr.svg" in text_of(buyer.get(f"/orders/{ref}"))
    assert buyer.post(f"/payments/{payment}/declaration").status_code == 303
    assert "Chờ người bán:" in text_of(buyer.get(f"/orders/{ref}"))
    assert seller.post(f"/payments/{payment}/receipt", data={"amount_vnd": "90000"}).status_code == 303
    assert stall.states() == ["placed"]
    assert seller.post(f"/orders/{ref}/confirmation", data={"ship_on": on(1)}).status_code == 303
    assert stall.states() == ["confirmed"]


def test_a_guest_with_a_phone_only_keeps_a_link(app: Flask, client: Client, stall: Stall) -> None:
    purchase = ordered(client, stall)
    (ref,) = orders_of(stall, purchase)
    assert "Bạn giữ lại đường dẫn này" in text_of(client.get(f"/purchases/{purchase}"))
    with app.app_context():
        key = key_of(purchase)
    elsewhere = app.test_client()
    assert elsewhere.get(f"/purchases/{purchase}").status_code == 404
    assert elsewhere.get(f"/purchases/{purchase}?key={key[:-1]}x").status_code == 404
    assert elsewhere.get(f"/purchases/{purchase}?key={key}").location == f"/purchases/{purchase}"
    assert elsewhere.get(f"/orders/{ref}").status_code == 200
    assert ref in text_of(elsewhere.get("/orders"))
    assert not [name for name in stall.told() if name.endswith("_buyer")]


def test_a_key_opens_only_its_own_purchase(app: Flask, client: Client, stall: Stall) -> None:
    first, second = ordered(client, stall), ordered(client, stall)
    with app.app_context():
        key = key_of(first)
    stranger = app.test_client()
    assert stranger.get(f"/purchases/{second}?key={key}").status_code == 404
    assert stranger.get(f"/orders/{orders_of(stall, first)[0]}?key={key}").status_code == 302
    assert stranger.get(f"/orders/{orders_of(stall, second)[0]}").status_code == 404


def test_an_address_folds_before_its_at(client: Client, stall: Stall) -> None:
    purchase = ordered(client, stall)
    with stall.app.app_context(), writing():
        db.session.execute(update(Organisation).values(email="banhdau@htx.example"))
    assert "banhdau<wbr>@htx.example" in client.get(f"/orders/{orders_of(stall, purchase)[0]}").text


def test_a_guest_with_an_address_is_sent_the_key(app: Flask, client: Client, stall: Stall) -> None:
    purchase = ordered(client, stall, email="lan@vidu.vn")
    with app.app_context():
        letter = next(one for one in stall.all("notices") if one.template == "orders/placed_buyer")
        assert letter.recipient.ref == "lan@vidu.vn"
        assert letter.context["url"].endswith(f"?key={key_of(purchase)}")


ACTS = [
    ("confirmation", {"ship_on": "2026-11-30"}),
    ("shipment", {"carrier": "GHN"}),
    ("delivery", {"on": "2026-11-30"}),
    ("receipt", {}),
    ("cancellation", {"reason": "other"}),
    ("failed-delivery", {"note": "Không ai ở nhà"}),
    ("return-to-stock", {}),
]


@pytest.mark.parametrize(("act", "data"), ACTS)
def test_others_do_not_find_the_order(
    buyer: Client, client_of: Members, stall: Stall, act: str, data: dict[str, str]
) -> None:
    ref = order_by(buyer, stall)
    told = stall.told()
    for stranger in (stall.app.test_client(), client_of(manager(stall.app, stall.rice))):
        assert stranger.get(f"/orders/{ref}").status_code == 404
        assert stranger.post(f"/orders/{ref}/{act}", data=data).status_code == 404
    assert (stall.states(), stall.told(), stall.stock(stall.cake)) == (["placed"], told, (50, 1))


@pytest.mark.parametrize(("act", "data"), [one for one in ACTS if one[0] not in {"receipt", "cancellation"}])
def test_the_buyer_may_not_do_what_is_the_sellers(buyer: Client, stall: Stall, act: str, data: dict[str, str]) -> None:
    ref = order_by(buyer, stall)
    assert buyer.post(f"/orders/{ref}/{act}", data=data).status_code == 403
    assert stall.states() == ["placed"]


def test_the_seller_may_not_say_that_the_buyer_has_it(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = order_by(buyer, stall)
    assert seller.post(f"/orders/{ref}/receipt").status_code == 403
    assert (stall.states(), stall.stock(stall.cake)) == (["placed"], (50, 1))


@pytest.mark.parametrize("day", ["", "soon", "2020-01-01", "2999-01-01"])
def test_a_bad_shipping_day_is_said_at_the_field(buyer: Client, seller: Client, stall: Stall, day: str) -> None:
    ref = order_by(buyer, stall)
    answer = seller.post(f"/orders/{ref}/confirmation", data={"ship_on": day})
    assert answer.status_code == 422
    assert 'id="ship_on-error"' in text_of(answer)
    assert stall.states() == ["placed"]


def test_a_parcel_needs_a_carrier_and_what_was_typed_is_kept(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = order_by(buyer, stall)
    seller.post(f"/orders/{ref}/confirmation", data={"ship_on": on(0)})
    answer = seller.post(f"/orders/{ref}/shipment", data={"carrier": "", "tracking": "G123"})
    assert answer.status_code == 422
    assert 'id="carrier-error"' in text_of(answer)
    assert 'value="G123"' in text_of(answer)


def test_the_buyer_cancels_until_the_seller_has_confirmed(buyer: Client, seller: Client, stall: Stall) -> None:
    first, second = order_by(buyer, stall), order_by(buyer, stall)
    assert buyer.post(f"/orders/{first}/cancellation", data={"reason": "too_slow", "note": "Lâu"}).status_code == 303
    assert stall.stock(stall.cake) == (50, 1)
    assert "Chờ quá lâu: Lâu" in text_of(seller.get(f"/desk/orders/{first}"))
    seller.post(f"/orders/{second}/confirmation", data={"ship_on": on(0)})
    assert buyer.post(f"/orders/{second}/cancellation", data={"reason": "too_slow"}).status_code == 422
    assert stall.states() == ["cancelled", "confirmed"]


def test_a_reason_of_the_other_side_is_not_taken(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = order_by(buyer, stall)
    assert buyer.post(f"/orders/{ref}/cancellation", data={"reason": "out_of_stock"}).status_code == 422
    assert seller.post(f"/orders/{ref}/cancellation", data={"reason": "changed_mind"}).status_code == 422
    assert stall.states() == ["placed"]


def test_a_parcel_refused_at_the_door_comes_back_into_stock(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = order_by(buyer, stall)
    seller.post(f"/orders/{ref}/confirmation", data={"ship_on": on(0)})
    seller.post(f"/orders/{ref}/shipment", data={"carrier": "GHN"})
    assert seller.post(f"/orders/{ref}/failed-delivery", data={"note": "Không ai ở nhà"}).status_code == 303
    assert seller.post(f"/orders/{ref}/return-to-stock").status_code == 303
    assert stall.states() == ["returned_to_seller"]
    assert stall.stock(stall.cake) == (50, 0)


def test_goods_that_are_fetched_are_ready_and_not_shipped(buyer: Client, seller: Client, stall: Stall) -> None:
    with stall.app.app_context(), writing():
        db.session.execute(update(FreightTable).values(pick_up=True))
    put(buyer, stall.cake)
    form = filled(buyer, stall, expected_total="65000", **{f"delivery-{stall.cakes.slug}": "pick-up"})
    ref = orders_of(stall, buyer.post("/checkout", data=form).location.rpartition("/")[2])[0]
    seller.post(f"/orders/{ref}/confirmation", data={"ship_on": on(0)})
    assert seller.post(f"/orders/{ref}/shipment", data={}).status_code == 303
    page = text_of(buyer.get(f"/orders/{ref}"))
    assert "Hàng sẵn sàng để lấy" in page
    assert "chờ khách đến lấy" in page
    assert "Đã giao cho bên vận chuyển" not in page


def test_the_queue_shows_what_waits(buyer: Client, seller: Client, stall: Stall) -> None:
    ref = order_by(buyer, stall)
    assert ref in text_of(seller.get("/desk/orders"))
    assert ref in text_of(seller.get("/desk/orders?state=placed"))
    assert ref not in text_of(seller.get("/desk/orders?state=shipped"))
    assert "đơn chờ bạn xác nhận" in text_of(seller.get("/desk"))


def test_who_signs_in_at_a_closed_order_comes_back_to_it(client: Client) -> None:
    assert 'href="/sign-in?next=/orders/DH-2026-000001"' in client.get("/orders/DH-2026-000001").text


@pytest.mark.parametrize("path", ["/desk/orders", "/desk/orders/DH-2026-000001"])
def test_the_desk_asks_guests_to_sign_in(client: Client, stall: Stall, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


def test_lists_ask_as_often_for_three_orders_as_for_one(
    buyer: Client, seller: Client, stall: Stall, queries: Callable[[Callable[[], Any]], int]
) -> None:
    counts = []
    for _ in range(3):
        ordered(buyer, stall, stall.cake, stall.bag)
        lists = (lambda: buyer.get("/orders"), lambda: seller.get("/desk/orders"), lambda: seller.get("/desk"))
        counts.append([queries(page) for page in lists])
    assert counts[0] == counts[2]
