"""Delivery of notices by e-mail: one message an address, each at least once, those already done never again."""

from __future__ import annotations

import hashlib
import smtplib
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

import structlog
from flask import current_app
from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from config import Settings
from marketplace.core import clock
from marketplace.core.database import Base, Id, db, enumerated, insert_into, writing
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox.jobs import handles
from marketplace.core.outbox.letters import Letter, letter_of
from marketplace.core.outbox.notices import DELIVER, Address, Notice, addresses_of
from marketplace.core.outbox.transports import AddressRefused, transport_of
from marketplace.core.states import Labelled
from marketplace.core.text import clean

log = structlog.get_logger()


class Outcome(Labelled):
    """How the delivery to one address ended."""

    SENT = "sent", _l("sent")
    REFUSED = "refused", _l("refused by the receiver's server")


class Delivery(Base):
    """One notice handed over for one address; the address itself is only in the digest of its message id."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("notice_id", "message_id"),)

    id: Mapped[Id]
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(String(254))
    outcome: Mapped[Outcome] = enumerated(Outcome, "outcome")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


@handles(DELIVER)
def deliver(notice: str) -> None:
    """Send a notice to every address it has not reached; one that fails for now does not hold up the others."""
    found = db.session.scalar(select(Notice).where(Notice.ref == notice))
    if found is None:
        return
    notice_id, messages = found.id, _open_messages(found)
    # the network is never waited for inside a transaction
    db.session.rollback()
    failures = [error for message_id, message in messages.items() if (error := _send(notice_id, message_id, message))]
    if failures:
        raise failures[0]


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def _open_messages(notice: Notice) -> dict[str, EmailMessage | None]:
    """A message for each address that has none yet, by message id; None where the address cannot be written."""
    done = set(db.session.scalars(select(Delivery.message_id).where(Delivery.notice_id == notice.id)))
    # of people who share an address the first is written to
    addresses = {message_id(notice.ref, one.email): one for one in reversed(addresses_of(notice.recipient))}
    letters: dict[str, Letter] = {}
    messages: dict[str, EmailMessage | None] = {}
    for name, address in reversed(addresses.items()):
        if name not in done:
            letter = letters.setdefault(address.locale, letter_of(notice, address.locale))
            messages[name] = _message_or_none(letter, address, name)
    return messages


def _message_or_none(letter: Letter, address: Address, name: str) -> EmailMessage | None:
    try:
        return message_of(letter, address, name)
    except (ValueError, LookupError, MessageError):
        return None


def _send(notice_id: int, name: str, message: EmailMessage | None) -> Exception | None:
    outcome = Outcome.SENT
    try:
        if message is None:
            raise AddressRefused
        transport_of(_settings()).send(message)
    except AddressRefused:
        outcome = Outcome.REFUSED
        log.warning("mail_refused", message_id=name)
    except (OSError, smtplib.SMTPException) as error:
        return error
    with writing():
        row = {"notice_id": notice_id, "message_id": name, "outcome": outcome, "created_at": clock.now()}
        insert = insert_into(Delivery).values(**row)
        db.session.execute(insert.on_conflict_do_nothing(index_elements=["notice_id", "message_id"]))
    return None


def message_id(ref: str, email: str) -> str:
    """The same for each try, so that mail programs recognise a repeat."""
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()[:24]
    return f"<{ref}.{digest}@{urlsplit(_settings().site_url).hostname or 'localhost'}>"


def message_of(letter: Letter, address: Address, name: str) -> EmailMessage:
    """The letter as an e-mail in text and HTML; an address or a name that would break a header raises ValueError."""
    sender, sender_address = parseaddr(_settings().mail_from)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = MailAddress(sender, addr_spec=sender_address)
    message["To"] = MailAddress(clean(address.name), addr_spec=address.email)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = name
    message["Content-Language"] = letter.locale
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message
