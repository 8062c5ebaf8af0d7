"""Tokens, what was answered to a repeated request, and addresses with the messages they are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, Person
from marketplace.api.states import (
    WEBHOOK,
    MessageState,
    Scope,
    WebhookAction,
    WebhookState,
)
from marketplace.core import clock
from marketplace.core.actors import Recipient
from marketplace.core.database import Base, Id, Ref, enumerated, not_negative
from marketplace.core.states import Machine


class Token(Base):
    """A program's way to act for one person (in one organisation, or as herself); known by its digest alone."""

    __tablename__ = "api_tokens"

    id: Mapped[Id]
    ref: Mapped[Ref]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    hint: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    @property
    def is_alive(self) -> bool:
        """It may be used now."""
        return self.revoked_at is None and self.expires_at > clock.now()

    @property
    def rights(self) -> list[Scope]:
        """What it may be used for."""
        return [scope for scope in Scope if scope.value in self.scopes]


class KeptAnswer(Base):
    """What a program was answered to an act; the same request again is answered by it, and nothing is done twice."""

    __tablename__ = "api_answers"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: Mapped[Id]
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    asked: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class Webhook(Base):
    """An address of an organisation's program; its secrets follow from nonces and the site's own key."""

    __tablename__ = "webhooks"

    machine: ClassVar[Machine[WebhookState, WebhookAction]] = WEBHOOK

    id: Mapped[Id]
    ref: Mapped[Ref]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    happenings: Mapped[list[Any]]
    state: Mapped[WebhookState] = enumerated(WebhookState, "state", default=WebhookState.ACTIVE)
    nonce: Mapped[str] = mapped_column(String(48))
    old_nonce: Mapped[str | None] = mapped_column(String(48))
    old_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    again_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    organisation: Mapped[Organisation] = relationship()

    @property
    def recipient(self) -> Recipient:
        """Who is told when it is switched off."""
        return Recipient("organisation", self.organisation.ref)


class WebhookMessage(Base):
    """One thing that one address is told; its body is the same however often it is sent."""

    __tablename__ = "webhook_messages"
    __table_args__ = (Index("ix_webhook_messages_webhook_id", "webhook_id", "id"),)

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    delivered_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]

    webhook: Mapped[Webhook] = relationship()
    attempts: Mapped[list[WebhookAttempt]] = relationship(
        back_populates="message", order_by="WebhookAttempt.id", passive_deletes=True
    )

    @property
    def state(self) -> MessageState:
        """Where it stands; it is no thing of rights or money, so the log of its tries is all its trail."""
        if self.delivered_at is not None:
            return MessageState.DELIVERED
        return MessageState.WAITING if self.given_up_at is None else MessageState.GIVEN_UP


class WebhookAttempt(Base):
    """One try to deliver a message: the status it was answered with (none where nothing answered), and how it began."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        CheckConstraint("status IS NULL OR status BETWEEN 100 AND 999", name="status_known"),
        *not_negative("milliseconds"),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("webhook_messages.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    status: Mapped[int | None]
    milliseconds: Mapped[int]
    answer: Mapped[str] = mapped_column(String(300), default="")
    fault: Mapped[str] = mapped_column(String(40), default="")

    message: Mapped[WebhookMessage] = relationship(back_populates="attempts")
