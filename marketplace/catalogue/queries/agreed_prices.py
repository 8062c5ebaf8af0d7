"""Prices of contracts, each for the eyes of the one buyer who has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from marketplace.catalogue.models import AgreedPrice, Product, Variant
from marketplace.core import clock
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db

TRADING = (OrganisationKind.BUYER, OrganisationKind.PRODUCER)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The price of one pack under a contract, in đồng with VAT, and what the pack is called."""

    price_vnd: int
    pack: str


def may_have_agreed(actor: Actor) -> bool:
    """Whether it is worth asking: only people who act for a trading organisation have agreed prices."""
    return actor.organisation_kind in TRADING and actor.organisation_id is not None and not actor.organisation_suspended


def agreed_with(actor: Actor) -> ColumnElement[bool]:
    """The condition that every reading of agreed prices begins with: those of the actor's own organisation, today."""
    today = clock.today()
    own = actor.organisation_id if may_have_agreed(actor) else None
    ends = or_(AgreedPrice.valid_to.is_(None), AgreedPrice.valid_to >= today)
    return and_(AgreedPrice.buyer_id == (own or 0), AgreedPrice.valid_from <= today, ends)


def agreed_by_product(actor: Actor, slugs: Sequence[str]) -> dict[str, Agreed]:
    """The lowest price that the actor's organisation has agreed on for each of some products; at most one query."""
    if not slugs or not may_have_agreed(actor):
        return {}
    asked = select(Product.slug, AgreedPrice.price_vnd, Variant.name)
    asked = asked.join(Variant, Variant.product_id == Product.id)
    asked = asked.join(AgreedPrice, AgreedPrice.variant_id == Variant.id)
    dear_first = AgreedPrice.price_vnd.desc(), AgreedPrice.id
    rows = db.session.execute(asked.where(agreed_with(actor), Product.slug.in_(slugs)).order_by(*dear_first))
    return {slug: Agreed(price_vnd, pack) for slug, price_vnd, pack in rows}
