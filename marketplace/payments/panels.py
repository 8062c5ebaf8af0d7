"""What payments shows in the pages of purchases and orders, and on the producer's desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from marketplace.core.actors import Actor
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.orders.models import Order
from marketplace.payments import queries
from marketplace.payments.models import Payment, Refund
from marketplace.payments.queries import money
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
    cards = _cards(payments.values())
    return {
        ref: _panel(actor, payment, refunds[payment.id], arrived.get(payment.id, 0), slot, cards.get(payment.id))
        for ref, payment in payments.items()
    }


def _cards(payments: Iterable[Payment]) -> dict[int, dict[str, Any]]:
    """What is still due by card for the whole purchase, by payment; `leads`: this panel holds the purchase's button."""
    by_card = [payment for payment in payments if payment.is_by_card]
    if not by_card:
        return {}
    ids = list({payment.order.purchase_id for payment in by_card})
    due, live = queries.due_by_card(ids), queries.live_sessions_of(ids)
    leading: dict[int, int] = {}
    for payment in by_card:
        if queries.is_due_by_card(payment):
            leading.setdefault(payment.order.purchase_id, payment.id)
    return {
        payment.id: {
            "due_vnd": due.get(payment.order.purchase_id, 0),
            "session": live.get(payment.order.purchase_id),
            "leads": leading.get(payment.order.purchase_id) == payment.id,
        }
        for payment in by_card
    }


def _panel(
    actor: Actor, payment: Payment, refunds: list[Refund], arrived_vnd: int, slot: Slot, card: dict[str, Any] | None
) -> Markup:
    sells = allows(actor, Permission.PAYMENT_CONFIRM, payment)
    side = "seller" if sells else "buyer"
    written = render_template(
        f"payments/card_{side}.html" if payment.is_by_card else f"payments/{side}.html",
        card=card or {},
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


@hang(Slot.ORDER, place=30)
def money_of_order(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """What an order comes to for its producer, once money for it has come."""
    payments = queries.payments_of(refs)
    sold = {ref: one.order for ref, one in payments.items() if allows(actor, Permission.PAYMENT_CONFIRM, one)}
    sums = money.money_of_orders([order.id for order in sold.values()]) if sold else {}
    found = {ref: money.earned(sums[order.id]) for ref, order in sold.items()}
    return {ref: _earned(actor, earned, sold[ref]) for ref, earned in found.items() if earned is not None}


def _earned(actor: Actor, earned: money.Earned, order: Order) -> Markup:
    lines = [(_("Money for goods and freight"), earned.came_vnd)]
    if earned.back_vnd:
        lines.append((_("Given back to the buyer"), -earned.back_vnd))
    lines.append((_("Commission"), -earned.commission_vnd))
    if order.seller.is_household:
        lines.append((_("Tax withheld"), -earned.tax_vnd))
    written = render_template(
        "payments/order_money.html",
        lines=lines,
        left_vnd=earned.left_vnd,
        is_card=earned.is_card,
        may_see_money=allows(actor, Permission.MONEY_SEE, order.seller),
    )
    return Markup(written)  # noqa: S704 - our own template, escaped there


@hang(Slot.OPERATOR, place=30)
def on_operators_desk(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The ways to payouts, bills and tax rules."""
    if not allows(actor, Permission.MONEY_RUN):
        return {}
    written = render_template("payments/operator_money.html", waiting=queries.count_to_look_at())
    return dict.fromkeys(refs, Markup(written))  # noqa: S704 - our own template, escaped there
