"""Shops as something to talk about: whoever sees one may write to it."""

from __future__ import annotations

from flask import url_for

from marketplace.accounts import queries as accounts
from marketplace.core.actors import Actor
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.permissions import Permission, allows
from marketplace.messages import subjects
from marketplace.messages.subjects import About, Subject


def about_shop(actor: Actor, ref: str) -> About | None:
    """The shop of the producer with this ref."""
    seller = accounts.organisation_by_ref(ref[:32])
    if seller is None or not allows(actor, Permission.SHOP_SEE, seller):
        return None
    return About(
        ref=seller.ref,
        title=seller.name,
        url=url_for("storefronts.shop", slug=seller.slug),
        organisation_id=seller.id,
        organisation_name=seller.name,
        note=seller.province.name,
    )


subjects.offer("shop", Subject(_l("Message to the shop"), about_shop))
