"""What payments shows in the pages of purchases and orders, and on the producer's desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template, url_for
from markupsafe import Markup

from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, allows
from marketplace.payments import queries
from marketplace.payments.models import Payment, Refund
from marketplace.web.panels import Slot, hang

MOST_LISTED = 5


@hang(Slot.PURCHASE, place=20)
def on_purchase(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How to pay for each order, right after it was placed."""
    return _shown(actor, refs, Slot.PURCHASE)


@hang(Slot.ORDER, place=20)
def on_order(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Where the money of an order is, with what the reader can do about it."""
    return _shown(actor, refs, Slot.ORDER)


def _shown(actor: Actor, refs: Sequence[str], slot: Slot) -> dict[str, Markup]:
    """The same few queries for one order and for twenty."""
    payments = {
        ref: payment
        for ref, payment in queries.payments_of(refs).items()
        if allows(actor, Permission.PAYMENT_SEE, payment)
    }
    refunds = queries.refunds_of(list(payments.values()))
    arrived = queries.arrived(list(payments.values()))
    return {
        ref: _panel(actor, payment, refunds[payment.id], arrived.get(payment.id, 0), slot)
        for ref, payment in payments.items()
    }


def _panel(actor: Actor, payment: Payment, refunds: list[Refund], arrived_vnd: int, slot: Slot) -> Markup:
    sells = allows(actor, Permission.PAYMENT_CONFIRM, payment)
    written = render_template(
        "payments/seller.html" if sells else "payments/buyer.html",
        payment=payment,
        order=payment.order,
        bank=queries.bank_named(payment.bank_bin),
        bank_named=queries.bank_named,
        refunds=refunds,
        arrived_vnd=arrived_vnd,
        on_purchase=slot is Slot.PURCHASE,
        poll_url=_page(payment, slot),
    )
    return Markup(written)  # noqa: S704 - our own template, escaped there


def _page(payment: Payment, slot: Slot) -> str:
    if slot is Slot.PURCHASE:
        return url_for("orders.purchase", ref=payment.order.purchase.ref)
    return url_for("orders.show", ref=payment.order.ref)


@hang(Slot.DESK, place=30)
def on_desk(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Transfers to look for and refunds to pay; a manager without an account is asked to name one."""
    if actor.organisation_id is None:
        return {}
    transfers, refunds = queries.waiting_for_seller(actor.organisation_id)
    may_edit = allows(actor, Permission.BANK_ACCOUNT_EDIT)
    lacking = may_edit and queries.account_of(actor.organisation_id) is None
    if not (transfers or refunds or lacking):
        return {}
    written = render_template(
        "payments/desk.html",
        transfer_count=transfers,
        refund_count=refunds,
        transfers=queries.transfers_to_look_for(actor.organisation_id, most=MOST_LISTED),
        refunds=queries.refunds_to_pay(actor.organisation_id, most=MOST_LISTED),
        lacking=lacking,
    )
    return dict.fromkeys(refs, Markup(written))  # noqa: S704 - our own template, escaped there


@hang(Slot.DESK_MENU, place=60)
def in_desk_menu(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The way to the bank account, for those who may change it."""
    if not allows(actor, Permission.BANK_ACCOUNT_EDIT):
        return {}
    return dict.fromkeys(refs, Markup(render_template("payments/desk_link.html")))  # noqa: S704 - escaped there
