"""Telling buyer, seller and operator about money; texts are in templates/payments/notices."""

from __future__ import annotations

from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.links import key_of
from marketplace.core.outbox import notify
from marketplace.orders import services as orders
from marketplace.payments.models import Payment, Refund
from marketplace.web.filters import day, moment


def tell_buyer_of(payment: Payment, template: str, **more: Any) -> None:
    """Write to the buyer; a guest's link carries the key that opens her order, and one without e-mail gets nothing."""
    order, buyer = payment.order, payment.order.buyer
    if not buyer.ref:
        return
    key = f"?key={key_of(order.purchase.ref)}" if buyer.kind == "contact" else ""
    notify(buyer, f"payments/{template}", **{**_of(payment), "url": f"/orders/{order.ref}{key}", **more})


def tell_seller_of(payment: Payment, template: str, **more: Any) -> None:
    """Write to the seller's people."""
    url = f"/desk/orders/{payment.order.ref}"
    notify(payment.order.seller_recipient, f"payments/{template}", **{**_of(payment), "url": url, **more})


def of_refund(refund: Refund) -> dict[str, Any]:
    """What every letter about a refund says."""
    return {"refund": refund.ref, "amount_vnd": refund.amount_vnd, "due_on": day(refund.due_at)}


def _of(payment: Payment) -> dict[str, Any]:
    order = payment.order
    return {
        "order": order.ref,
        "amount_vnd": payment.amount_vnd,
        "memo": payment.memo,
        "buyer": order.purchase.name,
        "seller": order.seller.name,
        "until": moment(order.due_at),
    }


def tell_returns(payment: Payment, *, by: Actor) -> None:
    """Goods that were given back are done with once no more of the buyer's money is kept than her order costs."""
    orders.mark_refunded(payment.order, kept_vnd=payment.received_vnd - payment.refunded_vnd, by=by)
