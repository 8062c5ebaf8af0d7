"""What the machine pages ask: is the database as the code expects it, and which addresses are public."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import literal, select, text, union_all

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.core import migrating
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.places.models import Province

# what one sitemap may hold by its standard
MOST = 50_000


def is_migrated() -> bool:
    """The database answers and is on the revision that this code was written for."""
    stands_at: str | None = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return stands_at == migrating.head()


def public_slugs() -> Iterator[tuple[str, str]]:
    """Every province, shop and product that everybody may see: kind of page and slug."""
    provinces = select(literal("province").label("kind"), Province.slug)
    open_shops = Organisation.state == OrganisationState.VERIFIED, Organisation.kind == OrganisationKind.PRODUCER
    sellers = select(literal("shop"), Organisation.slug).where(*open_shops)
    goods = select(literal("product"), Product.slug).where(catalogue.visible())
    for row in db.session.execute(union_all(provinces, sellers, goods).limit(MOST)):
        yield row.kind, row.slug
