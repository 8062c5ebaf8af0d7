"""The checkout: confirmed once, with the sum that was shown, or nothing at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from marketplace.catalogue.models import Variant
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db, writing
from marketplace.inventory.models import StockItem
from marketplace.orders.models import FreightTable
from marketplace.places import queries as places
from tests import factories
from tests.clients import Client
from tests.orders.stall import Stall, filled, ordered, orders_of, put, text_of


def nothing_happened(stall: Stall) -> bool:
    return (stall.count("purchases"), stall.count("notices"), stall.stock(stall.cake)) == (0, 0, (50, 0))


def test_an_empty_cart_leads_back(client: Client, stall: Stall) -> None:
    assert client.get("/checkout").location == "/cart"


def test_one_confirmation_becomes_an_order_for_each_seller(client: Client, stall: Stall) -> None:
    ref = ordered(client, stall, stall.cake, stall.bag)
    assert len(orders_of(stall, ref)) == 2
    assert stall.states() == ["placed", "placed"]
    assert (stall.stock(stall.cake), stall.stock(stall.bag)) == ((50, 1), (50, 1))
    with stall.app.app_context():
        (purchase,) = stall.all("purchases")
        assert purchase.total_vnd == 65_000 + 25_000 + 210_000 + 30_000
        assert purchase.phone == "0912345678"
        assert [order.total_vnd for order in purchase.orders] == [90_000, 240_000]
        assert purchase.orders[0].lines[0].star == 4
    assert "Giỏ hàng đang trống" in text_of(client.get("/cart"))


def test_the_thanks_are_two_sentences(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    bought = client.post("/checkout", data=filled(client, stall, email="lan@vidu.vn"))
    words = " ".join(text_of(client.get(bought.location)).split())
    assert "của bạn đến gian hàng. Chúng tôi báo tin qua lan@vidu.vn" in words


def test_the_place_is_remembered_and_its_freight_shown(client: Client, stall: Stall) -> None:
    put(client, stall.bag)
    assert "Xem phí giao và tổng tiền" in text_of(client.get("/checkout"))
    assert "Đặt hàng · 240.000 ₫" in text_of(client.get("/checkout?province=ha-noi"))
    assert "Đặt hàng · 230.000 ₫" in text_of(client.get("/checkout?province=quang-binh"))
    assert "Đặt hàng · 230.000 ₫" in text_of(client.get("/checkout"))


def test_looking_at_freight_keeps_what_was_typed_and_orders_nothing(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    answer = client.post("/checkout", data={"look": "1", "name": "Lan", "phone": "12", "province": "hai-phong"})
    assert answer.status_code == 200
    assert 'value="Lan"' in text_of(answer)
    assert 'value="12"' in text_of(answer)
    assert "Đặt hàng · 85.000 ₫" in text_of(answer)
    assert nothing_happened(stall)


def test_the_same_confirmation_again_answers_with_the_first_purchase(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    form = filled(client, stall)
    first, second = (client.post("/checkout", data=form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert stall.count("purchases") == 1


def test_a_repeated_confirmation_is_answered_also_when_the_limit_is_reached(client: Client, stall: Stall) -> None:
    ordered(client, stall)
    ordered(client, stall)
    put(client, stall.cake)
    form = filled(client, stall)
    assert [client.post("/checkout", data=form).status_code for _ in range(2)] == [303, 303]
    assert stall.count("purchases") == 3


@pytest.mark.parametrize("token", ["", "stale", "x" * 5000])
def test_a_stale_token_orders_nothing(client: Client, stall: Stall, token: str) -> None:
    put(client, stall.cake)
    answer = client.post("/checkout", data=filled(client, stall, token=token))
    assert answer.status_code == 422
    assert "Nguyễn Thị Lan" in text_of(answer)
    assert nothing_happened(stall)


def test_a_member_cannot_spend_a_guests_token(client: Client, client_of: Callable[[Any], Client], stall: Stall) -> None:
    put(client, stall.cake)
    form = filled(client, stall)
    client.post("/checkout", data=form)
    with stall.app.app_context():
        other = factories.person()
    answer = client_of(other).post("/checkout", data=form)
    assert answer.status_code == 422
    assert stall.count("purchases") == 1


def test_a_changed_price_shows_the_difference_and_the_same_token(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    form = filled(client, stall)
    with stall.app.app_context(), writing():
        db.session.execute(update(Variant).where(Variant.sku == stall.cake).values(price_vnd=70_000))
    answer = client.post("/checkout", data=form)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "<del>90.000 ₫</del> → <ins>95.000 ₫</ins>" in page
    assert "<del>65.000 ₫</del> → <ins>70.000 ₫</ins>" in page
    assert f'name="token" value="{form["token"]}"' in page
    assert 'name="expected_total" value="95000"' in page
    assert "Số 5 ngõ 12" in page
    assert nothing_happened(stall)
    assert client.post("/checkout", data={**form, "expected_total": "95000"}).status_code == 303


def test_a_changed_freight_is_named(client: Client, stall: Stall) -> None:
    put(client, stall.bag)
    form = filled(client, stall)
    with stall.app.app_context(), writing():
        db.session.execute(update(FreightTable).values(free_above_vnd=200_000))
    page = text_of(client.post("/checkout", data=form))
    assert "Phí giao của HTX Triệu Phong" in page
    assert "<del>30.000 ₫</del> → <ins>0 ₫</ins>" in page


def test_goods_sold_meanwhile_are_said_in_words(client: Client, stall: Stall) -> None:
    put(client, stall.cake, 5)
    form = filled(client, stall)
    with stall.app.app_context(), writing():
        db.session.execute(update(StockItem).values(on_hand=3))
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 422
    assert "chỉ còn 3" in text_of(answer)
    assert (stall.count("purchases"), stall.stock(stall.cake)) == (0, (3, 0))


BAD = [
    ("name", "", "name"),
    ("name", "   ", "name"),
    ("name", "N" * 121, "name"),
    ("phone", "12345", "phone"),
    ("phone", "", "phone"),
    ("email", "lan@", "email"),
    ("province", "", "province"),
    ("province", "atlantis", "province"),
    ("ward", "", "ward"),
    ("ward", "99999", "ward"),
    ("street", "", "street"),
    ("street", "S" * 201, "street"),
    ("note", "N" * 501, "note"),
    ("payment", "", "payment"),
    ("payment", "gold", "payment"),
]


@pytest.mark.parametrize(("field", "typed", "named"), BAD)
def test_a_bad_field_is_named_and_everything_typed_is_kept(
    client: Client, stall: Stall, field: str, typed: str, named: str
) -> None:
    put(client, stall.cake)
    answer = client.post("/checkout", data=filled(client, stall, **{field: typed}))
    page = text_of(answer)
    assert answer.status_code == 422
    assert f'id="{named}-error"' in page
    assert re.search(rf'aria-describedby="[^"]*{named}-error', page)
    kept = {"name": "Nguyễn Thị Lan", "street": "Số 5 ngõ 12"}
    assert all(words in page for name, words in kept.items() if name != field)
    assert nothing_happened(stall)


@pytest.mark.parametrize("total", ["", "abc", "-5", "1e9"])
def test_a_total_that_is_none_orders_nothing(client: Client, stall: Stall, total: str) -> None:
    put(client, stall.cake)
    assert client.post("/checkout", data=filled(client, stall, expected_total=total)).status_code == 422
    assert nothing_happened(stall)


def test_a_ward_of_another_province_is_refused(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    with stall.app.app_context():
        elsewhere = places.wards_of(factories.province("hai-phong"))[0].code
    answer = client.post("/checkout", data=filled(client, stall, ward=elsewhere))
    assert answer.status_code == 422
    assert 'id="ward-error"' in text_of(answer)
    assert nothing_happened(stall)


def test_markup_that_was_typed_stays_text(client: Client, stall: Stall) -> None:
    ref = ordered(client, stall, name="<b>Lan</b>", note="<script>alert(1)</script>")
    page = text_of(client.get(f"/orders/{orders_of(stall, ref)[0]}"))
    assert "<b>Lan</b>" not in page
    assert "&lt;b&gt;Lan" in page
    assert "<script>alert" not in page


def test_goods_that_are_fetched_need_no_address(client: Client, stall: Stall) -> None:
    with stall.app.app_context(), writing():
        db.session.execute(update(FreightTable).values(pick_up=True))
    put(client, stall.cake)
    pick_up = {f"delivery-{stall.cakes.slug}": "pick-up"}
    form = filled(client, stall, ward="", street="", expected_total="65000", **pick_up)
    ref = client.post("/checkout", data=form).location.rpartition("/")[2]
    (order,) = orders_of(stall, ref)
    assert "Lấy hàng tại" in text_of(client.get(f"/orders/{order}"))


def test_a_way_that_is_not_offered_is_refused(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    answer = client.post("/checkout", data=filled(client, stall, **{f"delivery-{stall.cakes.slug}": "pick-up"}))
    assert answer.status_code == 422
    assert nothing_happened(stall)


def test_a_way_that_nobody_knows_is_refused_and_not_taken_for_another(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    answer = client.post("/checkout", data=filled(client, stall, **{f"delivery-{stall.cakes.slug}": "drone"}))
    assert answer.status_code == 422
    assert "Bạn chọn lại cách nhận hàng của Bánh kẹo Tứ Minh." in text_of(answer)
    assert nothing_happened(stall)


@pytest.fixture
def spirits(stall: Stall) -> str:
    """The SKU of a bottle of rice spirit."""
    with stall.app.app_context():
        bottle = factories.product(stall.rice, "Rượu Kim Long", origin="quang-tri", set_number=14, price_vnd=150_000)
        return factories.variant_of(bottle).sku


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"payment": "vietqr"}, "đủ 18 tuổi"), ({"payment": "cod", "age_stated": "y"}, "payment-error")],
)
def test_alcohol_asks_for_age_and_is_never_paid_on_delivery(
    client: Client, stall: Stall, spirits: str, changes: dict[str, str], said: str
) -> None:
    put(client, spirits)
    answer = client.post("/checkout", data=filled(client, stall, **changes))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert nothing_happened(stall)


def test_alcohol_is_sold_to_adults_who_pay_first(client: Client, stall: Stall, spirits: str) -> None:
    ordered(client, stall, spirits, payment="vietqr", age_stated="y")
    assert stall.states() == ["awaiting_payment"]


def test_a_fourth_unpaid_order_is_refused(client: Client, stall: Stall) -> None:
    for _ in range(3):
        ordered(client, stall)
    put(client, stall.cake)
    answer = client.post("/checkout", data=filled(client, stall))
    assert answer.status_code == 422
    assert "đang có 3 đơn" in text_of(answer)
    assert (stall.count("purchases"), stall.stock(stall.cake)) == (3, (50, 3))
    assert client.post("/checkout", data=filled(client, stall, phone="0987654321")).status_code == 303


def test_who_buys_for_the_first_time_types_nothing_that_the_account_knows(
    client_of: Callable[[Any], Client], stall: Stall
) -> None:
    with stall.app.app_context():
        person = factories.manager_of(factories.organisation(OrganisationKind.BUYER, province_slug="ha-noi"))
        email = person.email
    buyer = client_of(person)
    put(buyer, stall.cake)
    page = text_of(buyer.get("/checkout"))
    assert f'value="{email}"' in page
    assert '<option selected value="ha-noi">' in page
