"""Products as something to talk about: whoever sees one may ask its producer, and the answer may be public."""

from __future__ import annotations

from flask import url_for

from marketplace.catalogue import queries
from marketplace.core.actors import Actor
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.permissions import Permission, allows
from marketplace.messages import subjects
from marketplace.messages.subjects import About, Subject
from marketplace.web.assets import asset
from marketplace.web.media import picture_url


def about_product(actor: Actor, ref: str) -> About | None:
    """The product with this slug, or with the one that it has now."""
    found = queries.product_by_slug(ref) or queries.product_by_slug(queries.moved_to(ref) or "")
    if found is None or not allows(actor, Permission.PRODUCT_SEE, found):
        return None
    return About(
        ref=found.ref,
        title=found.name,
        url=url_for("storefronts.product", slug=found.slug),
        organisation_id=found.seller_id,
        organisation_name=found.seller.name,
        note=found.seller.name,
        picture_url=picture_url(found.photos[0].sha256, 160)
        if found.photos
        else asset(f"img/sets/{found.product_set.number}.svg"),
    )


subjects.offer("product", Subject(_l("Question about a product"), about_product, may_be_public=True))
