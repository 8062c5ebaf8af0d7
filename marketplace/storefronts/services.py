"""What may happen to a shop."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.core import audit
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.storefronts import queries
from marketplace.storefronts.models import Shop


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


def _own_shop(seller: Organisation) -> Shop:
    """The producer's shop under lock, made now if it has none."""
    lock(seller)
    shop = queries.shop_of(seller)
    if shop is None:
        shop = Shop(organisation_id=seller.id)
        db.session.add(shop)
    return shop
