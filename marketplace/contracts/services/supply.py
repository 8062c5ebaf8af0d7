"""Publishing supply ahead for the harvest calendar, changing it, closing it."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import Product, ProductSet
from marketplace.contracts.models import SupplyOffer
from marketplace.contracts.states.sourcing import SupplyAction
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused

YEARS_AHEAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What will be there: months (a smaller last one is the next year's), kilograms in all."""

    description: str
    product_set: ProductSet
    province_id: int
    year: int
    first_month: int
    last_month: int
    kilograms: int
    product: Product | None = None
    note: str = ""


def publish(seller: Organisation, harvest: Harvest, *, by: Actor) -> SupplyOffer:
    """Everybody reads of it on the calendar from now on. Refused for producers that nobody has verified yet."""
    if seller.state is not OrganisationState.VERIFIED:
        raise Refused(_("Your organisation is not verified yet. Supply can be published once it is."))
    _refuse_past(harvest)
    offer = SupplyOffer(ref=next_ref("supply"), seller_id=seller.id, **_columns(seller, harvest))
    db.session.add(offer)
    db.session.flush()
    audit.record(audit.subject_of(offer), "publish", by=by, kilograms=harvest.kilograms)
    return offer


def change(offer: SupplyOffer, harvest: Harvest, *, by: Actor) -> None:
    """The calendar says from now on what stands here."""
    lock(offer)
    _refuse_past(harvest)
    before = offer.kilograms
    for name, value in _columns(offer.seller, harvest).items():
        setattr(offer, name, value)
    audit.record(audit.subject_of(offer), "change", by=by, was=before, kilograms=offer.kilograms)


def close(offer: SupplyOffer, *, by: Actor) -> None:
    """It is promised or gone: the calendar no longer shows it."""
    lock(offer)
    move(offer, SupplyAction.CLOSE, by=by)


def reopen(offer: SupplyOffer, *, by: Actor) -> None:
    """It is there after all."""
    lock(offer)
    move(offer, SupplyAction.REOPEN, by=by)


def _columns(seller: Organisation, harvest: Harvest) -> dict[str, object]:
    if harvest.product is not None and harvest.product.seller_id != seller.id:
        raise Refused(_("Please choose one of your own products."), field="product")
    return {
        "product_id": harvest.product.id if harvest.product is not None else None,
        "set_id": harvest.product_set.id,
        "province_id": harvest.province_id,
        "description": harvest.description,
        "year": harvest.year,
        "first_month": harvest.first_month,
        "last_month": harvest.last_month,
        "kilograms": harvest.kilograms,
        "note": harvest.note,
    }


def _refuse_past(harvest: Harvest) -> None:
    today = clock.today()
    ends = harvest.year * 12 + harvest.last_month + (12 if harvest.last_month < harvest.first_month else 0)
    if ends < today.year * 12 + today.month:
        raise Refused(_("This harvest is over already. Please choose months that are still to come."), field="year")
    if harvest.year > today.year + YEARS_AHEAD:
        raise Refused(_("Please choose a year that is not so far ahead."), field="year")
