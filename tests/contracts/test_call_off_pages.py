"""The pages of call-offs, from the buyer's form to the check beside the lorry, as browsers use them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from marketplace.contracts.models import Agreement, CallOff
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.models import Order
from tests import factories
from tests.clients import Client, sign_in
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, two_sides
from tests.orders.conftest import queries

TOKEN = re.compile(r'name="token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Stage:
    """A contract in force with a browser on each side."""

    app: Flask
    sides: TwoSides
    contract: str
    seller: Client
    buyer: Client

    @property
    def path(self) -> str:
        return f"/agreements/{self.contract}/call-offs"

    def agreement(self) -> Agreement:
        return db.session.scalars(select(Agreement).where(Agreement.ref == self.contract)).one()

    def call_off(self) -> CallOff:
        return db.session.scalars(select(CallOff).order_by(CallOff.id.desc())).first()  # type: ignore[return-value]

    def book(self) -> dict[str, int]:
        with self.app.app_context():
            return perform.book(self.agreement())

    def order(self) -> str:
        with self.app.app_context():
            return str(db.session.scalars(select(Order.ref).order_by(Order.id.desc())).first())


def signed_in(app: Flask, person: Any) -> Client:
    return sign_in(cast(Client, app.test_client()), person)


@pytest.fixture
def stage(app: Flask) -> Stage:
    with app.app_context():
        sides = two_sides(departments=False)
        contract = perform.contract_in_force(sides).ref
        perform.stock(sides)
        factories.bank_account(sides.seller)
    return Stage(app, sides, contract, signed_in(app, sides.manager), signed_in(app, sides.purchaser))


def form(stage: Stage, quantity: Any = 100, **changes: Any) -> dict[str, Any]:
    page = stage.buyer.get(f"{stage.path}/new").get_data(as_text=True)
    found = TOKEN.search(page)
    assert found, page[:2000]
    due_on = (clock.today() + timedelta(days=5)).isoformat()
    known = {"token": found[1], "quantity-L1": quantity, "due_on": due_on, "place": "Kho Hạ Long", "act": "place"}
    return {**known, **changes}


def test_the_buyer_calls_goods_and_both_sides_see_it(stage: Stage) -> None:
    sent = form(stage)
    answer = stage.buyer.post(stage.path, data=sent)
    assert answer.status_code == 303
    again = stage.buyer.post(stage.path, data=sent)
    assert (again.status_code, again.location) == (303, answer.location)
    assert stage.book()["called"] == 100
    for client in (stage.buyer, stage.seller):
        for address in (answer.location, stage.path):
            page = client.get(address)
            assert page.status_code == 200
            assert "GH-" in page.get_data(as_text=True)
    order = stage.order()
    assert "GH-" in stage.seller.get(f"/desk/orders/{order}").get_data(as_text=True)
    assert "GH-" in stage.buyer.get(f"/orders/{order}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"quantity-L1": "1261"}, "quantity-L1"),
        ({"quantity-L1": "-1"}, "quantity-L1"),
        ({"quantity-L1": "nhiều"}, "quantity-L1"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"due_on": "mai"}, "due_on"),
        ({"place": ""}, "place"),
        ({"quantity-L1": ""}, ""),
    ],
)
def test_a_bad_form_is_shown_again_with_what_was_typed(stage: Stage, typed: dict[str, str], field: str) -> None:
    answer = stage.buyer.post(stage.path, data=form(stage, **typed))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'aria-describedby="{field}-' in page or not field
    assert all(f'value="{value}"' in page for value in typed.values() if value)
    assert stage.book()["called"] == 0


def test_a_draft_is_the_buyers_alone_until_it_is_placed(stage: Stage) -> None:
    answer = stage.buyer.post(stage.path, data=form(stage, act="draft"))
    assert answer.status_code == 303
    assert (stage.buyer.get(answer.location).status_code, stage.seller.get(answer.location).status_code) == (200, 404)
    changed = stage.buyer.post(answer.location, data=form(stage, 40, act="draft"))
    assert (changed.status_code, stage.book()["called"]) == (303, 0)
    placed = stage.buyer.post(answer.location, data=form(stage, 40))
    assert (placed.status_code, stage.book()["called"], stage.seller.get(answer.location).status_code) == (303, 40, 200)
    assert stage.buyer.post(f"{answer.location}/removal").status_code == 422


def test_a_draft_is_thrown_away(stage: Stage) -> None:
    answer = stage.buyer.post(stage.path, data=form(stage, act="draft"))
    assert stage.buyer.post(f"{answer.location}/removal").status_code == 303
    assert stage.buyer.get(answer.location).status_code == 200
    assert stage.buyer.post(answer.location, data=form(stage)).status_code == 422


def test_the_seller_does_not_call(stage: Stage) -> None:
    assert stage.seller.get(f"{stage.path}/new").status_code == 403
    assert stage.seller.post(stage.path, data=form(stage)).status_code == 403
    assert stage.book()["called"] == 0


def test_strangers_get_404_everywhere(stage: Stage, app: Flask) -> None:
    where = stage.buyer.post(stage.path, data=form(stage)).location
    with app.app_context():
        stranger = factories.manager_of(factories.seller())
    client = signed_in(app, stranger)
    order = stage.order()
    for address in (stage.path, f"{stage.path}/new", where, f"/orders/{order}/check", f"/desk/orders/{order}"):
        assert client.get(address).status_code == 404, address


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "brown").save(out, "JPEG")
    out.seek(0)
    return out


@pytest.fixture
def sent(stage: Stage) -> Stage:
    """A call-off of 100 packs that is on its way."""
    stage.buyer.post(stage.path, data=form(stage))
    order = stage.order()
    stage.seller.post(f"/orders/{order}/confirmation", data={"ship_on": clock.today().isoformat()})
    answer = stage.seller.post(f"/orders/{order}/shipment", data={"carrier": "Xe HTX"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return stage


def test_the_buyer_rejects_some_with_a_photo(sent: Stage) -> None:
    order, sku = sent.order(), sent.sides.variant.sku
    assert sent.buyer.get(f"/orders/{order}/check").status_code == 200
    said = {f"accepted-{sku}": "90", f"reason-{sku}": "damaged", f"note-{sku}": "Bao rách", "note": "Gọi lại giúp"}
    without = sent.buyer.post(f"/orders/{order}/check", data=said)
    assert (without.status_code, sent.book()["accepted"]) == (422, 0)
    answer = sent.buyer.post(f"/orders/{order}/check", data={**said, "photos": (picture(), "bao.jpg")})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert (sent.book()["accepted"], sent.book()["rejected"]) == (90, 10)
    for client, address in ((sent.buyer, f"/orders/{order}"), (sent.seller, f"/desk/orders/{order}")):
        page = client.get(address).get_data(as_text=True)
        assert "Bao rách" in page
        assert "10.800.000" in page
        assert client.get(f"/orders/{order}/check/photos/0-320.webp").status_code == 200
    assert sent.buyer.post(f"/orders/{order}/check", data=said).status_code == 422


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"accepted": "101"}, "accepted"), ({"accepted": ""}, "accepted"), ({"accepted": "90"}, "reason")],
)
def test_a_bad_check_changes_nothing(sent: Stage, typed: dict[str, str], field: str) -> None:
    order, sku = sent.order(), sent.sides.variant.sku
    data = {f"{name}-{sku}": value for name, value in typed.items()}
    answer = sent.buyer.post(f"/orders/{order}/check", data=data)
    assert answer.status_code == 422
    assert f'aria-describedby="{field}-{sku}-' in answer.get_data(as_text=True)
    assert sent.book()["delivered"] == 0


def test_the_buyer_reads_what_becomes_of_rejected_goods(sent: Stage) -> None:
    words = "Hàng bị từ chối không phải trả tiền nhưng vẫn tính là đã gọi."
    pages = (f"/agreements/{sent.contract}", sent.path, f"{sent.path}/new")
    assert not any(words in sent.buyer.get(page).text for page in pages)
    sku = sent.sides.variant.sku
    data = {f"accepted-{sku}": "90", f"reason-{sku}": "missing"}
    assert sent.buyer.post(f"/orders/{sent.order()}/check", data=data).status_code == 303
    assert all(words in sent.buyer.get(page).text for page in pages)


def test_goods_are_paid_by_transfer_after_the_receipt(sent: Stage, app: Flask) -> None:
    from marketplace.payments.models import Payment

    order = sent.order()
    assert sent.buyer.post(f"/orders/{order}/check", data={}).status_code == 303

    def payment() -> Payment:
        return db.session.scalars(select(Payment).join(Order).where(Order.ref == order)).one()

    with app.app_context():
        ref, due_on = payment().ref, payment().due_on
    assert due_on == clock.today() + timedelta(days=15)
    assert f"/payments/{ref}/qr.svg" in sent.buyer.get(f"/orders/{order}").get_data(as_text=True)
    assert sent.buyer.get(f"/payments/{ref}/qr.svg").status_code == 200
    assert sent.buyer.post(f"/payments/{ref}/declaration").status_code == 303
    assert sent.seller.post(f"/payments/{ref}/receipt", data={"amount_vnd": "12.000.000"}).status_code == 303
    said = sent.seller.get("/desk").get_data(as_text=True)
    assert ("Đã xác nhận thanh toán." in said, "hẹn ngày gửi hàng" in said.partition("<main")[0]) == (True, False)
    with app.app_context():
        assert payment().state.value == "received"
        assert payment().order.is_paid


def test_on_terms_is_no_way_to_pay_at_the_checkout(stage: Stage) -> None:
    from marketplace.orders import methods

    with stage.app.app_context():
        assert methods.method_named("on_terms") is None
        assert "on_terms" not in [one.code for one in methods.offered()]


def test_lists_ask_a_fixed_number_of_queries(stage: Stage, queries: Callable[[Callable[[], Any]], int]) -> None:
    counts = []
    for _ in range(2):
        stage.buyer.post(stage.path, data=form(stage, 1))
        stage.buyer.get(stage.path)
        counts.append(queries(lambda: stage.buyer.get(stage.path)))
    assert counts[0] == counts[1]


__all__ = ["queries"]
