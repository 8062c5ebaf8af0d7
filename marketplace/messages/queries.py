"""What people read of their conversations: lists, one conversation, what is unread, public or reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.messages.models import (
    Message,
    MessageDraft,
    MessagePicture,
    MessageReport,
    PublicQuestion,
    ReadMark,
    Thread,
)
from marketplace.messages.states import TALKING, MessageState, Side

MOST_COUNTED = 100
MOST_PUBLIC = 10
MOST_AT_ONCE = 50


# --- whose ---


def _answered_by(actor: Actor) -> ColumnElement[bool]:
    if actor.organisation_id is None or not actor.has_role(*TALKING):
        return false()
    return Thread.organisation_id == actor.organisation_id


def _asked_by(actor: Actor) -> ColumnElement[bool]:
    own = Thread.asker_person_id == actor.person_id
    if actor.organisation_id is None or not actor.has_role(*TALKING):
        return own
    return or_(own, Thread.asker_organisation_id == actor.organisation_id)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Conversations in which somebody stands on one side, for herself or for the organisation that she runs now."""
    return or_(_asked_by(actor), _answered_by(actor)) if actor.is_signed_in else false()


def _is_unread(actor: Actor) -> ColumnElement[bool]:
    """The other side has written after what this person has read; asks for her mark to be joined."""
    read = func.coalesce(ReadMark.number, 0)
    return case((_answered_by(actor), Thread.last_asked > read), else_=Thread.last_answered > read)


def _her_mark(actor: Actor) -> ColumnElement[bool]:
    return and_(ReadMark.thread_id == Thread.id, ReadMark.person_id == actor.person_id)


# --- lists ---


def threads_of(actor: Actor) -> Any:
    """Somebody's conversations with whether there is something new in each: what is unread first, then the latest."""
    unread = _is_unread(actor)
    people = (
        joinedload(Thread.organisation),
        joinedload(Thread.asker_person),
        joinedload(Thread.asker_organisation),
    )
    statement: Any = (
        select(Thread, unread.label("unread"))
        .outerjoin(ReadMark, _her_mark(actor))
        .where(visible_to(actor))
        .options(*people)
        .order_by(unread.desc(), Thread.last_message_at.desc(), Thread.id.desc())
    )
    return statement


def last_messages(threads: Sequence[Thread]) -> dict[int, Message]:
    """The last message of each conversation, by the conversation's id."""
    last = select(Message).join(Message.thread).where(Thread.id.in_([one.id for one in threads]))
    found = db.session.scalars(last.where(Message.number == Thread.message_count).options(joinedload(Message.person)))
    return {message.thread_id: message for message in found}


def unread_threads(actor: Actor) -> int:
    """In how many conversations somebody has something to read, counted up to a hundred; one query."""
    if not actor.is_signed_in:
        return 0
    asked = select(Thread.id).outerjoin(ReadMark, _her_mark(actor)).where(visible_to(actor), _is_unread(actor))
    return db.session.scalar(select(func.count()).select_from(asked.limit(MOST_COUNTED).subquery())) or 0


def unanswered(organisation_id: int) -> int:
    """How many conversations wait for an answer of an organisation."""
    waits = and_(Thread.organisation_id == organisation_id, Thread.last_asked > Thread.last_answered)
    return db.session.scalar(select(func.count()).select_from(Thread).where(waits)) or 0


def threads_about(actor: Actor, kind: str, refs: Sequence[str]) -> dict[str, Thread]:
    """Somebody's conversation about each of some things, the latest where there are several."""
    about = and_(Thread.subject_kind == kind, Thread.subject_ref.in_(refs))
    found = db.session.scalars(select(Thread).where(about, visible_to(actor)).order_by(Thread.last_message_at))
    return {thread.subject_ref: thread for thread in found}


# --- one conversation ---


