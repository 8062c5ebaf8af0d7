"""The operator's page of payments: what nobody else can bring to an end, with what she can do about it."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.payments import bp, queries, services
from marketplace.payments.forms import EventNoteForm, ResolutionForm
from marketplace.payments.models import Payment, Refund
from marketplace.payments.policies import payment_named, refund_named
from marketplace.web.requests import actor, answers, private


def _only_operators() -> None:
    """For everybody else this page does not exist."""
    if not allows(actor(), Permission.PAYMENTS_OVERSEE):
        raise NotSeen


@bp.get("/operator/payments")
def oversight() -> ResponseReturnValue:
    """Late and failed refunds, sums that do not fit, events that belong to nothing."""
    _only_operators()
    payments = queries.payments_in_review()
    page = render_template(
        "payments/oversight.html",
        late=queries.late_refunds(),
        stuck=queries.stuck_refunds(),
        reviews=payments,
        arrived=queries.arrived(payments),
        events=queries.events_to_look_at(),
    )
    return private(make_response(page))


def _page(**_named: str) -> ResponseReturnValue:
    return oversight()


def _refund(ref: str) -> Refund:
    _only_operators()
    return refund_named(ref)


def _payment(ref: str) -> Payment:
    _only_operators()
    return payment_named(ref)


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".oversight"), code=303)


@bp.post("/operator/refunds/<ref>/attempt")
@answers(_page)
def retry_refund(ref: str) -> ResponseReturnValue:
    """The card company is asked once more."""
    refund = _refund(ref)
    with writing():
        services.ask_again(refund, by=actor())
    return _back(_("Refund %(ref)s is tried again.", ref=ref))


@bp.post("/operator/refunds/<ref>/resolution")
@answers(_page)
def resolve_refund(ref: str) -> ResponseReturnValue:
    """The money was given back by another way."""
    refund, form = _refund(ref), ResolutionForm.checked()
    by_seller = form.payer.data == "seller"
    with writing():
        services.resolve_refund(refund, reference=form.reference.data, by_seller=by_seller, by=actor())
    return _back(_("Refund %(ref)s is settled. The buyer is told.", ref=ref))


@bp.post("/operator/payments/<ref>/return")
@answers(_page)
def return_payment(ref: str) -> ResponseReturnValue:
    """Card money that does not fit goes back."""
    payment = _payment(ref)
    with writing():
        services.give_back_review(payment, by=actor())
    return _back(_("The order is off and its money goes back to the card."))


@bp.post("/operator/payment-events/<name>/resolution")
@answers(_page)
def resolve_event(name: str) -> ResponseReturnValue:
    """An event was looked at."""
    _only_operators()
    event, form = queries.event_named(name[:120]), EventNoteForm.checked()
    if event is None:
        raise NotSeen
    with writing():
        services.close_event(event, note=form.note.data, by=actor())
    return _back(_("Noted."))
