"""What the machine pages ask: is the database as the code expects it, and which addresses are public."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CompoundSelect, func, literal, select, text, union_all

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.core import migrating
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.places.models import Province

# what one list may hold by its standard, less the few pages that are always there
MOST = 49_900


def is_migrated() -> bool:
    """The database answers and is on the revision that this code was written for."""
    stands_at: str | None = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return stands_at == migrating.head()


def sitemap_parts() -> int:
    """How many lists hold every address that everybody may see; one query."""
    number = db.session.scalar(select(func.count()).select_from(_public().subquery())) or 0
    return max(1, -(-number // MOST))


def public_slugs(part: int = 1) -> Iterator[tuple[str, str]]:
    """Every province, shop and product that everybody may see: kind of page and slug; so many of them a part."""
    order = _public().order_by("kind", "slug")
    for row in db.session.execute(order.limit(MOST).offset((part - 1) * MOST)):
        yield row.kind, row.slug


def _public() -> CompoundSelect[Any]:
    provinces = select(literal("province").label("kind"), Province.slug)
    open_shops = Organisation.state == OrganisationState.VERIFIED, Organisation.kind == OrganisationKind.PRODUCER
    sellers = select(literal("shop"), Organisation.slug).where(*open_shops)
    goods = select(literal("product"), Product.slug).where(catalogue.visible())
    return union_all(provinces, sellers, goods)
