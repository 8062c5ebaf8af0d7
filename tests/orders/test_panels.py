"""What orders show on lower pages: freight to the reader's place, and what buyers say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.orders import services
from marketplace.orders.models import FreightTable, Order, Review
from tests import factories
from tests.clients import Client
from tests.orders.stall import Stall, ordered, orders_of, text_of


def test_freight_to_the_readers_province_stands_beside_the_product(client: Client, stall: Stall) -> None:
    path = f"/products/{stall.cake_product.slug}"
    assert "Giao đến" in text_of(client.get(path))
    assert "<strong>25.000 ₫</strong>" in text_of(client.get(f"{path}?province=ha-noi"))
    assert "<strong>30.000 ₫</strong>" in text_of(client.get(f"{path}?province=kien-giang"))
    assert "<strong>30.000 ₫</strong>" in text_of(client.get(path))


def test_a_place_that_is_not_served_is_said_beside_the_product(client: Client, stall: Stall) -> None:
    with stall.app.app_context():
        code = factories.province("ha-noi").code
        with writing():
            db.session.execute(update(FreightTable).values(not_served=[code]))
    page = text_of(client.get(f"/products/{stall.cake_product.slug}?province=ha-noi"))
    assert "Bánh kẹo Tứ Minh chưa giao hàng đến Hà Nội." in page


def test_goods_by_request_have_no_freight(client: Client, stall: Stall) -> None:
    with stall.app.app_context():
        tour = factories.product(stall.rice, "Một ngày làm nông dân", origin="quang-tri", set_number=26)
    assert "freight-to" not in text_of(client.get(f"/products/{tour.slug}"))


def delivered(app: Flask, ref: str) -> None:
    """Bring an order to its buyer."""
    with app.app_context(), writing():
        order = db.session.scalars(select(Order).where(Order.ref == ref)).one()
        services.confirm(order, ship_on=clock.today(), by=SYSTEM)
        services.ship(order, carrier="GHN", tracking="", by=SYSTEM)
        services.deliver(order, on=clock.today(), by=SYSTEM)


def test_reviews_stand_under_the_product_and_the_shop(
    client_of: Callable[[Any], Client], client: Client, stall: Stall
) -> None:
    assert "Chưa có nhận xét nào" in text_of(client.get(f"/products/{stall.cake_product.slug}"))
    with stall.app.app_context():
        lan = factories.person()
    (ref,) = orders_of(stall, ordered(client_of(lan), stall))
    delivered(stall.app, ref)
    with stall.app.app_context(), writing():
        line = db.session.scalars(select(Order).where(Order.ref == ref)).one().lines[0]
        services.review(line, rating=5, text="Bánh <b>thơm</b>, gói đẹp", by=factories.actor(lan))
        services.reply_to(db.session.scalars(select(Review)).one(), text="Cảm ơn chị Lan", by=SYSTEM)
    for path in (f"/products/{stall.cake_product.slug}", f"/shops/{stall.cakes.slug}"):
        page = text_of(client.get(path))
        assert "Bánh &lt;b&gt;thơm&lt;/b&gt;, gói đẹp" in page
        assert "Cảm ơn chị Lan" in page
        assert "5/5" in page
        assert "Nguyễn Thị Lan" not in page
