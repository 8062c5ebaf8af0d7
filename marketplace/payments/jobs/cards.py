"""Talking with the card company: each shell asks outside any transaction, then writes down the answer in one.

Whoever is killed in between is followed by another who asks again with the same key, and gets the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, writing
from marketplace.core.outbox import every, handles
from marketplace.orders.models import Purchase
from marketplace.payments import queries, services
from marketplace.payments.models import CardSession, Payment, ProviderEvent, Refund
from marketplace.payments.providers import stripe
from marketplace.payments.providers.stripe import NotAccepted, RefundSeen, SessionSeen, Unreachable
from marketplace.payments.services.card_refunds import SEND_REFUND
from marketplace.payments.services.cards import END_SESSION, OPEN_SESSION
from marketplace.payments.services.events import READ_EVENT, TO_LOOK_AT
from marketplace.payments.services.settling import CURRENCY
from marketplace.payments.states import RefundState, SessionState

BATCH = 100
# the card company knows the key of a call for a day; well before that it is asked what it has done
KEYS_KNOWN_FOR = timedelta(hours=20)
# money that moved without us is a matter for a person
TELLING = ("checkout.session.completed", "refund.created", "charge.dispute.created")

log = structlog.get_logger()


# --- pages on which a card pays --------------------------------------------------------------------------------------


@handles(OPEN_SESSION)
def open_for(purchase: str) -> None:
    """The page for a purchase that was just placed."""
    page_of(purchase, by=SYSTEM)


def page_of(purchase_ref: str, *, by: Actor) -> str:
    """The address of the page on which everything still due by card is paid, made now where there is none; or ""."""
    purchase = db.session.scalars(select(Purchase).where(Purchase.ref == purchase_ref)).one()
    live = queries.live_session(purchase.id)
    if live is not None and not services.still_fits(live):
        close(live.ref)
    with writing():
        session = services.want_session(purchase, by=by)
    return _open(session.ref) if session is not None else ""


def _open(ref: str) -> str:
    """Make the page of a session; called twice, it is the same page."""
    session = _session(ref)
    if session.state is not SessionState.WANTED:
        return session.url
    asked = _request(session)
    try:
        seen = _outside(lambda: stripe.create_session(asked, key=ref))
    except NotAccepted as refusal:
        log.warning("card_session_not_accepted", session=ref, why=str(refusal))
        _end(ref)
        return ""
    with writing():
        services.record_page(session, seen, by=SYSTEM)
    return _page_that_is_wanted(ref)


def _page_that_is_wanted(ref: str) -> str:
    """A page that was given up while it was being made is closed again."""
    session = _session(ref)
    if session.state is SessionState.ENDED:
        close(ref)
        return ""
    return session.url


def _request(session: CardSession) -> dict[str, Any]:
    """What Stripe is asked for: made of what the session froze, so that it never differs under one key."""
    site = current_app.config["SETTINGS"].site_url.rstrip("/")
    back = f"{site}/purchases/{session.purchase.ref}/card-payment"
    return {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": session.ref,
        "metadata": {"session": session.ref},
        "payment_intent_data": {"description": session.purchase.ref, "metadata": {"session": session.ref}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "vnd",
                    "unit_amount": part["amount_vnd"],
                    "product_data": {"name": f"{part['order']} · {part['seller']}"},
                },
            }
            for part in session.parts
        ],
        "locale": session.locale if session.locale in {"vi", "en"} else "auto",
        "expires_at": int(session.expires_at.timestamp()),
        "success_url": f"{back}?back=1",
        "cancel_url": back,
    }


@handles(END_SESSION)
def end(session: str) -> None:
    """A page asks for something that is no longer due: it is closed, and another made for what is."""
    found = _session(session)
    if found.is_live and not services.still_fits(found):
        purchase = found.purchase.ref
        close(session)
        page_of(purchase, by=SYSTEM)


def close(ref: str) -> None:
    """Nobody shall pay on this page any more; one who has already is taken at it."""
    session = _session(ref)
    page = session.provider_ref
    if page is None:
        _end(ref)
        return
    take_in(_outside(lambda: stripe.expire_session(page)))


def _end(ref: str) -> None:
    session = _session(ref)
    with writing():
        services.end_session(session, by=SYSTEM)


def ask(ref: str) -> None:
    """Ask how a session stands: the buyer's button and the rounds do what an event would have done."""
    session = _session(ref)
    page = session.provider_ref
    if page is None:
        _open(ref)
        return
    seen = _outside(lambda: stripe.retrieve_session(page))
    with writing():
        services.note_asked(session)
    take_in(seen)


def take_in(seen: SessionSeen) -> bool:
    """What is said of a session becomes true here, each order's share in a transaction of its own; False: not ours.

    Another site may share the account at the card company, and number its purchases as we do.
    """
    session = queries.card_session(seen.reference)
    if session is None or session.provider_ref not in (None, seen.provider_ref):
        return False
    if seen.is_paid:
        _settle(session, seen)
    elif seen.status == "expired":
        _end(session.ref)
    return True


def _settle(session: CardSession, seen: SessionSeen) -> None:
    refs = [part["payment"] for part in session.parts]
    for payment in db.session.scalars(select(Payment).where(Payment.ref.in_(refs)).order_by(Payment.id)).all():
        with writing():
            services.settle_part(session, payment, seen, by=SYSTEM)
    with writing():
        services.record_charge(session, seen, by=SYSTEM)


