"""Giving goods back: the buyer's form, and the page of one return that both sides and the operator read."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.files import Missing, private_picture_key, store, take_private_picture
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen, Refused
from marketplace.orders import bp, services
from marketplace.orders.forms import (
    AgreeForm,
    BackForm,
    DecideForm,
    DeclineForm,
    EscalateForm,
    ReturnForm,
    SentForm,
    with_returnable,
)
from marketplace.orders.models import Return
from marketplace.orders.policies import order_for, return_for
from marketplace.orders.queries import timeline
from marketplace.orders.queries.lists import purchase_ref_of_return
from marketplace.orders.queries.pictures import photos_of
from marketplace.orders.states import ReturnReason
from marketplace.orders.views.buying import closed, enter_with_key
from marketplace.web.forms import Form
from marketplace.web.requests import actor, answers, private


@bp.get("/orders/<ref>/returns/new")
def new_return(ref: str) -> ResponseReturnValue:
    """Which packs go back, what is wrong with them, with photos."""
    order = order_for(actor(), ref, Permission.RETURN_ASK)
    most = services.returnable(order)
    form = with_returnable(ReturnForm.shown(), order.lines, most)
    page = {"order": order, "form": form, "most": most, "photos": photos_of([order])}
    may = services.may_ask_for_return(order)
    return private(make_response(render_template("orders/new_return.html", may_ask=may, **page)))


@bp.post("/orders/<ref>/returns")
@answers(new_return)
def ask_for_return(ref: str) -> ResponseReturnValue:
    """Ask the seller to take goods back."""
    order = order_for(actor(), ref, Permission.RETURN_ASK)
    form = ReturnForm.checked(lambda asked: with_returnable(asked, order.lines, services.returnable(order)))
    photos, reason = _kept(form), ReturnReason(form.reason.data)
    wanted, note = form.wanted(order.lines), form.note.data
    with writing():
        back = services.ask_for_return(order, wanted, reason=reason, note=note, photos=photos, by=actor())
    flash(_("The seller has your request %(ref)s. We write to you as soon as she answers.", ref=back.ref), "success")
    return redirect(url_for(".show_return", ref=back.ref), code=303)


def _kept(form: ReturnForm) -> list[str]:
    """The photos, checked and in the store, before anything is written; a bad one is said at its field."""
    try:
        return [take_private_picture(one.stream) for one in form.pictures]
    except Refused as refusal:
        raise Refused(refusal.sentence, field="photos") from None


@bp.get("/returns/<ref>")
def show_return(ref: str) -> ResponseReturnValue:
    """One return: what, why, what was answered, and what the reader can do about it now."""
    if enter_with_key(purchase_ref_of_return(ref)):
        return redirect(url_for(".show_return", ref=ref))
    try:
        back = return_for(actor(), ref)
    except NotSeen:
        return closed()
    page = {"back": back, "order": back.order, "photos": photos_of([back.order]), "words": timeline}
    expected = services.expected_back(back) if back.is_open else (0, 0)
    shown = render_template("orders/return.html", forms=_forms(), side=side_of(back), expected=expected, **page)
    return private(make_response(shown))


def _forms() -> dict[str, Form]:
    return {
        "agree": AgreeForm.shown(how="send"),
        "decline": DeclineForm.shown(),
        "sent": SentForm.shown(),
        "back": BackForm.shown(is_on_shelf=False),
        "escalate": EscalateForm.shown(),
        "decide": DecideForm.shown(),
    }


def side_of(back: Return) -> str:
    """As whom the reader looks at a return: "seller", "buyer" or "operator"."""
    asked = {"seller": Permission.RETURN_ANSWER, "buyer": Permission.RETURN_SEND}
    return next((side for side, permission in asked.items() if allows(actor(), permission, back)), "operator")


@bp.get('/returns/<ref>/photos/<int(max=4):number>-<any("320", "1280"):size>.webp')
def return_photo(ref: str, number: int, size: str) -> ResponseReturnValue:
    """One photo of a return, for those who may see the return only."""
    back = return_for(actor(), ref)
    photo = next((one for one in back.photos if one.position == number), None)
    if photo is None:
        raise NotSeen
    try:
        content = store().get(private_picture_key(photo.sha256, int(size)))
    except Missing:
        raise NotSeen from None
    return private(Response(content, mimetype="image/webp"))


@bp.post("/returns/<ref>/withdrawal")
@answers(show_return)
def withdraw_return(ref: str) -> ResponseReturnValue:
    """The buyer keeps the goods after all."""
    back = return_for(actor(), ref, Permission.RETURN_SEND)
    with writing():
        services.withdraw(back, by=actor())
    flash(_("Return %(ref)s is withdrawn.", ref=ref), "success")
    return redirect(url_for(".show_return", ref=ref), code=303)


@bp.post("/returns/<ref>/parcel")
@answers(show_return)
def send_return(ref: str) -> ResponseReturnValue:
    """The buyer has handed the goods over."""
    back = return_for(actor(), ref, Permission.RETURN_SEND)
    form = SentForm.checked()
    with writing():
        services.note_sent(back, carrier=form.carrier.data, tracking=form.tracking.data or "", by=actor())
    flash(_("Noted. The seller says so here once the goods have come."), "success")
    return redirect(url_for(".show_return", ref=ref), code=303)


@bp.post("/returns/<ref>/escalation")
@answers(show_return)
def escalate_return(ref: str) -> ResponseReturnValue:
    """The buyer does not accept the seller's no."""
    back = return_for(actor(), ref, Permission.RETURN_SEND)
    form = EscalateForm.checked()
    with writing():
        services.escalate(back, note=form.note.data, by=actor())
    flash(_("The marketplace looks at it and writes to both of you."), "success")
    return redirect(url_for(".show_return", ref=ref), code=303)
