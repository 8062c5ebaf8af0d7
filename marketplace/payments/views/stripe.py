"""Card payments: the way to the card company's page, the page one comes back to, and what the card company sends."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import NotSeen
from marketplace.orders.models import Purchase
from marketplace.orders.policies import purchase_for
from marketplace.payments import bp, queries, services
from marketplace.payments.jobs import cards
from marketplace.payments.models import CARD
from marketplace.payments.providers import stripe
from marketplace.payments.providers.stripe import NotAccepted, Unreachable
from marketplace.web.requests import actor, answers, private, query_flag
from marketplace.web.security import POLICY, csrf, limiter

LONGEST_EVENT = 256 * 1024
# pages with a form that leads to the card company's page
LEADING = {"orders.purchase", "orders.show", "payments.card_payment"}


def _own(ref: str) -> Purchase:
    """A purchase paid by card, for its buyer."""
    purchase = purchase_for(actor(), ref)
    if purchase.payment_method != CARD:
        raise NotSeen
    return purchase


@bp.get("/purchases/<ref>/card-payment")
def card_payment(ref: str) -> ResponseReturnValue:
    """Where one comes back to from the card company: it shows what is known, and changes nothing."""
    purchase = _own(ref)
    page = render_template(
        "payments/card.html",
        purchase=purchase,
        payments=queries.card_payments_of(purchase.id),
        due_vnd=queries.due_by_card([purchase.id]).get(purchase.id, 0),
        session=queries.live_session(purchase.id),
        came_back=query_flag("back"),
    )
    return private(make_response(page))


@bp.post("/purchases/<ref>/card-payment")
@answers(card_payment)
def pay_by_card(ref: str) -> ResponseReturnValue:
    """On to the card company's page, made now where the worker has not made it yet."""
    purchase, here = _own(ref).ref, url_for(".card_payment", ref=ref)
    try:
        page = cards.page_of(purchase, by=actor())
    except (Unreachable, NotAccepted):
        sentence = _("The card company does not answer just now. Nothing was charged: please try again in a moment.")
        flash(sentence, "error")
        return redirect(here, code=303)
    return redirect(page or here, code=303)


@bp.post("/purchases/<ref>/card-payment/check")
@answers(card_payment)
def check_card_payment(ref: str) -> ResponseReturnValue:
    """Ask the card company now, in place of waiting for its word."""
    session = queries.live_session(_own(ref).id) or queries.last_session(_own(ref).id)
    try:
        if session is not None and not cards.was_asked_just_now(session):
            cards.ask(session.ref)
    except (Unreachable, NotAccepted):
        flash(_("The card company does not answer just now. We go on asking by ourselves."), "warning")
    return redirect(url_for(".card_payment", ref=ref, back=1), code=303)


# --- what the card company sends -------------------------------------------------------------------------------------


@bp.post("/webhooks/stripe")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF has no types
@limiter.exempt
def stripe_event() -> ResponseReturnValue:
    """Keep a signed event; the worker reads it. Sent again, it is kept once."""
    if not current_app.config["SETTINGS"].stripe_webhook_secret:
        raise NotSeen
    if (request.content_length or 0) > LONGEST_EVENT:
        return _problem(413, "too-large", "An event has at most 256 kB.")
    try:
        event = stripe.verified_event(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except stripe.Unsigned:
        return _problem(400, "bad-signature", "The signature is missing, wrong or older than five minutes.")
    except stripe.Unreadable:
        return _problem(400, "unreadable", "Signed, but no event: id, type and data.object are needed.")
    with writing():
        fresh = services.store_event(event)
    return {"received": True, "repeated": not fresh}


def _problem(status: int, kind: str, detail: str) -> ResponseReturnValue:
    """A refusal for a program."""
    answer = current_app.json.response(
        {"type": f"about:blank#{kind}", "title": kind.replace("-", " "), "status": status, "detail": detail}
    )
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    return answer


@bp.after_app_request
def let_forms_lead_to_the_card_company(response: Response) -> Response:
    """Browsers follow a form only to where its page says: here that is also the card company's page."""
    if request.endpoint in LEADING and current_app.config["SETTINGS"].stripe_secret_key:
        policy = POLICY.replace("form-action 'self'", f"form-action 'self' {stripe.page_origin()}")
        response.headers.setdefault("Content-Security-Policy", policy)
    return response
