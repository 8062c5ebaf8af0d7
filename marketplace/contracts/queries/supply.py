"""Offers of supply as their producers run them."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import SupplyOffer
from marketplace.core.database import db

_WHOLE = (
    joinedload(SupplyOffer.seller),
    joinedload(SupplyOffer.product),
    joinedload(SupplyOffer.product_set),
    joinedload(SupplyOffer.province),
)


def offer_by_ref(ref: str) -> SupplyOffer | None:
    """The offer with this ref."""
    return db.session.scalar(select(SupplyOffer).where(SupplyOffer.ref == ref[:32]).options(*_WHOLE))


def offers_of(seller_id: int) -> Select[SupplyOffer]:
    """A producer's offers: open ones first, then by when their harvest begins."""
    mine = select(SupplyOffer).where(SupplyOffer.seller_id == seller_id).options(*_WHOLE)
    return mine.order_by(SupplyOffer.state.desc(), SupplyOffer.year, SupplyOffer.first_month, SupplyOffer.id)
