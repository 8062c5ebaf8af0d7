"""Packs come in, are counted and spoil; nothing that is promised may leave the book."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from marketplace.core import clock, i18n
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.outbox.letters import letter_of
from marketplace.core.refusals import Refused
from marketplace.inventory import jobs, queries, services
from marketplace.inventory.models import Hold, Lot, Movement, StockItem
from marketplace.inventory.services import LotLabel
from tests.inventory.goods import (
    ORDER,
    OTHER,
    a_seller,
    a_variant,
    figures,
    item_of,
    lots_of,
    made_to_order,
    reserved,
    snapshot,
)


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Any:
    with app.app_context(), i18n.speaking("en"):
        yield


def label(code: str = "L1", made: int = -2, best: int = 30) -> LotLabel:
    return LotLabel(code, clock.today() + timedelta(days=made), clock.today() + timedelta(days=best))


def act(verb: Any, variant_id: int, packs: int, **options: Any) -> None:
    with writing():
        (item,) = services.open_stock([variant_id])
        verb(item, packs, by=SYSTEM, **options)


def test_packs_come_in_loose_or_in_a_lot_that_may_grow() -> None:
    cake = a_variant()
    act(services.receive, cake, 5)
    act(services.receive, cake, 3, lot=label())
    act(services.receive, cake, 2, lot=label())
    assert figures(cake) == (10, 0)
    assert lots_of(cake) == {"L1": 5}


@pytest.mark.parametrize(
    ("packs", "lot", "sentence"),
    [
        (0, None, "at least one"),
        (-1, None, "at least one"),
        (1_000_001, None, "at most"),
        (1, label(made=1), "future"),
        (1, label(best=-1), "passed"),
        (1, label(made=-1, best=-2), "passed"),
    ],
)
def test_packs_that_cannot_come_in(packs: int, lot: LotLabel | None, sentence: str) -> None:
    cake = a_variant(5)
    before = snapshot()
    with pytest.raises(Refused, match=sentence):
        act(services.receive, cake, packs, lot=lot)
    assert snapshot() == before


def test_a_lot_keeps_its_days() -> None:
    cake = a_variant()
    act(services.receive, cake, 3, lot=label())
    before = snapshot()
    with pytest.raises(Refused, match="other days"):
        act(services.receive, cake, 3, lot=label(best=31))
    assert snapshot() == before


def test_the_book_follows_the_count() -> None:
    cake = a_variant(10, lots=[("L1", 6, 30)])
    act(services.correct, cake, 7, reason="counted", lot="L1")
    act(services.correct, cake, 1, reason="counted")
    assert figures(cake) == (8, 0)
    assert lots_of(cake) == {"L1": 7}


@pytest.mark.parametrize(
    ("verb", "packs", "options", "sentence"),
    [
        (services.correct, 4, {"reason": "counted"}, "nothing to correct"),
        (services.correct, 3, {"reason": " "}, "say why"),
        (services.correct, -1, {"reason": "counted"}, "at most"),
        (services.correct, 2_000_000, {"reason": "counted"}, "at most"),
        (services.correct, 3, {"reason": "counted", "lot": "L9"}, "no lot L9"),
        (services.spoil, 0, {"reason": "wet"}, "There are 4"),
        (services.spoil, 5, {"reason": "wet"}, "There are 4"),
        (services.spoil, 7, {"reason": "wet", "lot": "L1"}, "There are 6"),
        (services.spoil, 1, {"reason": ""}, "say why"),
    ],
)
def test_what_is_not_written_into_the_book(verb: Any, packs: int, options: dict[str, str], sentence: str) -> None:
    cake = a_variant(10, lots=[("L1", 6, 30)])
    before = snapshot()
    with pytest.raises(Refused, match=sentence):
        act(verb, cake, packs, **options)
    assert snapshot() == before


def test_spoiled_packs_leave_their_lot() -> None:
    cake = a_variant(10, lots=[("L1", 6, 30)])
    act(services.spoil, cake, 2, reason="wet", lot="L1")
    act(services.spoil, cake, 1, reason="wet")
    assert figures(cake) == (7, 0)
    assert lots_of(cake) == {"L1": 4}


def test_promised_packs_do_not_leave_and_the_last_orders_are_named() -> None:
    cake = a_variant(10)
    reserved(cake, 4)
    reserved(cake, 4, OTHER)
    before = snapshot()
    for verb, packs in ((services.spoil, 3), (services.correct, 7)):
        with pytest.raises(Refused, match=f"1 of these packs are promised to {OTHER}") as refusal:
            act(verb, cake, packs, reason="wet")
        assert refusal.value.detail == [OTHER]
    with pytest.raises(Refused) as refusal:
        act(services.spoil, cake, 8, reason="wet")
    assert refusal.value.detail == [OTHER, ORDER]
    assert snapshot() == before
    act(services.spoil, cake, 2, reason="wet")
    assert figures(cake) == (8, 8)


def test_good_packs_that_expired_ones_cannot_replace_do_not_leave() -> None:
    cake = a_variant(10, lots=[("OLD", 5, -1)])
    reserved(cake, 5)
    with pytest.raises(Refused):
        act(services.spoil, cake, 1, reason="wet")
    act(services.spoil, cake, 5, reason="past its day", lot="OLD")
    assert figures(cake) == (5, 5)


# --- faults ----------------------------------------------------------------------------------------------------------


def faults_after(statement: Any) -> list[str]:
    """What is found wrong once somebody changed the book behind the services' back."""
    with writing():
        db.session.execute(statement)
    return queries.stock_faults()


