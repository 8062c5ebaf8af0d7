"""Pictures beside lines: the first photo of each pack's product."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from marketplace.catalogue.models import Photo, Variant
from marketplace.core.database import db
from marketplace.orders.models import Order


def photos_of(orders: Iterable[Order]) -> dict[int, str]:
    """The hash of the first photo of each ordered variant that has one, in one query."""
    wanted = {line.variant_id for order in orders for line in order.lines}
    found = (
        select(Variant.id, Photo.sha256)
        .join(Photo, Photo.product_id == Variant.product_id)
        .where(Variant.id.in_(wanted))
        .order_by(Photo.position.desc(), Photo.id.desc())
    )
    return dict(db.session.execute(found).all()) if wanted else {}
