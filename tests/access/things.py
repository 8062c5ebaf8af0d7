"""What an address names and what its form holds, made for the role that asks: its own things, or the seller's."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyotp
from PIL import Image
from sqlalchemy import delete, select

from marketplace.accounts.models import EmailChange, Person, SecondFactor
from marketplace.accounts.services import Invitation, reset_token, second_factor, token_of
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Variant
from marketplace.catalogue.states import ProductAction, ProductState
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.files import take_picture
from marketplace.core.lifecycle import move
from marketplace.core.outbox.transports import Mail
from marketplace.core.refs import token_digest
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import OrderState
from marketplace.payments import services as payments
from marketplace.payments.models import Refund
from marketplace.storefronts import services as storefronts
from marketplace.web.assets import version as assets_version
from tests import factories
from tests.access import making
from tests.access.world import World


@dataclass(frozen=True)
class Asked:
    """The values of an address, and of its form."""

    address: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)


def nothing(world: World, role: str) -> Asked:
    return Asked()


# --- pages and files ---


def first_part(world: World, role: str) -> Asked:
    return Asked({"part": 1})


def product_to_keep(world: World, role: str) -> Asked:
    return Asked(form={"product": world.product().slug})


def compared(world: World, role: str) -> Asked:
    return Asked({"p": [world.product().slug for _ in range(3)], "province": "ha-noi"})


def favourites(world: World, role: str) -> Asked:
    """One that is on sale, one that no longer is, for whoever has an account."""
    if role in world.people:
        person = factories.actor(db.session.get_one(Person, world.people[role]))
        gone = world.product()
        with writing():
            storefronts.keep([gone.slug, world.product().slug], by=person)
        with writing():
            move(db.session.merge(gone), ProductAction.WITHDRAW, by=SYSTEM)
    return Asked()


def version(world: World, role: str) -> Asked:
    return Asked({"version": assets_version()})


def static_file(world: World, role: str) -> Asked:
    return Asked({"version": assets_version(), "path": "img/favicon.svg"})


def province(world: World, role: str) -> Asked:
    return Asked({"slug": "quang-tri"})


def shop(world: World, role: str) -> Asked:
    return Asked({"slug": world.seller_slug})


@cache
def jpeg(width: int = 60, height: int = 40) -> bytes:
    """A small photo; each size is another picture."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), (180, 120, 40)).save(content, "JPEG")
    return content.getvalue()


def picture(world: World, role: str) -> Asked:
    return Asked({"sha256": take_picture(io.BytesIO(jpeg())).sha256, "size": "160"})


def letter(world: World, role: str) -> Asked:
    words = {"sent_to": "lan@vidu.vn", "subject": "Chào", "text": "Chào chị", "html": "<p>Chào chị</p>"}
    return Asked({"token": factories.stored(Mail(message_id=f"<{factories.number()}@vidu.vn>", **words)).token})


# --- accounts ---


def password(world: World, role: str) -> Asked:
    somebody = factories.person()
    return Asked(form={"email": somebody.email, "password": factories.PASSWORD})


def passwords(world: World, role: str) -> Asked:
    return Asked(form={"current": factories.PASSWORD, "password": "bốn con ngựa ô"})


def new_person(world: World, role: str) -> Asked:
    return Asked(form={"name": "Hoàng Văn Tư", "email": f"tu{factories.number()}@vidu.vn", "consent": "y"})


def invitation(world: World, role: str) -> Asked:
    email = f"moi{factories.number()}@vidu.vn"
    asked = Invitation(name="Hoàng Văn Tư", email=email, phone=None, locale="vi", terms="2026-11")
    return Asked({"token": token_of(asked)})


def forgotten(world: World, role: str) -> Asked:
    return Asked(form={"login": f"quen{factories.number()}@vidu.vn"})


def reset(world: World, role: str) -> Asked:
    return Asked({"token": reset_token(factories.person())})


def _known_password(world: World, role: str) -> None:
    """Another row may have changed it."""
    if role in world.people:
        with writing():
            db.session.get_one(Person, world.people[role]).password_hash = factories.password_hash()


def another_email(world: World, role: str) -> Asked:
    _known_password(world, role)
    return Asked(form={"email": f"khac{factories.number()}@vidu.vn", "secret": factories.PASSWORD})


def _email_link(which: str) -> Asked:
    person, number = factories.person(), factories.number()
    tokens = {"confirm": f"xac-nhan-{number}", "refuse": f"tu-choi-{number}"}
    digests = {f"{name}_digest": token_digest(token) for name, token in tokens.items()}
    known = {"person_id": person.id, "old_email": person.email, "email": f"khac{number}@vidu.vn"}
    factories.stored(EmailChange(**known, **digests))
    return Asked({"token": tokens[which]})


def email_to_confirm(world: World, role: str) -> Asked:
    return _email_link("confirm")


def email_to_refuse(world: World, role: str) -> Asked:
    return _email_link("refuse")


def device(world: World, role: str) -> Asked:
    return Asked(form={"session": "another-device"})


def no_factor(world: World, role: str) -> Asked:
    _known_password(world, role)
    with writing():
        db.session.execute(delete(SecondFactor).where(SecondFactor.person_id == world.people.get(role)))
    return Asked(form={"current": factories.PASSWORD})


