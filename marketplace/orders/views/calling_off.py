"""Asking the other side to call a confirmed order off, and its answer."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.orders import bp, services
from marketplace.orders.forms import AskToCancelForm, KeepForm
from marketplace.orders.policies import order_for
from marketplace.orders.views.selling import either_page
from marketplace.web.requests import actor, answers


@bp.post("/orders/<ref>/cancellation-request")
@answers(either_page)
def ask_to_cancel(ref: str) -> ResponseReturnValue:
    """One side asks the other, who is getting ready already."""
    order = order_for(actor(), ref, Permission.ORDER_ASK_TO_CANCEL)
    form = AskToCancelForm.checked()
    with writing():
        services.ask_to_cancel(order, note=form.note.data, by=actor())
    flash(_("The other side has your request. We write to you as soon as there is an answer."), "success")
    return redirect(url_for(".show", ref=ref), code=303)


@bp.post("/orders/<ref>/cancellation-agreement")
@answers(either_page)
def agree_to_cancel(ref: str) -> ResponseReturnValue:
    """Call the order off as the other side asked."""
    order = order_for(actor(), ref, Permission.ORDER_ANSWER_CANCEL)
    with writing():
        services.agree_to_cancel(order, by=actor())
    flash(_("Order %(ref)s is cancelled.", ref=order.ref), "success")
    return redirect(url_for(".show", ref=ref), code=303)


@bp.post("/orders/<ref>/cancellation-refusal")
@answers(either_page)
def keep_to_order(ref: str) -> ResponseReturnValue:
    """Keep to the order, and say why."""
    order = order_for(actor(), ref, Permission.ORDER_ANSWER_CANCEL)
    form = KeepForm.checked()
    with writing():
        services.keep_to_order(order, note=form.note.data, by=actor())
    flash(_("The other side is told that the order stays."), "success")
    return redirect(url_for(".show", ref=ref), code=303)
