"""The buyer's pages: a purchase just made, her orders, one order with its timeline."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.core.lifecycle import can
from marketplace.core.links import key_of, opens
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen
from marketplace.orders import bp, services
from marketplace.orders.forms import BUYER_REASONS, AskToCancelForm, CancelForm, KeepForm, with_reasons
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import is_seller, order_for, purchase_for
from marketplace.orders.queries import timeline
from marketplace.orders.queries.lists import bought_by, purchase_ref_of
from marketplace.orders.queries.pictures import photos_of
from marketplace.orders.queries.reviews import reviews_of_order
from marketplace.orders.states import CancelReason, OrderAction, Side
from marketplace.orders.views.carts import shopper
from marketplace.web.paging import page_of
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, answers, grant, private


def enter_with_key(purchase_ref: str | None) -> bool:
    """A letter's link carries a key: remember it for this session and go on without it."""
    key = request.args.get("key", "")
    if not key or purchase_ref is None or not opens(purchase_ref, key):
        return False
    grant(f"purchase:{purchase_ref}")
    return True


def closed() -> ResponseReturnValue:
    """Not to be seen by this guest, whether or not it exists: she may sign in, or use the link she was sent."""
    if actor().is_signed_in:
        raise NotSeen
    return make_response(render_template("orders/closed.html", here=request.path), 404)


@bp.get("/purchases/<ref>")
def purchase(ref: str) -> ResponseReturnValue:
    """Thank you: what was ordered, and how to pay for it now."""
    if enter_with_key(ref):
        return redirect(url_for(".purchase", ref=ref))
    try:
        bought = purchase_for(actor(), ref)
    except NotSeen:
        return closed()
    hung = panels(Slot.PURCHASE, actor(), [order.ref for order in bought.orders])
    page = {"panels": hung, "photos": photos_of(bought.orders), "words": timeline, "link": _link_of(bought)}
    return private(make_response(render_template("orders/purchase.html", purchase=bought, **page)))


def _link_of(bought: Purchase) -> str | None:
    """The address that opens a guest's purchase from any browser."""
    if bought.person_id is not None or bought.organisation_id is not None:
        return None
    here = url_for(".purchase", ref=bought.ref, key=key_of(bought.ref))
    return f"{current_app.config['SETTINGS'].site_url.rstrip('/')}{here}"


@bp.get("/orders")
def index() -> ResponseReturnValue:
    """All orders of this buyer, newest first."""
    page = page_of(bought_by(actor()))
    shown = render_template("orders/index.html", page=page, photos=photos_of(page.items), words=timeline)
    return private(make_response(shown))


@bp.get("/orders/<ref>")
def show(ref: str) -> ResponseReturnValue:
    """One order: what happened, what comes next and whose turn it is."""
    if enter_with_key(purchase_ref_of(ref)):
        return redirect(url_for(".show", ref=ref))
    try:
        order = order_for(actor(), ref)
    except NotSeen:
        return closed()
    if is_seller(actor(), order):
        return redirect(url_for(".desk_order", ref=ref))
    form = with_reasons(CancelForm.shown(reason=CancelReason.CHANGED_MIND.value), BUYER_REASONS)
    page = {"cancel_form": form, "may_cancel": _may_cancel(order), "ask_form": AskToCancelForm.shown()}
    may = {"may_ask": services.may_ask_to_cancel(order), "may_return": services.may_ask_for_return(order)}
    may |= {"may_check": services.may_check(order), "may_answer": services.may_answer_cancel(order, Side.BUYER)}
    page["keep_form"] = KeepForm.shown()
    return private(make_response(render_template("orders/show.html", **page, **may, **order_page(order))))


def _may_cancel(order: Order) -> bool:
    return can(order, OrderAction.CANCEL) and services.buyer_may_cancel(order)


def order_page(order: Order) -> dict[str, Any]:
    """What both sides see of an order."""
    hung = panels(Slot.ORDER, actor(), [order.ref])[order.ref]
    told = timeline.timeline_of(order)
    said = reviews_of_order(order) if order.state in services.REVIEWED_IN else None
    photos = photos_of([order])
    return {"order": order, "timeline": told, "panels": hung, "photos": photos, "words": timeline, "said": said}


@bp.post("/orders/<ref>/receipt")
@answers(show)
def receive(ref: str) -> ResponseReturnValue:
    """The buyer has the goods."""
    order = order_for(actor(), ref, Permission.ORDER_RECEIVE)
    if order.is_on_terms:
        return redirect(url_for(".check", ref=ref), code=303)
    with writing():
        services.deliver(order, on=clock.today(), by=actor())
    flash(_("Thank you. Order %(ref)s is marked as received.", ref=ref), "success")
    return redirect(url_for(".show", ref=ref), code=303)


@bp.post("/orders/<ref>/reorder")
@answers(show)
def reorder(ref: str) -> ResponseReturnValue:
    """Everything that can still be had goes into the cart once more."""
    order = order_for(actor(), ref, Permission.ORDER_REORDER)
    with writing():
        done = services.reorder(order, by=shopper())
    if done.packs:
        flash(ngettext("%(num)s pack is in your cart.", "%(num)s packs are in your cart.", done.packs), "success")
    for sentence in done.missing:
        flash(sentence, "warning")
    return redirect(url_for(".cart"), code=303)
