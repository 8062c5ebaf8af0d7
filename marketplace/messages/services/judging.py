"""Messages that people report, and what the operator does with them; the trail names a message, never its words."""

from __future__ import annotations

from sqlalchemy import select, update

from marketplace.accounts.queries import operators
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, insert_into, lock
from marketplace.core.lifecycle import move
from marketplace.core.outbox import notify
from marketplace.messages.models import Message, MessageReport
from marketplace.messages.services.publishing import take_down
from marketplace.messages.states import MessageAction, ReportReason


def report(message: Message, *, reason: ReportReason, note: str, by: Actor) -> None:
    """Ask the operator to look at a message; the operator is told of the first report on it, not of each."""
    lock(message)
    waiting = select(MessageReport.id).where(MessageReport.message_id == message.id, MessageReport.settled_at.is_(None))
    first = db.session.scalar(waiting.limit(1)) is None
    insert = insert_into(MessageReport).values(
        message_id=message.id, person_id=by.person_id, reason=reason, note=note, at=clock.now()
    )
    once = insert.on_conflict_do_nothing(index_elements=["message_id", "person_id"]).returning(MessageReport.id)
    if db.session.scalar(once) is None:
        return
    audit.record(audit.subject_of(message), "report", by=by, reason=reason.value)
    for recipient in operators() if first else ():
        notify(recipient, "messages/reported", message=message.ref, url="/operator/messages")


def hide(message: Message, *, by: Actor) -> None:
    """Nobody reads the message any more, here or in public; whoever wrote it is told."""
    lock(message, message.thread)
    move(message, MessageAction.HIDE, by=by)
    take_down(message, by=by)
    _settle(message)
    writer = Recipient("person", message.person.ref, message.person.locale)
    notify(writer, "messages/hidden", title=message.thread.title, url=f"/messages/{message.thread.ref}")


def show_again(message: Message, *, by: Actor) -> None:
    """What was hidden by mistake can be read again by its two sides."""
    lock(message)
    move(message, MessageAction.SHOW_AGAIN, by=by)


def dismiss(message: Message, *, by: Actor) -> None:
    """Nothing is wrong with a reported message: it stays, and waits no longer."""
    lock(message)
    _settle(message)
    audit.record(audit.subject_of(message), "dismiss", by=by)


def _settle(message: Message) -> None:
    waiting = (MessageReport.message_id == message.id) & MessageReport.settled_at.is_(None)
    db.session.execute(update(MessageReport).where(waiting).values(settled_at=clock.now()))