def thread_by_ref(ref: str) -> Thread | None:
    """The conversation with this ref."""
    people = (
        joinedload(Thread.organisation),
        joinedload(Thread.asker_person),
        joinedload(Thread.asker_organisation),
    )
    return db.session.scalar(select(Thread).where(Thread.ref == ref[:32]).options(*people))


def thread_on(kind: str, ref: str, asker_key: str) -> Thread | None:
    """The one conversation of an asking side about a thing."""
    same = and_(Thread.subject_kind == kind, Thread.subject_ref == ref, Thread.asker_key == asker_key)
    return db.session.scalar(select(Thread).where(same))


def messages_of(thread: Thread, *, before: int | None = None) -> list[Message]:
    """The last messages of a conversation (those before a number), the oldest first."""
    asked = select(Message).where(Message.thread_id == thread.id)
    if before is not None:
        asked = asked.where(Message.number < before)
    whole = (joinedload(Message.person), selectinload(Message.pictures))
    found = db.session.scalars(asked.order_by(Message.number.desc()).limit(MOST_AT_ONCE).options(*whole))
    return list(found)[::-1]


def message_numbered(thread: Thread, number: int) -> Message | None:
    """One message of a conversation."""
    asked = select(Message).where(Message.thread_id == thread.id, Message.number == number)
    return db.session.scalar(asked.options(joinedload(Message.thread), joinedload(Message.person)))


def message_with_token(token_digest: str) -> Message | None:
    """The message that a form has made already."""
    return db.session.scalar(select(Message).where(Message.token_digest == token_digest))


def question_before(answer: Message) -> Message | None:
    """The nearest question before an answer of which its asker said that it may be public."""
    asked = select(Message).where(
        Message.thread_id == answer.thread_id,
        Message.number < answer.number,
        Message.side == Side.ASKER,
        Message.may_be_public.is_(True),
        Message.state == MessageState.SHOWN,
    )
    return db.session.scalar(asked.order_by(Message.number.desc()).limit(1))


def mark_of(thread: Thread, person_id: int | None) -> int:
    """Up to which message a person has read a conversation."""
    mark = select(ReadMark.number).where(ReadMark.thread_id == thread.id, ReadMark.person_id == person_id)
    return db.session.scalar(mark) or 0


def most_read(thread: Thread, person_ids: Iterable[int]) -> int:
    """Up to which message anybody of some people has read a conversation."""
    marks = (ReadMark.thread_id == thread.id) & ReadMark.person_id.in_(list(person_ids))
    return db.session.scalar(select(func.max(ReadMark.number)).where(marks)) or 0


def picture_in(thread: Thread, sha256: str) -> MessagePicture | None:
    """A picture of a shown message of a conversation."""
    asked = select(MessagePicture).join(Message, MessagePicture.message_id == Message.id)
    here = and_(Message.thread_id == thread.id, Message.state == MessageState.SHOWN)
    return db.session.scalar(asked.where(here, MessagePicture.sha256 == sha256).limit(1))


def draft(token: str) -> MessageDraft | None:
    """What was typed before signing in, for whoever knows its token."""
    return db.session.scalar(select(MessageDraft).where(MessageDraft.token == token)) if token else None


# --- limits ---


def opened_since(person_id: int, moment: datetime) -> int:
    """How many conversations a person has begun since a moment."""
    begun = and_(Thread.opened_by_id == person_id, Thread.opened_at > moment)
    return db.session.scalar(select(func.count()).select_from(Thread).where(begun)) or 0


def written_since(person_id: int, moment: datetime) -> int:
    """How many messages a person has written since a moment."""
    written = and_(Message.person_id == person_id, Message.at > moment)
    return db.session.scalar(select(func.count()).select_from(Message).where(written)) or 0


def written_after(thread: Thread, side: Side, number: int) -> int:
    """How many messages a side has written in a conversation after a number."""
    later = and_(Message.thread_id == thread.id, Message.side == side, Message.number > number)
    return db.session.scalar(select(func.count()).select_from(Message).where(later)) or 0


