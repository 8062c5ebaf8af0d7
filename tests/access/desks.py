"""What the routes of a producer's desk name: delivery prices, spreadsheets, packs, certificates."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.core.database import db
from marketplace.orders.queries.freight import tables_of
from marketplace.orders.queries.freight_words import mark_of
from tests.access.things import Asked
from tests.access.world import World

PRICES = {
    "same_province_served": "y",
    "same_province_up_to_1": "1 kg",
    "same_province_price_1": "20.000",
    "same_province_extra_grams": "500 g",
    "same_province_extra_vnd": "5.000",
    "same_province_days_least": "1",
    "same_province_days_most": "3",
    "pick_up": "y",
}


def seller_of(world: World, role: str) -> Organisation:
    """The producer that somebody in this role works for, else the one that all others ask about."""
    actor = world.buyer(role)
    own = db.session.get(Organisation, actor.organisation_id) if actor.is_seller else None
    return own or db.session.get_one(Organisation, world.seller_id)


def freight(world: World, role: str) -> Asked:
    seller = seller_of(world, role)
    mark = mark_of(tables_of([seller.id]).get(seller.id))
    wider = {name.replace("same_province", "elsewhere"): value for name, value in PRICES.items()}
    return Asked(form={**PRICES, **wider, "seen": mark})


def more_steps(world: World, role: str) -> Asked:
    return Asked(form={**PRICES, "step": "add:same_province"})
