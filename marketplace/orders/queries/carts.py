"""Carts: whose, and with what in them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product, Variant
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.refs import token_digest
from marketplace.orders.models import Cart, CartLine


def _owned_by(actor: Actor) -> ColumnElement[bool] | None:
    if actor.person_id is not None:
        return Cart.person_id == actor.person_id
    return Cart.guest_digest == token_digest(actor.ref) if actor.ref else None


def cart_of(actor: Actor) -> Cart | None:
    """The actor's cart, without its lines."""
    owned = _owned_by(actor)
    return None if owned is None else db.session.scalar(select(Cart).where(owned))


def lines_of(cart: Cart) -> list[CartLine]:
    """The lines of a cart with everything that pricing them needs, in five queries whatever their number."""
    statement = (
        select(CartLine)
        .where(CartLine.cart_id == cart.id)
        .order_by(CartLine.id)
        .options(
            selectinload(CartLine.variant).options(
                selectinload(Variant.tiers),
                selectinload(Variant.product).options(
                    selectinload(Product.seller).joinedload(Organisation.province),
                    selectinload(Product.product_set),
                    selectinload(Product.photos),
                ),
            )
        )
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement))


def variant_in_cart(actor: Actor, sku: str) -> Variant | None:
    """The pack of one of the actor's lines, whether or not it is still on sale: what is gone can be taken out."""
    owned = _owned_by(actor)
    if owned is None:
        return None
    mine = select(Variant).join(CartLine, CartLine.variant_id == Variant.id).join(Cart, Cart.id == CartLine.cart_id)
    return db.session.scalar(mine.where(owned, Variant.sku == sku[:20]))


def count_in_cart(actor: Actor) -> int:
    """How many packs wait in the actor's cart: the figure in the header."""
    owned = _owned_by(actor)
    if owned is None:
        return 0
    return db.session.scalar(select(func.coalesce(func.sum(CartLine.quantity), 0)).join(Cart).where(owned)) or 0
