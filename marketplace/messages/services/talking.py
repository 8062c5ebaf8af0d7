"""Beginning a conversation, writing in it, and how far it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from marketplace.accounts.models import Person
from marketplace.core import clock, i18n
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refs import new_token, next_ref, token_digest
from marketplace.core.refusals import Forbidden, Refused
from marketplace.messages import policies, queries, subjects
from marketplace.messages.models import Message, MessageDraft, MessagePicture, PublicQuestion, ReadMark, Thread
from marketplace.messages.services.telling import tell_soon
from marketplace.messages.states import Side
from marketplace.messages.subjects import About, Party

A_DAY = timedelta(days=1)
NEW_FOR = timedelta(days=7)
# conversations that one person may begin in 24 hours
MOST_BEGUN_WHEN_NEW = 5
MOST_BEGUN = 30
# messages that one person may write in an hour, and one side in a row without an answer
MOST_IN_AN_HOUR = 60
MOST_IN_A_ROW = 20


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says and shows (hashes); `token` is the form's, `seen` the last message that she had read."""

    body: str
    token: str = ""
    pictures: Sequence[str] = ()
    may_be_public: bool = False
    seen: int | None = None


def begin(kind: str, about: About, words: Words, *, by: Actor) -> Message:
    """Write to the other side about a thing; the conversation is opened where there is none yet.

    Refused where somebody begins too many in a day, or where the other side has no account to read it with.
    """
    asker = _asker_of(about, by)
    person = db.session.get_one(Person, by.person_id)
    lock(person)
    known = _sent_already(words, by)
    if known is not None:
        return known
    thread = queries.thread_on(kind, about.ref, asker.key) or _opened(kind, about, asker, person)
    return write(thread, words, by=by)


def _asker_of(about: About, by: Actor) -> Party:
    if about.asker is not None:
        return about.asker
    if policies.answers_for(by, about.organisation_id):
        raise Refused(_("This buyer has no account to read messages with. Please call or write an e-mail."))
    return policies.party_of(by)


def _opened(kind: str, about: About, asker: Party, person: Person) -> Thread:
    """Two colleagues may ask at the same moment: the second one finds what the first has opened."""
    _refuse_too_many(person)
    now = clock.now()
    columns = {
        "ref": next_ref("thread"),
        "subject_kind": kind,
        "subject_ref": about.ref,
        "title": about.title[:200],
        "organisation_id": about.organisation_id,
        "asker_key": asker.key,
        "asker_person_id": None if asker.organisation_id else asker.person_id,
        "asker_organisation_id": asker.organisation_id,
        "opened_by_id": person.id,
        "opened_at": now,
        "last_message_at": now,
        **dict.fromkeys(("message_count", "last_asked", "last_answered", "asker_told", "answerer_told"), 0),
    }
    insert = insert_into(Thread).values(**columns)
    once = insert.on_conflict_do_nothing(index_elements=["subject_kind", "subject_ref", "asker_key"])
    db.session.execute(once)
    opened = queries.thread_on(kind, about.ref, asker.key)
    assert opened is not None
    return opened


def _refuse_too_many(person: Person) -> None:
    now = clock.now()
    most = MOST_BEGUN_WHEN_NEW if person.created_at > now - NEW_FOR else MOST_BEGUN
    if queries.opened_since(person.id, now - A_DAY) >= most:
        raise Refused(
            _("You have begun %(most)s conversations within a day. Please go on with those, or come back tomorrow.",
              most=most)
        )  # fmt: skip


def write(thread: Thread, words: Words, *, by: Actor) -> Message:
    """Say something in a conversation; the other side is told some minutes later, once for all that came meanwhile.

    The same form sent twice says it once. Refused where a colleague has answered since the page was opened.
    """
    lock(thread)
    known = _sent_already(words, by)
    if known is not None:
        return known
    side = policies.side_of(by, thread)
    if side is None or by.person_id is None:
        raise Forbidden
    _refuse_haste(thread, side, by.person_id)
    _refuse_beside_colleague(thread, side, words, by)
    said = _said(thread, side, words, by.person_id)
    _count(thread, said)
    _read_up_to(thread, by.person_id, said.number)
    tell_soon(thread, side.other)
    db.session.execute(delete(MessageDraft).where(MessageDraft.token == words.token))
    return said


