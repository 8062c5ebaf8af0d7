"""The stock pages of the desk, as a producer's people and everybody else meet them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from marketplace.accounts.models import Membership
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db, writing
from tests import factories
from tests.inventory.goods import (
    ORDER,
    Lots,
    a_seller,
    a_variant,
    figures,
    lots_of,
    made_to_order,
    reserved,
    snapshot,
)

DAY = timedelta(days=1)


class Desk:
    """A producer, somebody of hers who is signed in, and her goods."""

    def __init__(self, app: Flask, client_of: Any, role: Role = Role.MANAGER, seller_id: int | None = None) -> None:
        with app.app_context():
            self.seller_id = seller_id or a_seller()
            who = factories.person("Phạm Thị Hoa")
            with writing():
                db.session.add(Membership(person_id=who.id, organisation_id=self.seller_id, role=role))
            self.client = client_of(who)
        self.app = app

    def variant(self, stock: int = 0, lots: Lots = (), **of: Any) -> tuple[int, str]:
        """The id and SKU of one more pack of hers."""
        variant_id = a_variant(stock, lots=lots, seller_id=self.seller_id, **of)
        return variant_id, sku_of(variant_id)

    def post(self, sku: str, act: str, **data: Any) -> TestResponse:
        return self.client.post(f"/desk/stock/{sku}/{act}", data=data)


def sku_of(variant_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Variant, variant_id).sku


def text_of(response: TestResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


@pytest.fixture
def desk(app: Flask, client_of: Any) -> Desk:
    return Desk(app, client_of)


def test_the_table_shows_every_shelf(desk: Desk) -> None:
    with desk.app.app_context():
        cake, sku = desk.variant(12, lots=[("L-07", 4, 5), ("L-06", 2, -1)])
        reserved(cake, 3)
        made_to_order(capacity=8, lead_days=2, seller_id=desk.seller_id)
        desk.variant(0)
        a_variant(77)
    page = desk.client.get("/desk/stock")
    words = text_of(page)
    assert page.status_code == 200
    assert f"{sku} 12 3 7 L-06:" in words
    assert "quá hạn" in words
    assert "còn 5 ngày" in words
    assert "8 sản phẩm mỗi ngày, có hàng sau 2 ngày" in words
    assert "hết hàng" in words
    assert "77" not in words
    assert "12 3 7" in text_of(desk.client.get("/desk/stock?lang=en"))


def test_the_table_asks_as_often_for_three_as_for_one(desk: Desk) -> None:
    def asked() -> int:
        count = 0

        def counted(*_seen: Any) -> None:
            nonlocal count
            count += 1

        with desk.app.app_context():
            event.listen(db.engine, "before_cursor_execute", counted)
            desk.client.get("/desk/stock")
            event.remove(db.engine, "before_cursor_execute", counted)
        return count

    with desk.app.app_context():
        desk.variant(5, lots=[("L1", 5, 9)])
        made_to_order(seller_id=desk.seller_id)
    asked()
    once = asked()
    with desk.app.app_context():
        for _ in range(2):
            desk.variant(5, lots=[("L1", 3, 9), ("L2", 2, 9)])
            made_to_order(seller_id=desk.seller_id)
    assert asked() == once


def test_a_shop_without_goods_says_what_comes_next(desk: Desk) -> None:
    assert "Bạn chưa bán mặt hàng nào" in text_of(desk.client.get("/desk/stock"))


def test_goods_come_in_with_a_lot(desk: Desk) -> None:
    with desk.app.app_context():
        cake, sku = desk.variant()
    today = clock.today()
    days = {"made_on": (today - DAY).isoformat(), "best_before": (today + 60 * DAY).strftime("%d/%m/%Y")}
    answer = desk.post(sku, "receipts", quantity="1.200", code=" L 01 ", **days)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/stock/{sku}")
    page = text_of(desk.client.get(f"/desk/stock/{sku}"))
    assert "Đã nhập kho 1.200 sản phẩm." in page
    assert "Phạm Thị Hoa" in page
    with desk.app.app_context():
        assert figures(cake) == (1200, 0)
        assert lots_of(cake) == {"L 01": 1200}


def test_the_shelf_is_counted_and_spoiled_packs_are_written_off(desk: Desk) -> None:
    with desk.app.app_context():
        cake, sku = desk.variant(10, lots=[("L1", 6, 30)])
    assert desk.post(sku, "corrections", lot="L1", counted="5", reason="Đếm lại").status_code == 303
    assert desk.post(sku, "spoilage", lot="-", quantity="2", reason="Ẩm mốc").status_code == 303
    with desk.app.app_context():
        assert figures(cake) == (7, 0)
        assert lots_of(cake) == {"L1": 5}
    page = text_of(desk.client.get(f"/desk/stock/{sku}"))
    assert "kiểm kho −1 L1 Đếm lại" in page
    assert "hủy hàng −2 – Ẩm mốc" in page


def test_a_refusal_names_the_orders_and_keeps_what_was_typed(desk: Desk) -> None:
    with desk.app.app_context():
        cake, sku = desk.variant(10)
        reserved(cake, 8)
        before = snapshot()
    answer = desk.post(sku, "spoilage", quantity="5", reason="Mưa dột")
    assert answer.status_code == 422
    assert f"đang giữ cho {ORDER}" in text_of(answer)
    assert 'value="Mưa dột"' in unescape(answer.text)
    with desk.app.app_context():
        assert snapshot() == before


LONG = "x" * 500
BAD = [
    ("receipts", {"quantity": ""}),
    ("receipts", {"quantity": "-5"}),
    ("receipts", {"quantity": "0"}),
    ("receipts", {"quantity": "abc"}),
    ("receipts", {"quantity": "99999999999999999999"}),
    ("receipts", {"quantity": "1e3"}),
    ("receipts", {"quantity": "5", "code": "L1"}),
    ("receipts", {"quantity": "5", "made_on": "2026-11-01"}),
    ("receipts", {"quantity": "5", "code": LONG, "made_on": "2026-11-01", "best_before": "2027-11-01"}),
    ("receipts", {"quantity": "5", "code": "L1", "made_on": "31/02/2026", "best_before": "2027-11-01"}),
    ("receipts", {"quantity": "5", "code": "L1", "made_on": "yesterday", "best_before": "2027-11-01"}),
    ("receipts", {"quantity": "5", "code": "L1", "made_on": "2020-01-01", "best_before": "2020-02-01"}),
    ("receipts", {"quantity": "5", "code": "L\ufffd1", "made_on": "2026-11-01", "best_before": "2027-11-01"}),
    ("corrections", {}),
    ("corrections", {"counted": "-1", "reason": "x"}),
    ("corrections", {"counted": "7"}),
    ("corrections", {"counted": "7", "reason": "   "}),
    ("corrections", {"counted": "7", "reason": "\u200b\u0000"}),
    ("corrections", {"counted": "7", "reason": LONG}),
    ("corrections", {"counted": "10", "reason": "same"}),
    ("corrections", {"counted": "7", "reason": "x", "lot": "L404"}),
    ("spoilage", {}),
    ("spoilage", {"quantity": "0", "reason": "x"}),
    ("spoilage", {"quantity": "11", "reason": "x"}),
    ("spoilage", {"quantity": "2.5.5,5", "reason": "x"}),
    ("spoilage", {"quantity": "<b>2</b>", "reason": "<script>alert(1)</script>"}),
]


@pytest.mark.parametrize(("act", "data"), BAD, ids=lambda value: str(value)[:40])
def test_bad_input_is_answered_with_a_sentence(desk: Desk, act: str, data: dict[str, str]) -> None:
    with desk.app.app_context():
        _cake, sku = desk.variant(10)
        before = snapshot()
    answer = desk.post(sku, act, **data)
    assert answer.status_code == 422
    assert "notice-danger" in answer.text
    assert "<script>alert" not in answer.text
    for typed in (value for name, value in data.items() if name != "lot"):
        kept = re.sub(r"[\u0000\u200b]", "", typed).strip()
        assert not kept or kept in unescape(answer.text)
    with desk.app.app_context():
        assert snapshot() == before


def test_a_lot_must_be_said_where_there_are_lots(desk: Desk) -> None:
    with desk.app.app_context():
        _cake, sku = desk.variant(10, lots=[("L1", 6, 30)])
        before = snapshot()
    assert desk.post(sku, "spoilage", quantity="1", reason="x").status_code == 422
    with desk.app.app_context():
        assert snapshot() == before


ACTS = [
    ("receipts", {"quantity": "5"}),
    ("corrections", {"counted": "5", "reason": "x"}),
    ("spoilage", {"quantity": "5", "reason": "x"}),
]


@pytest.mark.parametrize(("act", "data"), ACTS)
def test_others_do_not_find_the_shelf(desk: Desk, client_of: Any, client: Any, act: str, data: dict[str, str]) -> None:
    with desk.app.app_context():
        _cake, sku = desk.variant(10)
        buyer_of = a_seller(OrganisationKind.BUYER)
        before = snapshot()
    rival, buyer = Desk(desk.app, client_of), Desk(desk.app, client_of, seller_id=buyer_of)
    assert client.post(f"/desk/stock/{sku}/{act}", data=data).headers["Location"].startswith("/sign-in")
    for visitor in (rival.client, buyer.client):
        assert visitor.post(f"/desk/stock/{sku}/{act}", data=data).status_code == 404
        assert visitor.get(f"/desk/stock/{sku}").status_code == 404
    assert desk.post("SKU-404", act, **data).status_code == 404
    with desk.app.app_context():
        assert snapshot() == before


def test_who_is_not_signed_in_signs_in_first(desk: Desk, client: Any, client_of: Any) -> None:
    assert client.get("/desk/stock").headers["Location"].startswith("/sign-in?next=")
    with desk.app.app_context():
        buyer_of = a_seller(OrganisationKind.BUYER)
    assert Desk(desk.app, client_of, seller_id=buyer_of).client.get("/desk/stock").status_code == 404


@pytest.mark.parametrize(("act", "data"), ACTS)
def test_a_signatory_looks_but_changes_nothing(desk: Desk, client_of: Any, act: str, data: dict[str, str]) -> None:
    signatory = Desk(desk.app, client_of, Role.SIGNATORY, desk.seller_id)
    with desk.app.app_context():
        _cake, sku = desk.variant(10)
        before = snapshot()
    page = signatory.client.get(f"/desk/stock/{sku}")
    assert page.status_code == 200
    assert f"{sku}/{act}" not in page.text
    assert signatory.post(sku, act, **data).status_code == 403
    with desk.app.app_context():
        assert snapshot() == before


def test_staff_change_the_shelf(desk: Desk, client_of: Any) -> None:
    staff = Desk(desk.app, client_of, Role.STAFF, desk.seller_id)
    with desk.app.app_context():
        cake, sku = desk.variant(10)
    assert staff.post(sku, "receipts", quantity="5").status_code == 303
    with desk.app.app_context():
        assert figures(cake) == (15, 0)


def test_movements_come_in_pages(desk: Desk) -> None:
    with desk.app.app_context():
        _cake, sku = desk.variant()
    for _ in range(21):
        desk.post(sku, "receipts", quantity="1")
    first, second = desk.client.get(f"/desk/stock/{sku}"), desk.client.get(f"/desk/stock/{sku}?page=2")
    assert first.text.count("+1<") == 20
    assert second.text.count("+1<") == 1


def test_a_shelf_of_days_shows_its_room(desk: Desk) -> None:
    with desk.app.app_context():
        cake = made_to_order(capacity=8, lead_days=2, seller_id=desk.seller_id)
        sku = sku_of(cake)
        reserved(cake, 3)
    first_day = (clock.today() + 2 * DAY).strftime("%d/%m/%Y")
    words = text_of(desk.client.get(f"/desk/stock/{sku}"))
    assert f"{first_day} 3 5" in words
    assert "3 đang giữ cho đơn hàng" in words
