"""Returns on the seller's desk and on the operator's: the queue, and the answers to one return."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, require
from marketplace.core.refusals import NotSeen
from marketplace.orders import bp, services
from marketplace.orders.forms import AgreeForm, BackForm, DecideForm, DeclineForm
from marketplace.orders.policies import may_oversee_returns, return_for
from marketplace.orders.queries import timeline
from marketplace.orders.queries.returns import returns_to, returns_to_decide
from marketplace.orders.views.returning import show_return
from marketplace.storefronts.policies import own_seller
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private


@bp.get("/desk/returns")
@needs_sign_in
def desk_returns() -> ResponseReturnValue:
    """What buyers want to give back to this producer; what waits for her comes first."""
    seller = own_seller(actor())
    require(actor(), Permission.DESK_SEE, seller)
    page = page_of(returns_to(seller.id))
    return private(make_response(render_template("orders/desk_returns.html", page=page, seller=seller, words=timeline)))


@bp.get("/operator/returns")
@needs_sign_in
def operator_returns() -> ResponseReturnValue:
    """Returns on which buyer and seller do not agree, and all others."""
    if not may_oversee_returns(actor(), None):
        raise NotSeen
    page = page_of(returns_to_decide())
    return private(make_response(render_template("orders/operator_returns.html", page=page, words=timeline)))


@bp.post("/returns/<ref>/agreement")
@answers(show_return)
def agree_to_return(ref: str) -> ResponseReturnValue:
    """The seller agrees: the goods come back, or the money goes without them."""
    back = return_for(actor(), ref, Permission.RETURN_ANSWER)
    form = AgreeForm.checked()
    agree = services.approve if form.how.data == "send" else services.refund_without_goods
    with writing():
        agree(back, note=form.note.data or "", by=actor())
    flash(_("The buyer is told that you agree."), "success")
    return redirect(url_for(".show_return", ref=ref), code=303)


@bp.post("/returns/<ref>/refusal")
@answers(show_return)
def decline_return(ref: str) -> ResponseReturnValue:
    """The seller does not agree, and says why."""
    back = return_for(actor(), ref, Permission.RETURN_ANSWER)
    form = DeclineForm.checked()
    with writing():
        services.decline(back, note=form.note.data, by=actor())
    flash(_("The buyer is told why you do not agree. She may ask the marketplace."), "success")
    return redirect(url_for(".show_return", ref=ref), code=303)


@bp.post("/returns/<ref>/receipt")
@answers(show_return)
def receive_return(ref: str) -> ResponseReturnValue:
    """The goods are with the seller again."""
    back = return_for(actor(), ref, Permission.RETURN_ANSWER)
    form = BackForm.checked()
    with writing():
        services.receive(back, is_on_shelf=bool(form.is_on_shelf.data), by=actor())
    flash(_("Noted. What the buyer paid for them goes back to her."), "success")
    return redirect(url_for(".show_return", ref=ref), code=303)


@bp.post("/returns/<ref>/decision")
@answers(show_return)
def decide_return(ref: str) -> ResponseReturnValue:
    """The operator decides."""
    back = return_for(actor(), ref, Permission.RETURN_DECIDE)
    form = DecideForm.checked()
    with writing():
        services.decide(back, form.verdict.data, note=form.note.data, by=actor())
    flash(_("Decided. Both sides are told."), "success")
    return redirect(url_for(".show_return", ref=ref), code=303)
