"""Somebody who has lived on the market for a while: what a file of her data holds, and what has to be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import MetaData, text

from marketplace.accounts.models import Organisation, Person, ProvenPhone
from marketplace.core.actors import Recipient, Role
from marketplace.core.database import db, writing
from marketplace.core.outbox import notify
from marketplace.orders import services as orders
from marketplace.orders.states import OrderState
from tests import factories
from tests.access import making
from tests.clients import Client

NAME, EMAIL, PHONE, STREET = "Nguyễn Thị Lan", "lan.nguyen@vidu.vn", "0912345678", "12 Hàng Bông"


@dataclass
class Life:
    """Her, her browser, and who sold to her."""

    app: Flask
    person: Person
    client: Client
    seller: Organisation
    order: str


def lived(app: Flask, client_of: Callable[[Any], Client], *, state: OrderState = OrderState.COMPLETED) -> Life:
    """She bought, reviewed, wrote, kept, let a program in and worked for a firm."""
    with app.app_context():
        factories.province(making.TO)
        seller = factories.seller()
        factories.manager_of(seller, name="Trần Văn Bán")
        lan = factories.person(NAME, email=EMAIL, phone=PHONE)
        factories.stored(ProvenPhone(person_id=lan.id, phone=PHONE))
        firm = factories.organisation()
        factories.manager_of(firm, name="Lê Thị Chủ")
        factories.membership(lan, firm, Role.STAFF)
        product = factories.product(seller)
        order = making.order_in(state, factories.actor(lan), factories.variant_of(product).id, email=EMAIL, phone=PHONE)
        if state is OrderState.COMPLETED:
            with writing():
                orders.review(order.lines[0], rating=5, text="Bánh rất thơm", by=factories.actor(lan))
        factories.token(lan)
        tell(Recipient("person", lan.ref), "accounts/password_changed")
        tell(Recipient("organisation", firm.ref), "accounts/member_joined")
        slug, ref = product.slug, order.ref
    client = client_of(lan)
    assert client.post(f"/messages/new/product/{slug}", data={"text": f"Tôi là {NAME}, gọi {PHONE}"}).status_code == 303
    client.post("/me/favourites", data={"product": slug})
    client.post("/me/notices/choices", data={"news-email": "1"})
    return Life(app, lan, client, seller, ref)


def tell(recipient: Recipient, template: str) -> None:
    """A notice that names her."""
    with writing():
        notify(recipient, template, name=NAME, organisation="HTX", url="/me")


def everything() -> list[tuple[str, str]]:
    """Every value of every column of every table that the database has, as text, with where it stands."""
    found: list[tuple[str, str]] = []
    there = MetaData()
    there.reflect(db.engine)
    for table in there.sorted_tables:
        for row in db.session.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
            found += [(f"{table.name}.{name}", _as_text(value)) for name, value in row.items() if value is not None]
    return found


def _as_text(value: Any) -> str:
    """SQLite hands JSON out as it is kept, with its letters escaped."""
    words = str(value)
    return words.encode().decode("unicode_escape") if "\\u" in words else words
