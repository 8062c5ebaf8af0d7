"""Packs leave first expired first, come back to their lots, and the book always says how many there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.core import clock, i18n
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.inventory import queries, services
from marketplace.inventory.models import Hold, Movement
from marketplace.inventory.services import Demand
from marketplace.inventory.states import HoldState
from tests.inventory.goods import ORDER, OTHER, a_variant, figures, lots_of, made_to_order, reserved, snapshot


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Any:
    with app.app_context(), i18n.speaking("en"):
        yield
        db.session.rollback()
        assert queries.stock_faults() == []


def take(owner_ref: str = ORDER, quantities: dict[int, int] | None = None) -> dict[int, list[str]]:
    with writing():
        return services.take(owner_ref, quantities, by=SYSTEM)


def put_back(owner_ref: str = ORDER) -> dict[int, int]:
    with writing():
        return services.put_back(owner_ref, by=SYSTEM, reason="refused at the door")


def moved() -> list[tuple[str, int, str | None]]:
    db.session.rollback()
    found = db.session.scalars(select(Movement).order_by(Movement.id))
    return [(one.kind.value, one.quantity, one.lot.code if one.lot else None) for one in found]


def test_shipping_takes_what_expires_first_and_loose_packs_last() -> None:
    cake = a_variant(12, lots=[("LATE", 4, 30), ("SOON", 3, 5), ("OLD", 2, -1)])
    reserved(cake, 9)
    assert take() == {cake: ["SOON", "LATE"]}
    assert figures(cake) == (3, 0)
    assert lots_of(cake) == {"OLD": 2, "SOON": 0, "LATE": 0}
    assert moved()[-3:] == [("sale", -3, "SOON"), ("sale", -4, "LATE"), ("sale", -2, None)]


def test_shipping_less_lets_the_rest_go() -> None:
    rice, tea = a_variant(10), a_variant(10)
    with writing():
        services.reserve([Demand(rice, 4, ORDER), Demand(tea, 4, ORDER)], by=SYSTEM)
    assert take(quantities={rice: 3}) == {rice: [], tea: []}
    assert figures(rice) == (7, 0)
    assert figures(tea) == (10, 0)
    states = {hold.stock_item.variant_id: (hold.state, hold.quantity) for hold in db.session.scalars(select(Hold))}
    assert states == {rice: (HoldState.TAKEN, 3), tea: (HoldState.RELEASED, 4)}


@pytest.mark.parametrize("packs", [5, -1])
def test_more_than_was_set_aside_is_not_shipped(packs: int) -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    before = snapshot()
    with pytest.raises(Refused):
        take(quantities={rice: packs})
    assert snapshot() == before


def test_goods_of_another_order_are_not_shipped() -> None:
    rice, tea = a_variant(10), a_variant(10)
    reserved(rice, 4)
    reserved(tea, 4, OTHER)
    before = snapshot()
    with pytest.raises(Refused):
        take(quantities={rice: 4, tea: 1})
    assert snapshot() == before


def test_a_parcel_is_shipped_once() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    take()
    before = snapshot()
    with pytest.raises(Refused):
        take()
    assert snapshot() == before


def test_what_was_let_go_is_not_shipped() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    with writing():
        services.release(ORDER, by=SYSTEM)
    before = snapshot()
    with pytest.raises(Refused):
        take()
    assert snapshot() == before


def test_packs_that_expired_meanwhile_are_not_shipped(frozen: Any) -> None:
    cake = a_variant(10, lots=[("L1", 6, 3), ("L2", 4, 90)])
    reserved(cake, 8)
    frozen(clock.now() + timedelta(days=4))
    before = snapshot()
    with pytest.raises(Refused, match="Only 4 packs"):
        take()
    assert snapshot() == before
    assert take(quantities={cake: 4}) == {cake: ["L2"]}
    assert figures(cake) == (6, 0)


def test_letting_go_after_shipping_changes_nothing() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    take()
    before = snapshot()
    with writing():
        services.release(ORDER, by=SYSTEM)
    assert snapshot() == before


def test_a_refused_parcel_comes_back_to_its_lots_once() -> None:
    cake = a_variant(12, lots=[("L1", 4, 30), ("L2", 4, 60)])
    reserved(cake, 9)
    take()
    assert put_back() == {cake: 9}
    assert figures(cake) == (12, 0)
    assert lots_of(cake) == {"L1": 4, "L2": 4}
    assert moved()[-1][0] == "return"
    before = snapshot()
    assert put_back() == {}
    assert snapshot() == before


def test_only_what_left_comes_back() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    take(quantities={rice: 1})
    assert put_back() == {rice: 1}
    assert put_back("DH-2026-999999") == {}
    assert figures(rice) == (10, 0)


def test_packs_made_to_order_come_into_the_book_as_they_leave() -> None:
    cake = made_to_order(capacity=10)
    reserved(cake, 12)
    assert take() == {cake: []}
    assert figures(cake) == (0, 0)
    assert moved() == [("receipt", 12, None), ("sale", -12, None)]
    assert queries.availability([cake]) == {cake: 288}


def test_returned_packs_made_to_order_go_out_before_new_ones_are_made() -> None:
    cake = made_to_order(capacity=10)
    reserved(cake, 5)
    take()
    assert put_back() == {cake: 5}
    reserved(cake, 7, OTHER)
    take(OTHER)
    assert figures(cake) == (0, 0)
    assert moved()[3:] == [("receipt", 2, None), ("sale", -7, None)]


def test_fewer_packs_made_than_promised_free_their_days() -> None:
    cake = made_to_order(capacity=10)
    reserved(cake, 12)
    take(quantities={cake: 9})
    assert queries.availability([cake]) == {cake: 291}
