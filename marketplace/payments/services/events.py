"""What a provider sends by itself: stored once before anything follows from it, and what came of it."""

from __future__ import annotations

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox import enqueue
from marketplace.core.refusals import Refused
from marketplace.payments.models import CARD, ProviderEvent
from marketplace.payments.providers.stripe import Event

READ_EVENT = "payments.read_card_event"
# what an operator has to look at, and that she has
TO_LOOK_AT, LOOKED_AT = "look", "resolved"


def store_event(event: Event) -> bool:
    """Keep what the card company sent and have the worker read it; False where the same was sent before."""
    insert = insert_into(ProviderEvent).values(
        provider=CARD,
        event_id=event.name,
        payment_id=None,
        kind=event.kind,
        amount_vnd=event.seen.amount_vnd if event.seen else 0,
        currency=(event.seen.currency if event.seen else "") or "VND",
        content=event.content,
        outcome="",
        at=clock.now(),
    )
    fresh = insert.on_conflict_do_nothing(index_elements=["provider", "event_id"]).returning(ProviderEvent.id)
    if db.session.scalar(fresh) is None:
        return False
    enqueue(READ_EVENT, dedupe_key=f"{READ_EVENT}:{event.name}"[:120], event=event.name)
    return True


def note_event(event: ProviderEvent, outcome: str) -> None:
    """What came of an event."""
    lock(event)
    event.outcome = outcome


def close_event(event: ProviderEvent, *, note: str, by: Actor) -> None:
    """The operator has looked at something that the marketplace could not place, and says what was done."""
    lock(event)
    if event.outcome != TO_LOOK_AT:
        raise Refused(_("This was settled meanwhile."))
    if not note:
        raise Refused(_("Please say in a few words what was done."), field="note")
    event.outcome = LOOKED_AT
    event.content = {**event.content, "note": note}
    audit.record(audit.Subject("provider_events", event.event_id), "resolve", by=by, amount_vnd=event.amount_vnd)
