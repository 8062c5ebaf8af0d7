"""Who may see and change stock: the producer whose goods they are."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.catalogue.models import Variant
from marketplace.core.actors import Actor, Role
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach
from marketplace.core.refusals import NotSeen


@permits(Permission.STOCK_SEE)
def can_see(actor: Actor, variant: Variant | None) -> bool:
    """Everyone of the producer sees the shelves; without a variant: somebody who acts for a producer at all."""
    return actor.is_seller and (variant is None or actor.acts_for(variant.seller_id))


@permits(Permission.STOCK_EDIT)
def can_edit(actor: Actor, variant: Variant) -> bool:
    """Managers and staff of the producer change what is on the shelf."""
    return actor.is_seller and actor.acts_for(variant.seller_id, Role.MANAGER, Role.STAFF)


def own_seller_id(actor: Actor) -> int:
    """The producer that the actor works for now; nobody else has shelves (404)."""
    if not can_see(actor, None) or actor.organisation_id is None:
        raise NotSeen
    return actor.organisation_id


def variant_for(actor: Actor, sku: str, permission: Permission | None = None) -> Variant:
    """The variant that an address names, if it is one of the actor's own (404), and she may do this (403)."""
    named = select(Variant).where(Variant.sku == sku).options(joinedload(Variant.product))
    return reach(actor, db.session.scalar(named), Permission.STOCK_SEE, permission)