def test_a_sound_book_has_no_faults() -> None:
    cake = a_variant(10, lots=[("L1", 6, 30)])
    reserved(cake, 4)
    reserved(made_to_order(), 4, OTHER)
    assert queries.stock_faults() == []


def test_packs_without_a_movement_are_found() -> None:
    cake = a_variant(10)
    sku = item_of(cake).ref
    assert faults_after(update(StockItem).values(on_hand=11)) == [
        f"Stock {sku}: 11 packs in the book, 10 by its movements."
    ]


def test_a_lot_without_its_movements_is_found() -> None:
    a_variant(10, lots=[("L1", 6, 30)])
    (fault,) = faults_after(update(Lot).values(on_hand=7))
    assert "Lot L1" in fault
    (_lot, whole) = faults_after(update(Lot).values(on_hand=11))
    assert "11 in its lots" in whole


def test_reserved_packs_without_an_order_are_found() -> None:
    cake = a_variant(10)
    reserved(cake, 4)
    (fault,) = faults_after(delete(Hold))
    assert "4 packs reserved, 0 set aside" in fault


def test_days_without_an_order_are_found() -> None:
    cake = made_to_order()
    reserved(cake, 4)
    (fault,) = faults_after(delete(Hold))
    assert "4 packs planned on its days, 0 promised" in fault


def test_a_hold_that_nobody_ended_is_found_after_an_hour(frozen: Any) -> None:
    cake = a_variant(10)
    reserved(cake, 4)
    expired = clock.now()
    with writing():
        services.keep(ORDER, expired)
    frozen(expired + timedelta(minutes=59))
    assert queries.stock_faults() == []
    frozen(expired + timedelta(minutes=61))
    (fault,) = queries.stock_faults()
    assert ORDER in fault


def test_movements_only_grow() -> None:
    a_variant(10)
    with pytest.raises(Exception, match="only grows"), writing():
        db.session.execute(update(Movement).values(quantity=1))


def test_operators_are_told_at_night() -> None:
    from marketplace.core.actors import OrganisationKind

    a_seller(OrganisationKind.OPERATOR)
    a_variant(10)
    jobs.check_books()
    assert db.session.scalars(select(Notice)).all() == []
    faults_after(update(StockItem).values(on_hand=11))
    db.session.rollback()
    jobs.check_books()
    (notice,) = db.session.scalars(select(Notice)).all()
    assert notice.template == "inventory/faults"
    assert notice.context["count"] == 1
    assert letter_of(notice, "vi").subject == "Sổ kho có 1 chỗ không khớp"
    assert "11 packs in the book, 10 by its movements" in letter_of(notice, "en").text


def test_a_new_day_is_told_to_the_catalogue(frozen: Any) -> None:
    a_variant(5, lots=[("L1", 5, 3)])

    def in_stock() -> Any:
        db.session.rollback()
        return db.session.scalar(text("SELECT in_stock FROM products"))

    jobs.follow_calendar()
    assert in_stock()
    frozen(clock.now() + timedelta(days=4))
    db.session.rollback()
    jobs.follow_calendar()
    assert not in_stock()
