"""Taking a delivery on terms over: the form that is filled in beside the lorry, and the photos of what is wrong."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.files import Missing, private_picture_key, store, take_private_picture
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen, Refused
from marketplace.orders import bp, services
from marketplace.orders.forms.receipts import CheckForm, with_lines
from marketplace.orders.policies import order_for
from marketplace.orders.queries.pictures import photos_of
from marketplace.web.requests import actor, answers, private


@bp.get("/orders/<ref>/check")
def check(ref: str) -> ResponseReturnValue:
    """What was sent, line by line: how much of it is accepted, how much not, and why."""
    order = order_for(actor(), ref, Permission.ORDER_RECEIVE)
    form = with_lines(CheckForm.shown(), order.lines)
    page = {"order": order, "form": form, "photos": photos_of([order]), "may_check": services.may_check(order)}
    return private(make_response(render_template("orders/check.html", **page)))


@bp.post("/orders/<ref>/check")
@answers(check)
def check_delivery(ref: str) -> ResponseReturnValue:
    """Say what is accepted."""
    order = order_for(actor(), ref, Permission.ORDER_RECEIVE)
    form = CheckForm.checked(lambda asked: with_lines(asked, order.lines))
    photos, said, note = _kept(form), form.said(order.lines), form.note.data or ""
    with writing():
        services.check_delivery(order, said, note=note, photos=photos, by=actor())
    flash(_("Thank you. The seller reads what you have accepted."), "success")
    return redirect(url_for(".show", ref=ref), code=303)


def _kept(form: CheckForm) -> list[str]:
    """The photos, checked and in the store, before anything is written; a bad one is said at its field."""
    try:
        return [take_private_picture(one.stream) for one in form.pictures]
    except Refused as refusal:
        raise Refused(refusal.sentence, field="photos") from None


@bp.get('/orders/<ref>/check/photos/<int(max=4):number>-<any("320", "1280"):size>.webp')
def check_photo(ref: str, number: int, size: str) -> ResponseReturnValue:
    """One photo of a delivery, for its two sides only."""
    receipt = order_for(actor(), ref).delivery_receipt
    photo = next((one for one in receipt.photos if one.position == number), None) if receipt else None
    if photo is None:
        raise NotSeen
    try:
        content = store().get(private_picture_key(photo.sha256, int(size)))
    except Missing:
        raise NotSeen from None
    return private(Response(content, mimetype="image/webp"))
