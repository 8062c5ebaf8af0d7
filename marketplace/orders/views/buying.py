"""The buyer's pages: a purchase just made, her orders, one order with its timeline."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.links import opens
from marketplace.core.permissions import Permission
from marketplace.orders import bp, services
from marketplace.orders.forms import BUYER_REASONS, CancelForm
from marketplace.orders.policies import is_seller, order_for, purchase_for
from marketplace.orders.queries.lists import bought_by, purchase_ref_of
from marketplace.orders.queries.timeline import timeline_of
from marketplace.orders.states import CancelReason
from marketplace.web.paging import page_of
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, answers, grant


def _enter_with_key(purchase_ref: str | None) -> bool:
    """A letter's link carries a key: remember it for this session and go on without it."""
    key = request.args.get("key", "")
    if not key or purchase_ref is None or not opens(purchase_ref, key):
        return False
    grant(f"purchase:{purchase_ref}")
    return True


@bp.get("/purchases/<ref>")
def purchase(ref: str) -> ResponseReturnValue:
    """Thank you: what was ordered, and how to pay for it now."""
    if _enter_with_key(ref):
        return redirect(url_for(".purchase", ref=ref))
    bought = purchase_for(actor(), ref)
    hung = panels(Slot.PURCHASE, actor(), [order.ref for order in bought.orders])
    return render_template("orders/purchase.html", purchase=bought, panels=hung)


@bp.get("/orders")
def index() -> ResponseReturnValue:
    """All orders of this buyer, newest first."""
    return render_template("orders/index.html", page=page_of(bought_by(actor())))


@bp.get("/orders/<ref>")
def show(ref: str) -> ResponseReturnValue:
    """One order: what happened, what comes next and whose turn it is."""
    if _enter_with_key(purchase_ref_of(ref)):
        return redirect(url_for(".show", ref=ref))
    order = order_for(actor(), ref)
    if is_seller(actor(), order):
        return redirect(url_for(".desk_order", ref=ref))
    hung = panels(Slot.ORDER, actor(), [order.ref])[order.ref]
    form = CancelForm.shown(reason=CancelReason.CHANGED_MIND.value)
    form.reason.choices = [(reason.value, reason.label) for reason in BUYER_REASONS]
    return render_template("orders/show.html", order=order, timeline=timeline_of(order), panels=hung, cancel_form=form)


@bp.post("/orders/<ref>/receipt")
@answers(show)
def receive(ref: str) -> ResponseReturnValue:
    """The buyer has the goods."""
    order = order_for(actor(), ref, Permission.ORDER_RECEIVE)
    with writing():
        services.deliver(order, on=clock.today(), by=actor())
    flash(_("Thank you. Order %(ref)s is marked as received.", ref=ref), "success")
    return redirect(url_for(".show", ref=ref), code=303)