def _session(ref: str) -> CardSession:
    return db.session.scalars(select(CardSession).where(CardSession.ref == ref)).one()


def _outside(call: Callable[[], Any]) -> Any:
    """Make a call while no transaction is open and no connection held."""
    db.session.rollback()
    return call()


# --- refunds ---------------------------------------------------------------------------------------------------------


@handles(SEND_REFUND)
def send_refund(refund: str, attempt: int) -> None:
    """Ask for one attempt of a refund; asked twice, the card company pays once."""
    found = queries.refund_named(refund)
    if found is None or found.attempt != attempt or found.state is not RefundState.REQUESTED:
        return
    asked, key = _refund_request(found), services.key_of_attempt(found)
    try:
        seen = _made_before(found) or _outside(lambda: stripe.create_refund(asked, key=key))
    except NotAccepted as refusal:
        with writing():
            _refuse(found, attempt, str(refusal))
        return
    take_in_refund(seen)


def _made_before(refund: Refund) -> RefundSeen | None:
    """This attempt, where it was made so long ago that the card company has forgotten its key and would pay again."""
    if not refund.charge_ref or refund.created_at > clock.now() - KEYS_KNOWN_FOR:
        return None
    charge, name, attempt = refund.charge_ref, refund.ref, refund.attempt
    seen = _outside(lambda: stripe.refunds_of_charge(charge))
    return next((one for one in seen if (one.reference, one.attempt) == (name, attempt)), None)


def _refund_request(refund: Refund) -> dict[str, Any]:
    return {
        "payment_intent": refund.charge_ref or "",
        "amount": refund.amount_vnd,
        "reason": "requested_by_customer",
        "metadata": {"refund": refund.ref, "attempt": str(refund.attempt)},
    }


def _refuse(refund: Refund, attempt: int, why: str) -> None:
    seen = RefundSeen(
        provider_ref=refund.provider_ref or f"refused {services.key_of_attempt(refund)}",
        reference=refund.ref,
        attempt=attempt,
        status="failed",
        amount_vnd=refund.amount_vnd,
        currency=CURRENCY,
        charge_ref=refund.charge_ref or "",
        failure=why,
    )
    services.refund_told(refund, seen, by=SYSTEM)


def take_in_refund(seen: RefundSeen) -> bool:
    """What is said of a refund becomes true here; False: not ours."""
    refund = queries.refund_named(seen.reference)
    if refund is None or not _is_of(refund, seen):
        return False
    with writing():
        services.refund_told(refund, seen, by=SYSTEM)
    return True


def _is_of(refund: Refund, seen: RefundSeen) -> bool:
    """It gives back that much of that charge: another site on the same account may number its refunds as we do."""
    same_sum = (seen.amount_vnd, seen.currency) == (refund.amount_vnd, CURRENCY)
    return same_sum and seen.charge_ref == (refund.charge_ref or "")


# --- what the card company sends, and what it did not ----------------------------------------------------------------


@handles(READ_EVENT)
def read_event(event: str) -> None:
    """Do what an event says; one that belongs to nothing of ours but moves money is shown to the operator."""
    stored = queries.event_named(event)
    if stored is None or stored.outcome:
        return
    outcome = _read(stored)
    with writing():
        services.note_event(stored, outcome)


def _read(stored: ProviderEvent) -> str:
    seen, kind = stripe.seen_in(stored.content), stored.kind
    known = (isinstance(seen, SessionSeen) and take_in(seen)) or (isinstance(seen, RefundSeen) and take_in_refund(seen))
    if known and not (isinstance(seen, SessionSeen) and seen.is_paid and seen.currency != CURRENCY):
        return "done"
    return TO_LOOK_AT if kind in TELLING else "ignored"


def _something_to_ask() -> bool:
    return bool(queries.sessions_to_open(most=1) or queries.sessions_to_ask(most=1) or queries.refunds_to_ask(most=1))


@every(timedelta(minutes=2), "payments.ask_card_company", when=_something_to_ask)
def ask_card_company() -> None:
    """Events may be lost: what is not known after two minutes is asked for."""
    for ref in [*queries.sessions_to_open(most=BATCH), *queries.sessions_to_ask(most=BATCH)]:
        _patiently(lambda ref=ref: ask(ref), ref)  # type: ignore[misc]
    for ref in queries.refunds_to_ask(most=BATCH):
        _patiently(lambda ref=ref: _ask_refund(ref), ref)  # type: ignore[misc]


def _patiently(asking: Callable[[], None], ref: str) -> None:
    """One that cannot be asked now does not keep the others from being asked."""
    try:
        asking()
    except (Unreachable, NotAccepted) as error:
        log.warning("card_company_not_asked", ref=ref, why=str(error))
        db.session.rollback()


def _ask_refund(ref: str) -> None:
    refund = queries.refund_named(ref)
    known = refund.provider_ref if refund is not None else None
    if known:
        take_in_refund(_outside(lambda: stripe.retrieve_refund(known)))


def was_asked_just_now(session: CardSession) -> bool:
    """Whether asking once more would only be impatient."""
    return session.asked_at is not None and session.asked_at > clock.now() - timedelta(seconds=5)
