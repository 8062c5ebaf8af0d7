"""Orders as something to talk about: its two sides, and nobody else; a buyer without an account has no inbox."""

from __future__ import annotations

from flask import url_for

from marketplace.core.actors import Actor
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import NotSeen
from marketplace.messages import subjects
from marketplace.messages.subjects import About, Party, Subject
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import is_seller, order_for
from marketplace.orders.queries import timeline


def about_order(actor: Actor, ref: str) -> About | None:
    """The order with this ref, as the side that asks sees it."""
    try:
        order = order_for(actor, ref)
    except NotSeen:
        return None
    return About(
        ref=order.ref,
        title=_title(order),
        url=url_for("orders.desk_order" if is_seller(actor, order) else "orders.show", ref=order.ref),
        organisation_id=order.seller_id,
        organisation_name=order.seller.name,
        note=timeline.state_of(order),
        asker=_buyer(order.purchase),
        asker_name=order.purchase.name,
    )


def _title(order: Order) -> str:
    """Its ref and what it is mostly about, the same in every language."""
    return f"{order.ref} · {order.lines[0].product_name}" if order.lines else order.ref


def _buyer(purchase: Purchase) -> Party | None:
    if purchase.organisation_id is not None:
        return Party(organisation_id=purchase.organisation_id)
    return Party(person_id=purchase.person_id) if purchase.person_id is not None else None


subjects.offer("order", Subject(_l("Message about an order"), about_order))
