"""Notices: what people are told, kept for the page "my notices" and sent by e-mail or SMS after the commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.core import clock
from marketplace.core.actors import Recipient
from marketplace.core.database import Base, Id, Ref, before_commit, db, table_of
from marketplace.core.outbox.jobs import enqueue
from marketplace.core.outbox.topics import Choices, Topic, Way, wanted
from marketplace.core.refs import next_ref

DELIVER = "core.deliver_notice"
# with the growing pauses of the worker: most of a day, longer than a mail server is usually away
TRIES = 24


class Notice(Base):
    """One message to one recipient; `template` names `<feature>/notices/<name>.txt`, `context` fills it."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_recipient", "recipient_kind", "recipient_ref", "id"),)

    id: Mapped[Id]
    ref: Mapped[Ref]
    recipient_kind: Mapped[str] = mapped_column(String(16))
    recipient_ref: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(5))
    template: Mapped[str] = mapped_column(String(80))
    context: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]

    @property
    def recipient(self) -> Recipient:
        """To whom it goes."""
        return Recipient(self.recipient_kind, self.recipient_ref, self.locale)


@dataclass(frozen=True, slots=True)
class Address:
    """Where one person of a recipient is reached, in which language, and by which ways she wants what.

    `phone` is a proven one; `person` is the ref of somebody with an account, who may choose.
    """

    email: str
    locale: str
    name: str = ""
    phone: str = ""
    person: str = ""
    choices: Choices = field(default_factory=dict)

    def wants(self, topic: Topic, way: Way) -> bool:
        """Whether notices on this matter go to her this way."""
        return wanted(self.choices, topic, way, has_email=bool(self.email))


Resolver = Callable[[str], list[Address]]
_resolvers: dict[str, Resolver] = {}


def resolves(kind: str) -> Callable[[Resolver], Resolver]:
    """Name the function that turns the ref of one kind of recipient into addresses."""

    def register(resolver: Resolver) -> Resolver:
        _resolvers[kind] = resolver
        return resolver

    return register


@resolves("contact")
def _contact(ref: str) -> list[Address]:
    return [Address(ref, "")]


def addresses_of(recipient: Recipient) -> list[Address]:
    """Everyone a notice is sent to; an empty locale means the one the notice carries."""
    found = _resolvers[recipient.kind](recipient.ref)
    return [replace(one, locale=one.locale or recipient.locale) for one in found if one.email or one.phone]


def notify(recipient: Recipient, template: str, **context: Any) -> None:
    """Tell somebody something, once this transaction commits; `context` holds plain JSON values (`url` = the link)."""
    ref = next_ref("notice")
    notice = {
        "ref": ref,
        "recipient_kind": recipient.kind,
        "recipient_ref": recipient.ref,
        "locale": recipient.locale,
        "template": template,
        "context": context,
        "created_at": clock.now(),
    }
    db.session().info.setdefault("notices", []).append(notice)
    enqueue(DELIVER, max_attempts=TRIES, notice=ref)


@before_commit
def _store(session: Session) -> None:
    """All notices of an act are stored in one statement."""
    notices: list[dict[str, Any]] = session.info.pop("notices", [])
    if notices:
        session.execute(_inserted(), notices)


@cache
def _inserted() -> Any:
    table = table_of(Notice)
    return table.insert().returning(table.c.id)