def factor(world: World, role: str, *, confirmed: bool = True) -> Asked:
    asked = no_factor(world, role)
    if role in world.people:
        at = clock.now() if confirmed else None
        factories.stored(SecondFactor(person_id=world.people[role], nonce="tests", confirmed_at=at))
    return asked


def begun_factor(world: World, role: str) -> Asked:
    factor(world, role, confirmed=False)
    if role not in world.people:
        return Asked()
    person = db.session.get_one(Person, world.people[role])
    known = second_factor.secret_of(person, SecondFactor(nonce="tests"))
    return Asked(form={"code": pyotp.TOTP(known).at(int(clock.now().timestamp()))})


# --- buying ---


def stranger_line(world: World, role: str) -> Asked:
    sku = db.session.get_one(Variant, world.stranger_variant).sku
    return Asked(form={"variant": sku, "quantity": "1"})


def line_in_cart(world: World, role: str) -> Asked:
    making.fill(world.buyer(role), (world.stranger_variant, 1))
    return Asked({"sku": db.session.get_one(Variant, world.stranger_variant).sku})


def full_cart(world: World, role: str) -> Asked:
    buyer = world.buyer(role)
    making.fill(buyer, (world.stranger_variant, 1))
    return Asked(form=making.confirmation(buyer).form())


def purchase(world: World, role: str) -> Asked:
    return Asked({"ref": world.order(role, OrderState.PLACED).purchase.ref})


def _order(world: World, role: str, state: OrderState, **form: str) -> Asked:
    return Asked({"ref": world.order(role, state).ref}, form)


def placed(world: World, role: str) -> Asked:
    return _order(world, role, OrderState.PLACED)


def placed_for_today(world: World, role: str) -> Asked:
    return _order(world, role, OrderState.PLACED, ship_on=clock.today().isoformat())


def confirmed(world: World, role: str) -> Asked:
    return _order(world, role, OrderState.CONFIRMED)


def shipped(world: World, role: str) -> Asked:
    return _order(world, role, OrderState.SHIPPED)


def shipped_for_today(world: World, role: str) -> Asked:
    return _order(world, role, OrderState.SHIPPED, on=clock.today().isoformat())


def undelivered(world: World, role: str) -> Asked:
    return _order(world, role, OrderState.UNDELIVERED)


def delivered(world: World, role: str) -> Asked:
    order = world.order(role, OrderState.DELIVERED)
    return Asked({"ref": order.ref, "sku": order.lines[0].sku})


def reviewed(world: World, role: str) -> Asked:
    order = world.order(role, OrderState.DELIVERED)
    with writing():
        orders.review(order.lines[0], rating=4, text="Ngon", by=SYSTEM)
    return Asked({"ref": order.ref, "sku": order.lines[0].sku})


# --- paying ---


def awaiting(world: World, role: str) -> Asked:
    return Asked({"ref": making.payment_of(world.order(role, OrderState.AWAITING_PAYMENT)).ref})


def awaiting_amount(world: World, role: str) -> Asked:
    payment = making.payment_of(world.order(role, OrderState.AWAITING_PAYMENT))
    return Asked({"ref": payment.ref}, {"amount_vnd": str(payment.amount_vnd)})


def declared(world: World, role: str) -> Asked:
    payment = making.payment_of(world.order(role, OrderState.AWAITING_PAYMENT))
    with writing():
        payments.declare(payment, by=world.whose(role))
    return Asked({"ref": payment.ref})


def _refund_of(order: Order) -> Refund:
    return db.session.scalars(select(Refund).where(Refund.payment_id == making.payment_of(order).id)).one()


def refund(world: World, role: str) -> Asked:
    return Asked({"ref": _refund_of(world.order(role, OrderState.CANCELLED, paid_by="vietqr")).ref})


def refund_due(world: World, role: str) -> Asked:
    found = _refund_of(world.order(role, OrderState.CANCELLED, paid_by="vietqr"))
    with writing():
        payments.name_refund_account(
            found, bank_bin="970436", number="0011012345678", holder="NGUYEN THI LAN", by=world.whose(role)
        )
    return Asked({"ref": found.ref})


# --- the desk ---


def product(world: World, role: str) -> Asked:
    return Asked({"slug": world.product().slug})


def withdrawn(world: World, role: str) -> Asked:
    return Asked({"slug": world.product(state=ProductState.WITHDRAWN).slug})


def new_product(world: World, role: str) -> Asked:
    factories.product_set(6)
    words = {"name": "Bánh gai", "product_set": "6", "origin": "hai-duong", "pack": "Hộp 300 g", "unit": "hộp"}
    return Asked(form={**words, "price": "65.000", "gross_grams": "350"})


def pack(world: World, role: str) -> Asked:
    variant = world.variant()
    return Asked({"slug": variant.product.slug, "sku": variant.sku})


def photo(world: World, role: str) -> Asked:
    width = 60 + factories.number() % 40
    return Asked(form={"photo": (io.BytesIO(jpeg(width)), "banh.jpg")})


def product_photo(world: World, role: str) -> Asked:
    return Asked(product(world, role).address, photo(world, role).form)


def product_with_photo(world: World, role: str) -> Asked:
    made, shown = world.product(), take_picture(io.BytesIO(jpeg()))
    with writing():
        catalogue.add_photo(made, shown, description="", by=SYSTEM)
    return Asked({"slug": made.slug, "sha256": shown.sha256})


def shelf(world: World, role: str) -> Asked:
    return Asked({"sku": world.variant().sku})
