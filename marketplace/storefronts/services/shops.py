"""What may happen to a shop, and to what people keep for later."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from marketplace.accounts.models import Organisation
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.core import audit
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import NotSeen, Refused
from marketplace.storefronts import queries
from marketplace.storefronts.models import Favourite, Shop


def edit_shop(seller: Organisation, *, story: str, story_en: str, since_year: int | None, by: Actor) -> Shop:
    """The producer tells its story on its public page."""
    shop = _own_shop(seller)
    shop.story, shop.story_en, shop.since_year = story, story_en, since_year
    audit.record(audit.subject_of(seller), "shop.edit", by=by, letters=len(story), letters_en=len(story_en))
    return shop


def show_photo(seller: Organisation, sha256: str | None, *, by: Actor) -> Shop:
    """The shop shows this picture, or none."""
    shop = _own_shop(seller)
    shop.photo_sha256 = sha256
    audit.record(audit.subject_of(seller), "shop.photo", by=by, sha256=sha256)
    return shop


def keep(slugs: Sequence[str], *, by: Actor) -> int:
    """The person finds these goods among her favourites, with what they cost today; twice is once; answers how many."""
    assert by.person_id is not None
    found = select(Product.id, Product.price_from_vnd).where(catalogue.visible(), Product.slug.in_(slugs))
    products = db.session.execute(found).all()
    if len(set(queries.kept_slugs(by)) | set(slugs)) > queries.MOST_KEPT:
        raise Refused(_("You keep %(most)s products already. Let some go first.", most=queries.MOST_KEPT))
    rows = [{"person_id": by.person_id, "product_id": one.id, "price_vnd": one.price_from_vnd} for one in products]
    if rows:
        db.session.execute(insert_into(Favourite).values(rows).on_conflict_do_nothing())
    return len(rows)


def let_go(slug: str, *, by: Actor) -> None:
    """The person no longer keeps this one; what she never kept stays so."""
    product_id = db.session.scalar(select(Product.id).where(Product.slug == slug))
    if product_id is None:
        raise NotSeen
    own = (Favourite.person_id == by.person_id) & (Favourite.product_id == product_id)
    db.session.execute(delete(Favourite).where(own))


def _own_shop(seller: Organisation) -> Shop:
    """The producer's shop under lock, made now if it has none."""
    lock(seller)
    shop = queries.shop_of(seller)
    if shop is None:
        shop = Shop(organisation_id=seller.id)
        db.session.add(shop)
    return shop
