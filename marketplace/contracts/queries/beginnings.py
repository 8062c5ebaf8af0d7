"""What a request begins with: a product, the cart, an offer of supply, an earlier request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.queries import visible
from marketplace.contracts.models import Request
from marketplace.contracts.queries import requests, supply
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.text import clean
from marketplace.orders.queries.basket import basket_of
from marketplace.orders.queries.carts import cart_of

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """Lines, further fields and shop addresses of producers to ask, by the names of the form's fields."""

    lines: Sequence[Line] = ()
    sellers: Sequence[str] = ()
    known: Mapping[str, Any] = field(default_factory=dict)


def begun(
    actor: Actor,
    *,
    product: str = "",
    sku: str = "",
    seller: str = "",
    supply: str = "",
    again: str = "",
    is_cart: bool = False,
) -> Begun:
    """The first of these that there is; nothing where an address names what cannot be seen."""
    if product or sku:
        return _from_product(product, sku)
    if supply:
        return _from_supply(supply)
    if again:
        return _from_request(actor, again)
    if is_cart:
        return _from_cart(actor)
    return Begun(sellers=[seller] if seller else [])


def packs_by_sku(skus: Iterable[str]) -> dict[str, Variant]:
    """Packs of products that everybody may see, by their SKU."""
    asked = select(Variant).join(Variant.product).where(visible(), Variant.sku.in_([clean(one) for one in skus]))
    whole = joinedload(Variant.product).options(joinedload(Product.seller), joinedload(Product.product_set))
    return {one.sku: one for one in db.session.scalars(asked.options(whole))}


def line_of(pack: Variant, quantity: int | None = None) -> Line:
    """A pack of the catalogue as a line of a request."""
    words = {"sku": pack.sku, "description": pack.product.name, "unit": pack.name}
    return {**words, "quantity": quantity, "set": str(pack.product.product_set.number)}


def _from_product(slug: str, sku: str) -> Begun:
    found = catalogue.products_by_slug([slug]) if slug else []
    known = packs_by_sku([sku]).get(sku) if sku else None
    packs = [one for product in found for one in product.variants if one.is_active]
    pack = known or next(iter(packs), None)
    if pack is None:
        return Begun()
    return Begun([line_of(pack)], [pack.product.seller.slug])


def _from_supply(ref: str) -> Begun:
    offer = supply.offer_by_ref(ref)
    if offer is None:
        return Begun()
    words = {"description": offer.description, "unit": "kg", "set": str(offer.product_set.number)}
    return Begun([words], [offer.seller.slug])


def _from_cart(actor: Actor) -> Begun:
    parts = basket_of(cart_of(actor), None).parts
    skus = {line.variant.sku: line.quantity for part in parts for line in part.lines}
    packs = packs_by_sku(skus)
    lines = [line_of(packs[sku], quantity) for sku, quantity in skus.items() if sku in packs]
    return Begun(lines, [part.seller.slug for part in parts])


def _from_request(actor: Actor, ref: str) -> Begun:
    """Once more what one's own organisation has asked for before, of the same producers."""
    found = requests.request_by_ref(ref)
    if found is None or found.buyer_id != actor.organisation_id:
        return Begun()
    sellers = [one.seller.slug for one in requests.invited(found)]
    known = {name: value for name, value in words_of(found).items() if name != "answer_by"}
    return Begun(lines_of(found), sellers, known)


def words_of(found: Request) -> dict[str, Any]:
    """A request by the names of the form's fields, without its lines."""
    return {
        "title": found.title,
        "province": found.province.slug,
        "place": found.place,
        "answer_by": found.answer_by,
        "is_standing": found.is_standing,
        "note": found.note,
    }


def lines_of(found: Request) -> list[Line]:
    """Its lines by the names of the form's fields."""
    return [
        {
            "sku": one.variant.sku if one.variant else "",
            "set": str(one.product_set.number) if one.product_set else "",
            **{name: getattr(one, name) for name in ("description", "quantity", "unit")},
            **{name: getattr(one, name) for name in ("quality", "packaging", "calendar")},
        }
        for one in found.lines
    ]
