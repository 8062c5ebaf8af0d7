"""Conversations, what was said in them, how far each person has read, and what was made public or reported."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, Person
from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.messages.states import MESSAGE, MessageAction, MessageState, ReportReason, Side

LONGEST_MESSAGE = 2_000


class Thread(Base):
    """One conversation on one thing; each side's last number and how far it was told are kept with it.

    The asking side is a person or an organisation, never both; `asker_key` names it, so that there is one a thing.
    """

    __tablename__ = "threads"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_ref", "asker_key"),
        CheckConstraint("(asker_person_id IS NULL) <> (asker_organisation_id IS NULL)", name="one_asker"),
        *not_negative("message_count", "last_asked", "last_answered", "asker_told", "answerer_told"),
        Index("ix_threads_organisation_id", "organisation_id", "last_message_at"),
        Index("ix_threads_asker_person_id", "asker_person_id", "last_message_at"),
        Index("ix_threads_asker_organisation_id", "asker_organisation_id", "last_message_at"),
        Index("ix_threads_opened_by_id", "opened_by_id", "opened_at"),
    )

    id: Mapped[Id]
    ref: Mapped[Ref]
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_ref: Mapped[str] = mapped_column(String(90))
    title: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    asker_key: Mapped[str] = mapped_column(String(40))
    asker_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asker_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_message_at: Mapped[datetime] = mapped_column(default=clock.now)
    message_count: Mapped[int] = mapped_column(default=0)
    last_asked: Mapped[int] = mapped_column(default=0)
    last_answered: Mapped[int] = mapped_column(default=0)
    asker_told: Mapped[int] = mapped_column(default=0)
    answerer_told: Mapped[int] = mapped_column(default=0)

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    asker_person: Mapped[Person | None] = relationship(foreign_keys=[asker_person_id])
    asker_organisation: Mapped[Organisation | None] = relationship(foreign_keys=[asker_organisation_id])

    @property
    def asker_name(self) -> str:
        """Who asks, as the answering side reads it."""
        asker = self.asker_organisation or self.asker_person
        return asker.name if asker else ""

    def last_of(self, side: Side) -> int:
        """The number of the last message that a side has written, 0 for none."""
        return self.last_asked if side is Side.ASKER else self.last_answered

    def told(self, side: Side) -> int:
        """Up to which message a side was written to, or has read by itself."""
        return self.asker_told if side is Side.ASKER else self.answerer_told


class Message(Base):
    """What somebody said; its words never change, they can only be emptied for good."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("thread_id", "number"),
        Index("ix_messages_person_id", "person_id", "at"),
    )

    machine: ClassVar[Machine[MessageState, MessageAction]] = MESSAGE

    id: Mapped[Id]
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    number: Mapped[int]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    side: Mapped[Side] = enumerated(Side, "side")
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(5), default="vi")
    may_be_public: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MessageState] = enumerated(MessageState, "state", default=MessageState.SHOWN)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    thread: Mapped[Thread] = relationship()
    person: Mapped[Person] = relationship()
    pictures: Mapped[list[MessagePicture]] = relationship(order_by="MessagePicture.id")

    @property
    def ref(self) -> str:
        """A message is known by its place in its conversation."""
        return f"{self.thread.ref}/{self.number}"

    @property
    def is_shown(self) -> bool:
        """Whether its words may be read."""
        return self.state is MessageState.SHOWN


class MessagePicture(Base):
    """A picture sent with a message, seen only by those who may read the conversation."""

    __tablename__ = "message_pictures"
    __table_args__ = (UniqueConstraint("message_id", "sha256"),)

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    sha256: Mapped[str] = mapped_column(String(64))


class ReadMark(Base):
    """Up to which message a person has read a conversation."""

    __tablename__ = "read_marks"
    __table_args__ = (UniqueConstraint("thread_id", "person_id"),)

    id: Mapped[Id]
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)


class PublicQuestion(Base):
    """A question and its answer that everybody may read beside the thing they are about."""

    __tablename__ = "public_questions"
    __table_args__ = (Index("ix_public_questions_subject", "subject_kind", "subject_ref", "id"),)

    id: Mapped[Id]
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_ref: Mapped[str] = mapped_column(String(90))
    question_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), unique=True)
    published_at: Mapped[datetime] = mapped_column(default=clock.now)

    question: Mapped[Message] = relationship(foreign_keys=[question_id])
    answer: Mapped[Message] = relationship(foreign_keys=[answer_id])

    @property
    def asker_name(self) -> str:
        """How the asker is named in public: her given name and the initial of her family name."""
        parts = self.question.person.name.split()
        return f"{parts[0][0]}. {parts[-1]}"[:60] if len(parts) > 1 else self.question.person.name[:60]


class MessageReport(Base):
    """Somebody who read a message asks the operator to look at it."""

    __tablename__ = "message_reports"
    __table_args__ = (UniqueConstraint("message_id", "person_id"),)

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[ReportReason] = enumerated(ReportReason, "reason")
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    settled_at: Mapped[datetime | None] = mapped_column(index=True)

    message: Mapped[Message] = relationship()
    person: Mapped[Person] = relationship()


class MessageDraft(Base):
    """What somebody typed before she signed in, kept for some days under a token that only she knows."""

    __tablename__ = "message_drafts"

    id: Mapped[Id]
    token: Mapped[str] = mapped_column(String(48), unique=True)
    body: Mapped[str] = mapped_column(Text)
    may_be_public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
