"""The seller's desk: the queue of orders, and one order with what she can do now."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can
from marketplace.core.permissions import Permission, require
from marketplace.core.refusals import NotSeen
from marketplace.orders import bp, services
from marketplace.orders.forms import (
    BUYER_REASONS,
    SELLER_REASONS,
    AskToCancelForm,
    CancelForm,
    ConfirmForm,
    DeliverForm,
    FailForm,
    KeepForm,
    ShipForm,
    with_parcel,
    with_reasons,
)
from marketplace.orders.models import Order
from marketplace.orders.policies import is_seller, order_for
from marketplace.orders.queries import timeline
from marketplace.orders.queries.lists import counts_of_seller, sold_by
from marketplace.orders.queries.returns import count_waiting_for
from marketplace.orders.states import CancelReason, OrderAction, OrderState, Side
from marketplace.orders.views.buying import order_page, show
from marketplace.storefronts.policies import own_seller
from marketplace.web.forms import Form
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private, query_texts

# names that a seller may pick instead of typing; any other is fine too
CARRIERS = ("GHN", "GHTK", "Viettel Post", "VNPost", "J&T Express", "Ninja Van", "Chành xe")


@bp.get("/desk/orders")
@needs_sign_in
def desk() -> ResponseReturnValue:
    """All orders of this producer; what waits for her comes first."""
    seller = own_seller(actor())
    require(actor(), Permission.DESK_SEE, seller)
    states = [state for state in OrderState if state.value in query_texts("state")]
    page = {"counts": counts_of_seller(seller.id), "states": states, "seller": seller, "words": timeline}
    page["returns_waiting"] = count_waiting_for(seller.id)
    shown = render_template("orders/desk.html", page=page_of(sold_by(actor(), states)), **page)
    return private(make_response(shown))


@bp.get("/desk/orders/<ref>")
@needs_sign_in
def desk_order(ref: str) -> ResponseReturnValue:
    """One order as its seller sees it, with the next act on top."""
    order = order_for(actor(), ref)
    if not is_seller(actor(), order):
        raise NotSeen
    page = {"forms": _forms(order), "carriers": CARRIERS, "may_cancel": _may_cancel(order)}
    page["may_answer"] = services.may_answer_cancel(order, Side.SELLER)
    page["may_ask"] = order.is_on_terms and services.may_ask_to_cancel(order, Side.SELLER)
    return private(make_response(render_template("orders/desk_order.html", **page, **order_page(order))))


def _may_cancel(order: Order) -> bool:
    """By herself: on terms only as long as she has not confirmed."""
    return can(order, OrderAction.CANCEL) and not (order.is_on_terms and order.state is OrderState.CONFIRMED)


def _forms(order: Order) -> dict[str, Form]:
    """What the seller may fill in; the form just sent keeps what was typed."""
    return {
        "confirm": ConfirmForm.shown(ship_on=max(order.ready_on, clock.today())),
        "ship": with_parcel(ShipForm.shown(), order.lines),
        "deliver": DeliverForm.shown(on=clock.today()),
        "fail": FailForm.shown(),
        "keep": KeepForm.shown(),
        "ask": AskToCancelForm.shown(),
        "cancel": with_reasons(CancelForm.shown(reason=CancelReason.OUT_OF_STOCK.value), SELLER_REASONS),
    }


def either_page(ref: str) -> ResponseReturnValue:
    """The page of the side on which the actor stands."""
    return desk_order(ref=ref) if is_seller(actor(), order_for(actor(), ref)) else show(ref)


@bp.post("/orders/<ref>/confirmation")
@answers(either_page)
def confirm(ref: str) -> ResponseReturnValue:
    """Promise a shipping day."""
    order = order_for(actor(), ref, Permission.ORDER_CONFIRM)
    form = ConfirmForm.checked()
    with writing():
        services.confirm(order, ship_on=form.ship_on.data, by=actor())
    flash(_("Order %(ref)s is confirmed.", ref=ref), "success")
    return redirect(url_for(".desk_order", ref=ref), code=303)


@bp.post("/orders/<ref>/shipment")
@answers(either_page)
def ship(ref: str) -> ResponseReturnValue:
    """Hand the goods to the carrier."""
    order = order_for(actor(), ref, Permission.ORDER_SHIP)
    form = ShipForm.checked(lambda asked: with_parcel(asked, order.lines))
    words = {name: form[name].data or "" for name in ("carrier", "tracking", "note")}
    packed = form.packed(order.lines)
    with writing():
        services.ship(order, packed=packed, by=actor(), **words)
    flash(_shipped_words(order), "success")
    return redirect(url_for(".desk_order", ref=ref), code=303)


def _shipped_words(order: Order) -> str:
    if timeline.is_fetched(order):
        return _("Order %(ref)s is ready to be fetched.", ref=order.ref)
    return _("Order %(ref)s is on its way.", ref=order.ref)


@bp.post("/orders/<ref>/delivery")
@answers(either_page)
def deliver(ref: str) -> ResponseReturnValue:
    """Say on which day the goods arrived."""
    order = order_for(actor(), ref, Permission.ORDER_DELIVER)
    form = DeliverForm.checked()
    with writing():
        services.deliver(order, on=form.on.data, by=actor())
    flash(_("Order %(ref)s is marked as delivered.", ref=ref), "success")
    return redirect(url_for(".desk_order", ref=ref), code=303)


@bp.post("/orders/<ref>/failed-delivery")
@answers(either_page)
def fail_delivery(ref: str) -> ResponseReturnValue:
    """The parcel was refused at the door."""
    order = order_for(actor(), ref, Permission.ORDER_MARK_UNDELIVERED)
    form = FailForm.checked()
    with writing():
        services.fail_delivery(order, note=form.note.data, by=actor())
    flash(_("Noted. Tell us when the parcel is back with you."), "success")
    return redirect(url_for(".desk_order", ref=ref), code=303)


@bp.post("/orders/<ref>/return-to-stock")
@answers(either_page)
def take_back(ref: str) -> ResponseReturnValue:
    """The refused parcel is back."""
    order = order_for(actor(), ref, Permission.ORDER_TAKE_BACK)
    with writing():
        services.take_back(order, by=actor())
    flash(_("The goods of order %(ref)s are back in stock.", ref=ref), "success")
    return redirect(url_for(".desk_order", ref=ref), code=303)


@bp.post("/orders/<ref>/cancellation")
@answers(either_page)
def cancel(ref: str) -> ResponseReturnValue:
    """Call an order off, from either side."""
    order = order_for(actor(), ref, Permission.ORDER_CANCEL)
    reasons = SELLER_REASONS if is_seller(actor(), order) else BUYER_REASONS
    form = CancelForm.checked(lambda asked: with_reasons(asked, reasons))
    reason = CancelReason(form.reason.data)
    with writing():
        services.cancel(order, reason=reason, note=form.note.data or "", by=actor())
    flash(_("Order %(ref)s is cancelled.", ref=ref), "success")
    return redirect(url_for(".show", ref=ref), code=303)