def _sent_already(words: Words, by: Actor) -> Message | None:
    return queries.message_with_token(_digest(words, by.person_id)) if words.token else None


def _digest(words: Words, person_id: int | None) -> str:
    """A form's token counts for one person only."""
    return token_digest(f"{person_id}:{words.token or new_token()}")


def _refuse_haste(thread: Thread, side: Side, person_id: int) -> None:
    if thread.message_count - thread.last_of(side.other) >= MOST_IN_A_ROW:
        raise Refused(_("You have written %(most)s messages in a row. Please wait for an answer.", most=MOST_IN_A_ROW))
    if queries.written_since(person_id, clock.now() - timedelta(hours=1)) >= MOST_IN_AN_HOUR:
        raise Refused(_("You have written very many messages within an hour. Please wait a little."))


def _refuse_beside_colleague(thread: Thread, side: Side, words: Words, by: Actor) -> None:
    """Two people of one shop must not answer the same question without knowing of each other."""
    if words.seen is None or thread.last_of(side) <= words.seen:
        return
    last = queries.message_numbered(thread, thread.last_of(side))
    if last is not None and last.person_id != by.person_id:
        raise Refused(
            _("%(name)s has written here meanwhile. Please read it, then send yours if it is still needed.",
              name=last.person.name)
        )  # fmt: skip


def _said(thread: Thread, side: Side, words: Words, person_id: int) -> Message:
    said = Message(
        thread=thread,
        number=thread.message_count + 1,
        token_digest=_digest(words, person_id),
        side=side,
        person_id=person_id,
        body=words.body,
        lang=i18n.locale(),
        may_be_public=words.may_be_public and side is Side.ASKER and subjects.may_be_public(thread.subject_kind),
        at=clock.now(),
    )
    db.session.add(said)
    said.pictures = [MessagePicture(sha256=sha256) for sha256 in dict.fromkeys(words.pictures)]
    db.session.flush()
    return said


def _count(thread: Thread, said: Message) -> None:
    thread.message_count = said.number
    thread.last_message_at = said.at
    if said.side is Side.ASKER:
        thread.last_asked = said.number
    else:
        thread.last_answered = said.number


def mark_read(thread: Thread, number: int, *, by: Actor) -> None:
    """Somebody has read a conversation up to a message; nothing becomes unread again by it."""
    if by.person_id is not None:
        _read_up_to(thread, by.person_id, min(number, thread.message_count))


def _read_up_to(thread: Thread, person_id: int, number: int) -> None:
    insert = insert_into(ReadMark).values(thread_id=thread.id, person_id=person_id, number=number, at=clock.now())
    new = {"number": insert.excluded.number, "at": insert.excluded.at}
    further = ReadMark.number < insert.excluded.number
    db.session.execute(insert.on_conflict_do_update(index_elements=["thread_id", "person_id"], set_=new, where=further))


def keep_draft(words: Words) -> str:
    """Keep what somebody typed before she signs in; the answer is the token under which she finds it."""
    kept = MessageDraft(token=new_token(), body=words.body, may_be_public=words.may_be_public)
    db.session.add(kept)
    return kept.token


def forget_drafts(before: datetime) -> None:
    """Drafts that nobody came back for."""
    db.session.execute(delete(MessageDraft).where(MessageDraft.created_at < before))


def subject_renamed(kind: str, before: str, after: str) -> None:
    """A thing has another ref from now on: its conversations and public questions stay with it."""
    for table in (Thread, PublicQuestion):
        named = (table.subject_kind == kind) & (table.subject_ref == before)
        db.session.execute(update(table).where(named).values(subject_ref=after))
