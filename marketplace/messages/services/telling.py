"""Telling the other side, once for all that was written within some minutes, and not at all where it was read."""

from __future__ import annotations

from datetime import timedelta

from marketplace.accounts import queries as accounts
from marketplace.core import clock
from marketplace.core.actors import Recipient
from marketplace.core.database import lock
from marketplace.core.outbox import enqueue, notify
from marketplace.messages import queries
from marketplace.messages.models import Thread
from marketplace.messages.states import TALKING, Side

TELL = "messages.tell"
PAUSE = timedelta(minutes=3)


def tell_soon(thread: Thread, side: Side) -> None:
    """Have a side told in some minutes; what is written until then goes into the same letter."""
    enqueue(
        TELL,
        run_at=clock.now() + PAUSE,
        dedupe_key=f"{TELL}:{thread.ref}:{side.value}:{thread.told(side)}",
        thread=thread.ref,
        side=side.value,
    )


def tell(thread: Thread, side: Side) -> None:
    """Write to a side how many messages wait for it; nobody is written to about what she has read."""
    lock(thread)
    known = max(thread.told(side), queries.most_read(thread, _readers(thread, side)))
    last = thread.last_of(side.other)
    if last > known:
        notify(_recipient(thread, side), "messages/new", **_context(thread, side, known))
    _note_told(thread, side)


def _note_told(thread: Thread, side: Side) -> None:
    if side is Side.ASKER:
        thread.asker_told = thread.message_count
    else:
        thread.answerer_told = thread.message_count


def _readers(thread: Thread, side: Side) -> list[int]:
    if side is Side.ASKER and thread.asker_person_id is not None:
        return [thread.asker_person_id]
    firm = thread.organisation_id if side is Side.ANSWERER else thread.asker_organisation_id
    return [person.id for person in accounts.people_of(firm or 0, *TALKING)]


def _recipient(thread: Thread, side: Side) -> Recipient:
    if side is Side.ANSWERER:
        return Recipient("organisation", thread.organisation.ref)
    if thread.asker_organisation is not None:
        return Recipient("organisation", thread.asker_organisation.ref)
    assert thread.asker_person is not None
    return Recipient("person", thread.asker_person.ref, thread.asker_person.locale)


def _context(thread: Thread, side: Side, known: int) -> dict[str, object]:
    number = queries.written_after(thread, side.other, known)
    sender = thread.asker_name if side is Side.ANSWERER else thread.organisation.name
    return {"sender": sender, "title": thread.title, "number": number, "url": f"/messages/{thread.ref}"}
