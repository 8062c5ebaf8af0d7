"""What a person wrote to others: handed out; forgotten by emptying her words, as the other side keeps the rest."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.personal_data import Section, Subject, erases, exports, forget_in_notices
from marketplace.messages.models import Message, MessagePicture, MessageReport, ReadMark, Thread
from marketplace.messages.services.publishing import take_down


def _hers(subject: Subject) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.person_id == subject.person_id).order_by(Message.id)))


@exports("messages")
def messages(subject: Subject) -> Section:
    """What she wrote."""
    labels = {"at": _l("When"), "thread": _l("Conversation"), "title": _l("About"), "text": _l("Text")}
    rows = [
        {"at": clock.local(one.at), "thread": one.thread.ref, "title": one.thread.title, "text": one.body}
        for one in _hers(subject)
    ]
    return Section(_l("Messages that you wrote"), labels, rows)


@erases("messages")
def forget_messages(subject: Subject) -> None:
    """Her words and pictures are gone, in public and in conversations; what others answered stays theirs."""
    written = _hers(subject)
    for one in written:
        take_down(one, by=SYSTEM)
        one.body = ""
    ids = [one.id for one in written]
    _run(delete(MessagePicture).where(MessagePicture.message_id.in_(ids)))
    _run(delete(ReadMark).where(ReadMark.person_id == subject.person_id))
    _run(update(MessageReport).where(MessageReport.person_id == subject.person_id).values(note=""))
    asked = select(Thread.ref).where(Thread.asker_person_id == subject.person_id)
    forget_in_notices(subject, *db.session.scalars(asked))


def _run(statement: object) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))  # type: ignore[attr-defined]
