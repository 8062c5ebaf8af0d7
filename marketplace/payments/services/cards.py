"""Card sessions: one page of the card company for a whole purchase, and what follows when it is paid on or ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.money import split
from marketplace.core.outbox import enqueue
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.models import Purchase
from marketplace.payments import queries
from marketplace.payments.models import CARD, CardSession, Payment
from marketplace.payments.providers.card import METHOD
from marketplace.payments.providers.stripe import SessionSeen
from marketplace.payments.services.settling import CURRENCY, Told, settle
from marketplace.payments.states import SessionAction, SessionState

OPEN_SESSION = "payments.open_card_session"
END_SESSION = "payments.end_card_session"
# the card company asks for half an hour at least, counted from when the call reaches it
SESSION_LASTS = timedelta(minutes=34)
MOST_SESSIONS = 6


def prepare_session(purchase: Purchase) -> None:
    """The worker opens the page as soon as the purchase is stored; said for each of its orders, done once."""
    enqueue(OPEN_SESSION, dedupe_key=f"{OPEN_SESSION}:{purchase.ref}", purchase=purchase.ref)


def close_session(purchase: Purchase) -> None:
    """Something of the purchase is no longer due: its page is closed, before somebody pays too much on it."""
    session = queries.live_session(purchase.id)
    if session is not None:
        enqueue(END_SESSION, dedupe_key=f"{END_SESSION}:{session.ref}", session=session.ref)


def want_session(purchase: Purchase, *, by: Actor) -> CardSession | None:
    """The session on which what is still due can be paid, a new one where none is live; the goods wait longer than it.

    None: nothing is due by card. Raises Refused where too many sessions have ended unpaid.
    """
    lock(*purchase.orders)
    payments = queries.card_payments_of(purchase.id)
    if payments:
        lock(*payments)
    live = queries.live_session(purchase.id)
    if live is not None:
        return live
    due = [payment for payment in payments if queries.is_due_by_card(payment)]
    return _new_session(purchase, due, by) if due else None


def still_fits(session: CardSession) -> bool:
    """Whether everything that a session asks for is still due."""
    owed = queries.card_payments_of(session.purchase_id)
    due = {one.ref: one.amount_vnd for one in owed if queries.is_due_by_card(one)}
    return due == {part["payment"]: part["amount_vnd"] for part in session.parts}


def _new_session(purchase: Purchase, due: Sequence[Payment], by: Actor) -> CardSession:
    before = select(func.count()).select_from(CardSession).where(CardSession.purchase_id == purchase.id)
    number = int(db.session.scalar(before) or 0) + 1
    if number > MOST_SESSIONS:
        raise Refused(_("This was tried too often. Please order again, or choose another way to pay."))
    session = CardSession(
        ref=f"{purchase.ref}/{number}",
        purchase=purchase,
        amount_vnd=sum(payment.amount_vnd for payment in due),
        parts=[_part(payment) for payment in due],
        locale=purchase.locale,
        expires_at=clock.now() + SESSION_LASTS,
        created_at=clock.now(),
    )
    db.session.add(session)
    db.session.flush()
    audit.record(audit.subject_of(session), "want", by=by, after=session.state.value, amount_vnd=session.amount_vnd)
    for payment in due:
        orders.extend(payment.order, METHOD.hold)
        payment.expires_at = payment.order.due_at
    return session


def _part(payment: Payment) -> dict[str, object]:
    order = payment.order
    return {
        "payment": payment.ref,
        "order": order.ref,
        "seller": order.seller.name,
        "amount_vnd": payment.amount_vnd,
    }


def record_page(session: CardSession, seen: SessionSeen, *, by: Actor) -> None:
    """The card company has opened the page: buyers can go there."""
    lock(session)
    session.provider_ref, session.url = seen.provider_ref, session.url or seen.url
    if session.state is SessionState.WANTED:
        move(session, SessionAction.OPEN, by=by)


def end_session(session: CardSession, *, by: Actor) -> None:
    """Nobody can pay on the page any more."""
    lock(session)
    if can(session, SessionAction.END):
        move(session, SessionAction.END, by=by)


def settle_part(session: CardSession, payment: Payment, seen: SessionSeen, *, by: Actor) -> str:
    """One order's share of a charge: received where the charge is what was asked for, else looked at."""
    lock(payment.order, payment)
    shares = split(seen.amount_vnd, [part["amount_vnd"] for part in session.parts])
    of_payment = {part["payment"]: share for part, share in zip(session.parts, shares, strict=True)}
    told = Told(
        provider=CARD,
        event_id=f"{seen.charge_ref}:{payment.ref}",
        kind="card_paid",
        amount_vnd=of_payment[payment.ref],
        currency=seen.currency,
        content={"session": session.ref, "charge": seen.charge_ref, "charged": seen.amount_vnd},
        doubtful=seen.amount_vnd != session.amount_vnd or seen.currency != CURRENCY,
        charge_ref=seen.charge_ref,
    )
    return settle(payment, told, by=by)


def record_charge(session: CardSession, seen: SessionSeen, *, by: Actor) -> None:
    """All shares of a charge are settled: the session is over."""
    lock(session)
    session.provider_ref = session.provider_ref or seen.provider_ref
    session.charge_ref = session.charge_ref or seen.charge_ref
    if can(session, SessionAction.PAY):
        move(session, SessionAction.PAY, by=by, amount_vnd=seen.amount_vnd)


def note_asked(session: CardSession) -> None:
    """The card company was asked how the session stands; the one asked longest ago is asked next."""
    lock(session)
    session.asked_at = clock.now()
