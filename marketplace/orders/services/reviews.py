"""Reviews: one a delivered line, with the seller's one public reply."""

from __future__ import annotations

from sqlalchemy import func, select

from marketplace.catalogue import services as catalogue
from marketplace.core import audit, clock, i18n
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.orders.models import OrderLine, Review
from marketplace.orders.services.telling import tell_seller
from marketplace.orders.states import OrderState, ReviewState

REVIEWED_IN = {OrderState.DELIVERED, OrderState.COMPLETED}


def review(line: OrderLine, *, rating: int, text: str, by: Actor) -> Review:
    """The buyer says how the goods of one delivered line were; the product's mean follows."""
    lock(line.order)
    if line.order.state not in REVIEWED_IN:
        raise Refused(_("You can review goods once they are delivered."))
    if not line.shipped_quantity:
        raise Refused(_("None of this was sent, so there is nothing to review."))
    if db.session.scalar(select(Review.id).where(Review.line_id == line.id)) is not None:
        raise Refused(_("You have already reviewed this."))
    product_id = line.variant.product_id
    author = _shown_name(line.order.purchase.name)
    given = Review(line=line, product_id=product_id, rating=rating, text=text, lang=i18n.locale(), author=author)
    db.session.add(given)
    db.session.flush()
    audit.record(audit.subject_of(given), "review", by=by, after=given.state.value, rating=rating)
    count_ratings(product_id)
    tell_seller(line.order, "reviewed", rating=rating)
    return given


def reply_to(given: Review, *, text: str, by: Actor) -> None:
    """The seller answers a review in public, once."""
    lock(given)
    if given.reply:
        raise Refused(_("You have already replied to this review."))
    given.reply, given.replied_at = text, clock.now()
    audit.record(audit.subject_of(given), "reply", by=by)


def count_ratings(product_id: int) -> None:
    """Tell the catalogue the sum and number of the ratings that are shown."""
    shown = select(func.coalesce(func.sum(Review.rating), 0), func.count()).where(Review.product_id == product_id)
    total, count = db.session.execute(shown.where(Review.state == ReviewState.SHOWN)).one()
    catalogue.set_rating(product_id, int(total), count)


def _shown_name(name: str) -> str:
    """How a reviewer is named in public: the given name and the initial of the family name."""
    parts = name.split()
    return f"{parts[0][0]}. {parts[-1]}"[:60] if len(parts) > 1 else name[:60]
