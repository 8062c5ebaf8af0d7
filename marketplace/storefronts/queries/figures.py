"""How large the market is, counted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, func, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.catalogue.queries import MarketCounts
from marketplace.catalogue.states import ProductState
from marketplace.core.database import db


@dataclass(frozen=True, slots=True)
class Figures:
    """What is on sale now: goods, the producers who sell them, the provinces of today they come from."""

    products: int
    producers: int
    provinces: int


def market_figures(counts: MarketCounts | None = None) -> Figures:
    """The figures of this moment; one query where the counts are known."""
    known = counts or catalogue.market_counts()
    selling = exists().where(Product.seller_id == Organisation.id, Product.state == ProductState.PUBLISHED)
    sellers = select(func.count(Organisation.id)).where(Organisation.state == OrganisationState.VERIFIED)
    producers = db.session.scalar(sellers.where(selling)) or 0
    return Figures(known.total, producers, len(known.by_province))
