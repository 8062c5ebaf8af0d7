"""Carts: whose, and with what in them."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, table_of, under_lock
from marketplace.core.refs import token_digest
from marketplace.orders.models import Cart, CartLine
from marketplace.orders.queries.wares import Pack, pack_by_id, packs_in, whole


def _owned_by(actor: Actor) -> ColumnElement[bool] | None:
    if actor.person_id is not None:
        return Cart.person_id == actor.person_id
    return Cart.guest_digest == token_digest(actor.ref) if actor.ref else None


def cart_of(actor: Actor) -> Cart | None:
    """The actor's cart, without its lines."""
    owned = _owned_by(actor)
    return None if owned is None else db.session.scalar(select(Cart).where(owned))


def locked_cart_of(actor: Actor) -> Cart | None:
    """The actor's cart as it is under its lock; a confirmation goes on only with this."""
    owned = _owned_by(actor)
    if owned is None:
        return None
    cart: Cart | None = db.session.scalar(under_lock(Cart, select(Cart).where(owned)))
    return cart


def packs_of(cart: Cart) -> list[tuple[Pack, int]]:
    """What lies in a cart, with everything that pricing it needs, and how many of each; one query, at most three."""
    rows = db.session.execute(_in_cart(), {"cart_id": cart.id, "today": clock.today()}).all()
    return [(pack, row.wished) for pack, row in zip(packs_in(rows), rows, strict=True)]


@cache
def _in_cart() -> Select[Any]:
    in_cart = (_lines.c.variant_id == _variants.c.id) & (_lines.c.cart_id == bindparam("cart_id"))
    return whole().add_columns(_lines.c.quantity.label("wished")).where(in_cart).order_by(_lines.c.id)


_lines, _variants = table_of(CartLine), table_of(Variant)


def pack_in_cart(actor: Actor, sku: str) -> Pack | None:
    """The pack of one of the actor's lines, whether or not it is still on sale: what is gone can be taken out."""
    owned = _owned_by(actor)
    if owned is None:
        return None
    mine = select(Variant.id).join(CartLine, CartLine.variant_id == Variant.id).join(Cart, Cart.id == CartLine.cart_id)
    variant_id = db.session.scalar(mine.where(owned, Variant.sku == sku[:20]))
    return pack_by_id(variant_id) if variant_id is not None else None


def count_in_cart(actor: Actor) -> int:
    """How many packs wait in the actor's cart: the figure in the header."""
    owned = _owned_by(actor)
    if owned is None:
        return 0
    return db.session.scalar(select(func.coalesce(func.sum(CartLine.quantity), 0)).join(Cart).where(owned)) or 0
