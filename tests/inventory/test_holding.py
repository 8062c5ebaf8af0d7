"""Packs are set aside for orders, kept and let go: never more than there are, and a denial changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.states import Keeping
from marketplace.core import clock, i18n
from marketplace.core.actors import SYSTEM
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.inventory import queries, services
from marketplace.inventory.models import Hold
from marketplace.inventory.services import Demand, Shortage
from marketplace.inventory.states import HoldState
from tests.inventory.goods import ORDER, OTHER, a_variant, figures, item_of, made_to_order, reserved, snapshot

NOVEMBER = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Any:
    with app.app_context(), i18n.speaking("en"):
        yield


def holds() -> dict[str, HoldState]:
    db.session.rollback()
    return {hold.owner_ref: hold.state for hold in db.session.scalars(select(Hold))}


def trail(variant_id: int) -> list[tuple[str, dict[str, Any]]]:
    db.session.rollback()
    found = select(AuditEntry).where(
        AuditEntry.subject_kind == "stock_items", AuditEntry.subject_ref == item_of(variant_id).ref
    )
    return [(entry.action, entry.figures) for entry in db.session.scalars(found.order_by(AuditEntry.number))]


def test_reserving_sets_packs_aside_and_writes_the_trail() -> None:
    rice = a_variant(10)
    assert reserved(rice, 4) is None
    assert figures(rice) == (10, 4)
    assert queries.availability([rice]) == {rice: 6}
    assert holds() == {ORDER: HoldState.HELD}
    assert trail(rice)[-1] == ("reserve", {"owner": ORDER, "quantity": 4, "on_hand": 10, "reserved": 4})


def test_two_lines_of_one_variant_count_together() -> None:
    rice = a_variant(10)
    before = snapshot()
    with pytest.raises(Shortage) as refusal, writing():
        services.reserve([Demand(rice, 6, ORDER), Demand(rice, 5, ORDER)], by=SYSTEM)
    assert refusal.value.detail == {rice: 10}
    assert snapshot() == before
    with writing():
        services.reserve([Demand(rice, 6, ORDER), Demand(rice, 4, ORDER)], by=SYSTEM)
    assert figures(rice) == (10, 10)
    assert len(holds()) == 1


def test_demands_of_two_orders_on_one_stock_count_together() -> None:
    rice = a_variant(10)
    with pytest.raises(Shortage), writing():
        services.reserve([Demand(rice, 6, ORDER), Demand(rice, 5, OTHER)], by=SYSTEM)
    assert figures(rice) == (10, 0)


def test_a_shortage_names_every_lacking_pack_and_holds_nothing() -> None:
    rice, tea, salt = a_variant(10), a_variant(1), a_variant(0)
    before = snapshot()
    with pytest.raises(Shortage) as refusal, writing():
        services.reserve([Demand(rice, 5, ORDER), Demand(tea, 2, ORDER), Demand(salt, 1, ORDER)], by=SYSTEM)
    assert refusal.value.detail == {tea: 1, salt: 0}
    assert "Only 1 pack of" in str(refusal.value)
    assert "is sold out." in str(refusal.value)
    assert snapshot() == before


def test_expired_lots_are_not_for_sale() -> None:
    cake = a_variant(10, lots=[("OLD", 4, -1), ("TODAY", 3, 0)])
    assert queries.availability([cake]) == {cake: 6}
    with pytest.raises(Shortage):
        reserved(cake, 7)
    reserved(cake, 6)
    assert queries.availability([cake]) == {cake: 0}


def test_availability_is_never_below_zero(frozen: Any) -> None:
    cake = a_variant(10, lots=[("L1", 10, 5)])
    reserved(cake, 8)
    frozen(clock.now() + timedelta(days=6))
    assert queries.availability([cake]) == {cake: 0}


@pytest.mark.parametrize("quantity", [0, -3])
def test_less_than_one_pack_is_refused(quantity: int) -> None:
    rice = a_variant(10)
    before = snapshot()
    with pytest.raises(Refused):
        reserved(rice, quantity)
    assert snapshot() == before


def test_an_order_does_not_hold_the_same_goods_twice() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    before = snapshot()
    with pytest.raises(Refused):
        reserved(rice, 1)
    assert snapshot() == before


def test_goods_of_a_season_are_promised_only_in_it(frozen: Any) -> None:
    lychee = a_variant(10, keeping=Keeping.SEASONAL, season_months=0b110000)  # May and June
    frozen(NOVEMBER)
    before = snapshot()
    assert queries.availability([lychee]) == {lychee: 0}
    with pytest.raises(Shortage) as refusal:
        reserved(lychee, 1)
    assert "months 5–6" in str(refusal.value)
    assert refusal.value.detail == {lychee: 0}
    assert snapshot() == before
    frozen(datetime(2026, 5, 31, 18, tzinfo=UTC))  # the first of June in Vietnam
    assert queries.availability([lychee]) == {lychee: 10}
    assert reserved(lychee, 1) is None


def test_a_season_binds_only_goods_kept_for_it(frozen: Any) -> None:
    dried = a_variant(10, season_months=0b110000)
    frozen(NOVEMBER)
    reserved(dried, 1)
    assert queries.availability([dried]) == {dried: 9}


def test_letting_go_frees_the_packs_once() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    reserved(rice, 3, OTHER)
    with writing():
        services.release(ORDER, by=SYSTEM)
    assert figures(rice) == (10, 3)
    before = snapshot()
    with writing():
        services.release(ORDER, by=SYSTEM)
        services.release("DH-2026-999999", by=SYSTEM)
    assert snapshot() == before
    assert holds() == {ORDER: HoldState.RELEASED, OTHER: HoldState.HELD}


def test_what_was_let_go_may_be_set_aside_again() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    with writing():
        services.release(ORDER, by=SYSTEM)
    reserved(rice, 7)
    assert figures(rice) == (10, 7)
    assert holds() == {ORDER: HoldState.HELD}


def test_keeping_moves_or_removes_the_expiry() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    for moment in (NOVEMBER, None):
        with writing():
            services.keep(ORDER, moment)
        db.session.rollback()
        assert db.session.scalars(select(Hold)).one().expires_at == moment


def test_what_was_let_go_cannot_be_kept() -> None:
    rice = a_variant(10)
    reserved(rice, 4)
    with writing():
        services.release(ORDER, by=SYSTEM)
    before = snapshot()
    with pytest.raises(Refused), writing():
        services.keep(ORDER, None)
    assert snapshot() == before


def test_the_catalogue_hears_when_a_product_sells_out_and_comes_back() -> None:
    rice = a_variant(10)

    def in_stock() -> bool:
        db.session.rollback()
        return bool(db.session.scalar(select(Product.in_stock)))

    assert in_stock()
    reserved(rice, 9)
    assert in_stock()
    reserved(rice, 1, OTHER)
    assert not in_stock()
    with writing():
        services.release(ORDER, by=SYSTEM)
    assert in_stock()


def test_one_pack_sold_out_leaves_the_product_in_stock() -> None:
    small = a_variant(5)
    with writing():
        variant = db.session.get(Variant, small)
        assert variant
        other = Variant(product_id=variant.product_id, seller_id=variant.seller_id, sku="BIG", name="Hộp lớn")
        other.price_vnd, other.gross_grams = 90_000, 700
        db.session.add(other)
        db.session.flush()
        (item,) = services.open_stock([other.id])
        services.receive(item, 3, by=SYSTEM)
        big = other.id
    reserved(small, 5)
    assert db.session.scalar(select(Product.in_stock)) is True
    reserved(big, 3, OTHER)
    db.session.rollback()
    assert db.session.scalar(select(Product.in_stock)) is False


def test_many_availabilities_take_one_query() -> None:
    ids = [a_variant(3, lots=[("L", 2, 9)]), a_variant(1), made_to_order()]
    db.session.rollback()
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    assert queries.availability(ids) == dict(zip(ids, (3, 1, 300), strict=True))
    assert sum(statement.startswith("SELECT") for statement in asked) == 1
    assert queries.availability([]) == {}


# --- made to order ---------------------------------------------------------------------------------------------------


def test_packs_made_to_order_are_ready_on_the_first_day_with_room(frozen: Any) -> None:
    frozen(NOVEMBER)
    cake = made_to_order(capacity=10, lead_days=2)
    assert reserved(cake, 6, "DH-1") == date(2026, 11, 24)
    assert reserved(cake, 6, "DH-2") == date(2026, 11, 25)  # four on the 24th, two on the 25th
    assert reserved(cake, 25, "DH-3") == date(2026, 11, 27)
    assert figures(cake) == (0, 0)
    assert queries.availability([cake]) == {cake: 300 - 37}


def test_capacity_is_promised_only_as_far_as_the_horizon() -> None:
    cake = made_to_order(capacity=10)
    before = snapshot()
    with pytest.raises(Shortage) as refusal:
        reserved(cake, 301)
    assert refusal.value.detail == {cake: 300}
    assert snapshot() == before
    reserved(cake, 300)
    assert queries.availability([cake]) == {cake: 0}


def test_without_a_stated_capacity_nothing_is_promised() -> None:
    assert queries.availability([cake := made_to_order(capacity=None)]) == {cake: 0}


def test_letting_go_frees_the_days_and_keeps_every_other_promise() -> None:
    cake = made_to_order(capacity=10)
    reserved(cake, 13, "DH-1")
    reserved(cake, 4, "DH-2")
    with writing():
        services.release("DH-1", by=SYSTEM)
    assert queries.availability([cake]) == {cake: 296}
    assert queries.stock_faults() == []
    with writing():
        services.release("DH-2", by=SYSTEM)
    assert queries.availability([cake]) == {cake: 300}


def test_two_orders_share_the_days_of_one_act() -> None:
    cake = made_to_order(capacity=10)
    with writing():
        ready = services.reserve([Demand(cake, 10, ORDER), Demand(cake, 1, OTHER)], by=SYSTEM)
    assert ready[OTHER, cake] == ready[ORDER, cake] + timedelta(days=1)  # type: ignore[operator]


def test_goods_without_a_stock_yet_are_sold_out() -> None:
    rice = a_variant()
    assert queries.availability([rice]) == {rice: 0}
    with pytest.raises(Shortage):
        reserved(rice, 1)
