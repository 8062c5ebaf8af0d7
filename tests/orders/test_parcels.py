"""Fewer packs than ordered, and goods that are weighed: what leaves, what is paid, who reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.catalogue.models import Variant
from marketplace.core.database import db, writing
from marketplace.orders.events import OrderReduced
from marketplace.orders.models import Order
from tests import factories
from tests.clients import Client
from tests.orders.stall import Stall, filled, on, orders_of, put, text_of

Members = Callable[[Any], Client]


def confirmed(buyer: Client, seller: Client, stall: Stall, *wishes: tuple[str, int]) -> str:
    """An order that the seller has promised to ship today."""
    for sku, packs in wishes:
        assert put(buyer, sku, packs).status_code == 303
    bought = buyer.post("/checkout", data=filled(buyer, stall))
    ref = orders_of(stall, str(bought.location).rpartition("/")[2])[0]
    assert seller.post(f"/orders/{ref}/confirmation", data={"ship_on": on(0)}).status_code == 303
    return ref


def order(stall: Stall, ref: str) -> Order:
    return db.session.query(Order).filter_by(ref=ref).one()


def ship(seller: Client, ref: str, **fields: Any) -> Any:
    return seller.post(f"/orders/{ref}/shipment", data={"carrier": "GHN", "tracking": "G1", **fields})


def weighed(stall: Stall, grams: int = 500) -> None:
    """The cakes are sold by weight from now on."""
    with stall.app.app_context(), writing():
        change = update(Variant).where(Variant.sku == stall.cake)
        db.session.execute(change.values(is_actual_weight=True, net_grams=grams))


# --- fewer packs -----------------------------------------------------------------------------------------------------


def test_a_short_parcel_frees_the_rest_and_costs_less(
    buyer: Client, seller: Client, stall: Stall, reduced: list[OrderReduced]
) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 5))
    fields = {f"packs-{stall.cake}": "3", f"reason-{stall.cake}": "out_of_stock", "note": "Mẻ này cháy hai hộp"}
    assert ship(seller, ref, **fields).status_code == 303
    assert stall.stock(stall.cake) == (47, 0)
    with stall.app.app_context():
        sent = order(stall, ref)
        assert (sent.reduced_vnd, sent.due_vnd) == (130_000, sent.total_vnd - 130_000)
        assert [(line.shipped_quantity, line.settled_vnd) for line in sent.lines] == [(3, 195_000)]
        hold_ref = sent.hold_ref
    assert [(one.amount_vnd, one.source_ref) for one in reduced] == [(130_000, f"{hold_ref}/short")]
    for page in (buyer.get(f"/orders/{ref}"), seller.get(f"/desk/orders/{ref}")):
        words = text_of(page)
        assert "Giao thiếu: gửi 3 trên 5 gói" in words
        assert "Mẻ này cháy hai hộp" in words
        assert "−130.000 ₫" in words


def test_a_whole_parcel_costs_what_was_agreed(
    buyer: Client, seller: Client, stall: Stall, reduced: list[OrderReduced]
) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 5))
    assert ship(seller, ref).status_code == 303
    with stall.app.app_context():
        assert (order(stall, ref).reduced_vnd, order(stall, ref).lines[0].settled_vnd) == (0, 325_000)
    assert reduced == []
    assert "Giao thiếu" not in text_of(buyer.get(f"/orders/{ref}"))


@pytest.mark.parametrize(
    ("packs", "reason", "sentence"),
    [
        ("3", "", "Bạn cho biết vì sao gửi thiếu"),
        ("0", "out_of_stock", "Kiện hàng phải có ít nhất một gói"),
        ("6", "", "từ 0 đến 5"),
        ("-1", "other", "từ 0 đến 5"),
        ("", "", "Bạn nhập một con số, không có gói nào thì ghi 0."),
        ("ba", "", "số"),
        ("3", "because", "danh sách"),
    ],
)
def test_a_parcel_that_makes_no_sense_changes_nothing(
    buyer: Client, seller: Client, stall: Stall, packs: str, reason: str, sentence: str
) -> None:
    ref = confirmed(buyer, seller, stall, (stall.cake, 5))
    answer = ship(seller, ref, **{f"packs-{stall.cake}": packs, f"reason-{stall.cake}": reason})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'value="GHN"' in text_of(answer)
    assert (stall.states(), stall.stock(stall.cake)) == (["confirmed"], (50, 5))


def test_a_line_of_which_nothing_came_is_not_reviewed(buyer: Client, seller: Client, stall: Stall) -> None:
    with stall.app.app_context():
        other = factories.variant_of(factories.product(db.session.merge(stall.cakes), "Bánh gai")).sku
    ref = confirmed(buyer, seller, stall, (stall.cake, 1), (other, 1))
    ship(seller, ref, **{f"packs-{other}": "0", f"reason-{other}": "out_of_stock"})
    buyer.post(f"/orders/{ref}/receipt")
    page = text_of(buyer.get(f"/orders/{ref}"))
    assert f"/lines/{stall.cake}/review" in page
    assert f"/lines/{other}/review" not in page
    assert buyer.post(f"/orders/{ref}/lines/{other}/review", data={"rating": "5"}).status_code == 422


def test_the_commission_shrinks_with_the_goods(
    app_with: Callable[..., Flask], stall: Stall, reduced: list[OrderReduced]
) -> None:
    app = app_with(commission_basis_points=500)
    with app.app_context():
        lan, boss = factories.person(), factories.manager_of(db.session.merge(stall.cakes))
    from tests.clients import sign_in

    buyer, seller = app.test_client(), app.test_client()
    assert isinstance(buyer, Client)
    assert isinstance(seller, Client)
    with app.app_context():
        sign_in(buyer, db.session.merge(lan))
        sign_in(seller, db.session.merge(boss))
    ref = confirmed(buyer, seller, stall, (stall.cake, 3))
    ship(seller, ref, **{f"packs-{stall.cake}": "1", f"reason-{stall.cake}": "other"})
    assert [(one.amount_vnd, one.commission_vnd) for one in reduced] == [(130_000, 6_500)]
    with app.app_context():
        sent = order(stall, ref)
        assert (sent.commission_vnd, sent.reduced_commission_vnd) == (9_750, 6_500)


# --- goods that are weighed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grams", "reason", "due"),
    [
        ("1000", "", 130_000),
        ("1200", "", 130_000),
        ("900", "", 117_000),
        ("950", "", 123_500),
        ("500", "lighter", 65_000),
    ],
)
def test_weighed_goods_cost_what_they_weigh_and_never_more_than_agreed(
    buyer: Client, seller: Client, stall: Stall, grams: str, reason: str, due: int
) -> None:
    weighed(stall)
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    assert "cân trước khi gửi" in text_of(buyer.get(f"/orders/{ref}"))
    sent = ship(seller, ref, **{f"grams-{stall.cake}": grams, f"reason-{stall.cake}": reason})
    assert sent.status_code == 303
    with stall.app.app_context():
        (line,) = order(stall, ref).lines
        assert (line.settled_vnd, line.shipped_grams, line.shipped_quantity) == (due, int(grams), 2)
        assert order(stall, ref).due_vnd == due + order(stall, ref).freight_vnd
    kilos = f"{int(grams) / 1000:g} kg".replace(".", ",")
    weighs = kilos if int(grams) >= 1000 else f"{grams} g"
    assert f"Cân được {weighs}" in text_of(buyer.get(f"/orders/{ref}"))


@pytest.mark.parametrize(("grams", "weighs", "less"), [("900", "900 g", "13.000"), ("950", "950 g", "6.500")])
def test_the_timeline_says_why_less_is_due_within_the_tolerance(
    buyer: Client, seller: Client, stall: Stall, grams: str, weighs: str, less: str
) -> None:
    weighed(stall)
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    ship(seller, ref, **{f"grams-{stall.cake}": grams})
    for page in (buyer.get(f"/orders/{ref}"), seller.get(f"/desk/orders/{ref}")):
        words = text_of(page)
        assert "Cân thực tế nhẹ hơn ước tính" in words
        assert f"({weighs}, ước tính khoảng 1 kg) · bớt {less} ₫" in words
        assert "Giao thiếu so với đơn" not in words


def test_a_parcel_as_heavy_as_estimated_adds_nothing_to_the_timeline(
    buyer: Client, seller: Client, stall: Stall
) -> None:
    weighed(stall)
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    ship(seller, ref, **{f"grams-{stall.cake}": "1000"})
    assert "nhẹ hơn ước tính" not in text_of(buyer.get(f"/orders/{ref}"))


@pytest.mark.parametrize(
    ("grams", "sentence"),
    [
        ("", "và nhập khối lượng"),
        ("899", "nhẹ hơn mức tối thiểu"),
        ("0", "ví dụ 500 g hoặc 1,5 kg"),
        ("hai cân", "ví dụ 500 g hoặc 1,5 kg"),
    ],
)
def test_weighed_goods_need_a_weight_and_a_reason_below_the_tolerance(
    buyer: Client, seller: Client, stall: Stall, grams: str, sentence: str
) -> None:
    weighed(stall)
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    answer = ship(seller, ref, **{f"grams-{stall.cake}": grams})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert stall.states() == ["confirmed"]


def test_a_weight_may_be_typed_in_kilos(buyer: Client, seller: Client, stall: Stall) -> None:
    weighed(stall)
    ref = confirmed(buyer, seller, stall, (stall.cake, 2))
    assert ship(seller, ref, **{f"grams-{stall.cake}": "0,95 kg"}).status_code == 303
    with stall.app.app_context():
        assert order(stall, ref).lines[0].shipped_grams == 950


def test_estimate_and_tolerance_are_frozen_with_the_order(buyer: Client, seller: Client, stall: Stall) -> None:
    weighed(stall)
    assert "Bán theo cân thực tế: mỗi gói khoảng 500 g" in text_of(put_and_see(buyer, stall))
    ref = confirmed(buyer, seller, stall, (stall.cake, 1))
    weighed(stall, 400)
    with stall.app.app_context():
        (line,) = order(stall, ref).lines
        assert (line.estimated_grams, line.tolerance_percent, line.price_per_kilo_vnd) == (500, 10, 130_000)


def put_and_see(buyer: Client, stall: Stall) -> Any:
    put(buyer, stall.cake, 1)
    return buyer.get("/cart")