def has_drafts_before(moment: datetime) -> bool:
    """Whether drafts from before a moment are still kept."""
    return db.session.scalar(select(MessageDraft.id).where(MessageDraft.created_at < moment).limit(1)) is not None


# --- public and reported ---


def public_questions(kind: str, refs: Sequence[str]) -> dict[str, list[PublicQuestion]]:
    """What stands beside some things for everybody, the latest first; one query."""
    asked, given = joinedload(PublicQuestion.question), joinedload(PublicQuestion.answer)
    about = and_(PublicQuestion.subject_kind == kind, PublicQuestion.subject_ref.in_(refs))
    whole = (asked.joinedload(Message.person), given.joinedload(Message.thread).joinedload(Thread.organisation))
    statement = select(PublicQuestion).where(about).order_by(PublicQuestion.id.desc()).options(*whole)
    found: dict[str, list[PublicQuestion]] = {}
    for one in db.session.scalars(statement.limit(MOST_PUBLIC * len(refs))):
        found.setdefault(one.subject_ref, []).append(one)
    return found


def published_answers(thread: Thread) -> set[int]:
    """The ids of a conversation's answers that are public."""
    asked = select(PublicQuestion.answer_id).join(Message, PublicQuestion.answer_id == Message.id)
    return set(db.session.scalars(asked.where(Message.thread_id == thread.id)))


def public_with(message: Message) -> list[PublicQuestion]:
    """What is public of a message, as question or as answer."""
    either = or_(PublicQuestion.question_id == message.id, PublicQuestion.answer_id == message.id)
    return list(db.session.scalars(select(PublicQuestion).where(either)))


def open_reports() -> Select[Message]:
    """Messages that wait for the operator, the longest waiting first."""
    waiting = select(MessageReport.message_id).where(MessageReport.settled_at.is_(None))
    return _judged().where(Message.id.in_(waiting)).order_by(Message.id)


def count_open_reports() -> int:
    """How many messages wait for the operator."""
    waiting = select(func.count(MessageReport.message_id.distinct())).where(MessageReport.settled_at.is_(None))
    return db.session.scalar(waiting) or 0


def hidden_messages(*, most: int) -> list[Message]:
    """What the operator has hidden, the latest first."""
    hidden = _judged().where(Message.state == MessageState.HIDDEN).order_by(Message.id.desc())
    return list(db.session.scalars(hidden.limit(most)))


def _judged() -> Select[Message]:
    thread = contains_eager(Message.thread)
    whole = (thread.joinedload(Thread.organisation), joinedload(Message.person), selectinload(Message.pictures))
    return select(Message).join(Message.thread).options(*whole)


def reports_on(messages: Sequence[Message]) -> dict[int, list[MessageReport]]:
    """What people said of each of some messages, what is not settled."""
    mine = and_(MessageReport.message_id.in_([one.id for one in messages]), MessageReport.settled_at.is_(None))
    found: dict[int, list[MessageReport]] = {}
    for report in db.session.scalars(select(MessageReport).where(mine).order_by(MessageReport.id)):
        found.setdefault(report.message_id, []).append(report)
    return found


def reports_by(person_id: int | None, thread: Thread) -> set[int]:
    """The ids of a conversation's messages that a person has reported."""
    asked = select(MessageReport.message_id).join(Message, MessageReport.message_id == Message.id)
    return set(db.session.scalars(asked.where(Message.thread_id == thread.id, MessageReport.person_id == person_id)))


def reported_message(ref: str, number: int) -> Message | None:
    """A message that somebody has reported or the operator has hidden."""
    reported = Message.id.in_(select(MessageReport.message_id))
    one = _judged().where(Thread.ref == ref[:32], Message.number == number)
    return db.session.scalar(one.where(or_(reported, Message.state == MessageState.HIDDEN)))
