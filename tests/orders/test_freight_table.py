"""A producer's delivery prices: typed, checked, saved for new orders, and two colleagues at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.core.weights import parse_grams
from marketplace.orders.models import FreightTable
from marketplace.orders.queries.freight import tables_of
from marketplace.orders.queries.freight_words import figures_of, mark_of, sample
from marketplace.orders.services import set_freight
from marketplace.orders.states import Zone
from tests import factories
from tests.clients import Client

STEPS = {
    "same_province_served": "y",
    "same_province_up_to_1": "500 g",
    "same_province_price_1": "15k",
    "same_province_up_to_2": "1,5 kg",
    "same_province_price_2": "22.000",
    "same_province_extra_grams": "1 kg",
    "same_province_extra_vnd": "4.000",
    "same_province_days_least": "1",
    "same_province_days_most": "2",
    "free_above": "1,5 triệu",
    "pick_up": "y",
    "pick_up_note": "7–17 giờ",
    "not_served": ["01", "31"],
}


class Stall:
    """A producer with or without a table, and a manager of hers."""

    def __init__(self, app: Flask, client_of: Any, *, has_table: bool = False) -> None:
        with app.app_context():
            self.seller = factories.organisation()
            if has_table:
                factories.freight_table(self.seller)
            self.client: Client = client_of(factories.manager_of(self.seller))

    def send(self, path: str = "", **changed: Any) -> TestResponse:
        mark = re.findall(r'name="seen" value="(\w+)"', self.client.get("/desk/freight").text)[0]
        return self.client.post(f"/desk/freight{path}", data={**STEPS, "seen": mark, **changed})

    def saved(self) -> dict[str, Any] | None:
        db.session.rollback()
        return figures_of(tables_of([self.seller.id]).get(self.seller.id))


@pytest.fixture
def stall(app: Flask, client_of: Any) -> Stall:
    return Stall(app, client_of)


def test_weights_are_read_as_people_type_them() -> None:
    told = ["300", "300 g", "1,5 kg", "1.250 g", "2 lạng", "1.250 kg", "một ký", ""]
    assert [parse_grams(one) for one in told] == [300, 300, 1500, 1250, 200, None, None, None]


def test_one_without_a_table_begins_with_a_template(app: Flask, stall: Stall) -> None:
    assert "/desk/freight" in stall.client.get("/desk").text
    page = stall.client.get("/desk/freight").text
    assert "Bên dưới là bảng cước mẫu" in page
    assert "Cộng thêm" in page
    assert 'value="20.000"' in page
    with app.app_context():
        assert stall.saved() is None


def test_what_was_typed_is_saved_and_told(app: Flask, stall: Stall) -> None:
    assert stall.send().status_code == 303
    with app.app_context():
        zone = {"steps": [[500, 15_000], [1500, 22_000]], "extra_grams": 1000, "extra_vnd": 4000}
        days = {"days_least": 1, "days_most": 2}
        assert stall.saved() == {
            "free_above_vnd": 1_500_000,
            "least_order_vnd": 0,
            "pick_up": True,
            "note": 8,
            "not_served": ["01", "31"],
            "zones": {"same_province": {**zone, **days}},
        }
        rows = select(AuditEntry.figures).where(AuditEntry.action == "freight.set")
        (figures,) = db.session.scalars(rows).all()
        assert figures == {"was": None, "now": stall.saved()}
    assert "Gian hàng chưa có bảng cước" not in stall.client.get("/desk").text


def test_a_table_is_changed_in_its_place(app: Flask, client_of: Any) -> None:
    stall = Stall(app, client_of, has_table=True)
    assert stall.send().status_code == 303
    with app.app_context():
        known = stall.saved()
        assert known is not None
        assert list(known["zones"]) == ["same_province"]
        assert db.session.scalar(select(func.count(FreightTable.id))) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"same_province_up_to_2": "400 g"}, "Nấc này phải nặng hơn nấc trên"),
        ({"same_province_price_2": "14.000"}, "Kiện nặng hơn không thể rẻ hơn"),
        ({"same_province_price_2": ""}, "Mỗi nấc cần đủ hai số"),
        ({"same_province_up_to_1": "nhẹ"}, "Hãy ghi cân nặng"),
        ({"same_province_days_most": "0"}, "Ngày chậm nhất không thể trước"),
        ({"same_province_extra_grams": ""}, "Hãy ghi mỗi lần thêm bao nhiêu"),
        ({"same_province_served": "", "pick_up": ""}, "Hãy giao ít nhất một nơi"),
        ({"not_served": ["77777"]}, "Hãy chọn một mục trong danh sách."),
    ],
)
def test_a_table_with_holes_is_refused_and_kept(
    app: Flask, stall: Stall, changed: dict[str, Any], sentence: str
) -> None:
    form = {**STEPS, **changed, "seen": mark_of(None)}
    for tick in ("same_province_served", "pick_up"):
        if not form[tick]:
            del form[tick]
    answer = stall.client.post("/desk/freight", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="15k"' in answer.text
    with app.app_context():
        assert stall.saved() is None


def test_steps_come_and_go_without_a_script(app: Flask, stall: Stall) -> None:
    more = stall.send("/steps", step="add:same_province")
    assert more.status_code == 200
    assert shown(more) == 3
    fewer = stall.send("/steps", step="remove:same_province:1")
    assert shown(fewer) == 1
    assert 'name="same_province_up_to_1" type="text" value="1,5 kg"' in fewer.text
    assert stall.send("/steps", step="remove:nowhere:9").status_code == 200
    with app.app_context():
        assert stall.saved() is None


def shown(page: TestResponse) -> int:
    first = page.text.split('data-freight-zone="same_region"')[0]
    return len(re.findall(r"data-freight-step>", first))


def test_the_second_of_two_colleagues_sees_what_changed(app: Flask, stall: Stall) -> None:
    page = stall.client.get("/desk/freight").text
    old = re.findall(r'name="seen" value="(\w+)"', page)[0]
    assert stall.send().status_code == 303
    second = stall.client.post("/desk/freight", data={**STEPS, "seen": old, "same_province_price_1": "16k"})
    assert second.status_code == 422
    assert "Đồng nghiệp vừa sửa bảng cước" in second.text
    assert "đến 500 g 15.000" in second.text.replace("\u00a0", " ")
    assert 'value="16k"' in second.text
    assert stall.send(same_province_price_1="16k").status_code == 303
    with app.app_context():
        known = stall.saved()
        assert known is not None
        assert known["zones"]["same_province"]["steps"][0] == [500, 16_000]


def test_of_two_at_the_same_moment_one_is_told(app: Flask, stall: Stall, race: Any) -> None:
    with app.app_context():
        by = factories.actor(factories.manager_of(stall.seller), stall.seller)

    def save(_n: int) -> None:
        with writing():
            set_freight(db.session.merge(stall.seller), sample(), seen=mark_of(None), by=by)

    told = race(2, save)
    assert [type(one) for one in told if one is not None] == [Refused]
    with app.app_context():
        assert stall.saved() == figures_of(sample())


def test_a_cart_says_kindly_that_there_is_no_table_yet(app: Flask, client: Client) -> None:
    with app.app_context():
        pack = factories.variant_of(factories.product(factories.organisation(name="Bánh Tứ Minh")))
        sku = pack.sku
    client.post("/cart/lines", data={"variant": sku, "quantity": "1"})
    assert "Bánh Tứ Minh chưa có bảng cước" in client.get("/cart?province=ha-noi").text


def test_staff_of_others_and_signatories_do_not_set_prices(app: Flask, stall: Stall, client: Client) -> None:
    assert client.get("/desk/freight").status_code == 303
    assert [zone.value for zone in Zone] == ["same_province", "same_region", "elsewhere"]
