"""Delivery of notices by e-mail and SMS: one message an address, each at least once, those done never again."""

from __future__ import annotations

import hashlib
import smtplib
from dataclasses import dataclass
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
from marketplace.core.outbox.letters import Letter, addressed, letter_of
from marketplace.core.outbox.notices import DELIVER, Address, Notice, addresses_of
from marketplace.core.outbox.sms import plain, sms_transport_of
from marketplace.core.outbox.topics import Way, topic_of
from marketplace.core.outbox.transports import AddressRefused, transport_of
from marketplace.core.states import Labelled
from marketplace.core.text import clean

# an address in a header is one word: where it is longer than a line, it would be written in a way that no program reads
WHOLE_LINKS = policy.SMTP.clone(max_line_length=500)

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


@dataclass(frozen=True, slots=True)
class Short:
    """A notice as SMS."""

    phone: str
    text: str


def _open_messages(notice: Notice) -> dict[str, EmailMessage | Short | None]:
    """A message for each address that has none yet, by message id; None where the address cannot be written."""
    done = set(db.session.scalars(select(Delivery.message_id).where(Delivery.notice_id == notice.id)))
    topic, addresses = topic_of(notice.template), addresses_of(notice.recipient)
    by_mail = [one for one in addresses if one.email and one.wants(topic, Way.EMAIL)]
    by_sms = [one for one in addresses if one.phone and one.wants(topic, Way.SMS)] if _settings().sms_url else []
    # of people who share an address the first is written to
    open_mails = {message_id(notice.ref, one.email): one for one in reversed(by_mail)}
    messages: dict[str, EmailMessage | Short | None] = {
        name: _message_or_none(notice, address, name)
        for name, address in reversed(open_mails.items())
        if name not in done
    }
    shorts = {message_id(notice.ref, one.phone): one for one in by_sms}
    texts = {name: Short(one.phone, _short(notice, one)) for name, one in shorts.items() if name not in done}
    return messages | texts


def _short(notice: Notice, address: Address) -> str:
    return plain(letter_of(notice, address.locale).short)


def _message_or_none(notice: Notice, address: Address, name: str) -> EmailMessage | None:
    try:
        return message_of(addressed(letter_of(notice, address.locale), notice, address), address, name)
    except (ValueError, LookupError, MessageError):
        return None


def _send(notice_id: int, name: str, message: EmailMessage | Short | None) -> Exception | None:
    outcome = Outcome.SENT
    try:
        _hand_over(message, name)
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


def _hand_over(message: EmailMessage | Short | None, name: str) -> None:
    if isinstance(message, Short):
        send_sms(message.phone, message.text, name)
    elif message is None:
        raise AddressRefused
    else:
        transport_of(_settings()).send(message)


def send_sms(phone: str, text: str, key: str) -> None:
    """Hand one SMS over now, outside of any transaction; where SMS is switched off nobody can be reached by it."""
    transport = sms_transport_of(_settings())
    if transport is None:
        raise AddressRefused
    transport.send(phone, text, key)


def message_id(ref: str, address: str) -> str:
    """The same for each try, so that mail programs and gateways recognise a repeat."""
    digest = hashlib.sha256(address.strip().lower().encode()).hexdigest()[:24]
    return f"<{ref}.{digest}@{urlsplit(_settings().site_url).hostname or 'localhost'}>"


def message_of(letter: Letter, address: Address, name: str) -> EmailMessage:
    """The letter as an e-mail in text and HTML; an address or a name that would break a header raises ValueError."""
    sender, sender_address = parseaddr(_settings().mail_from)
    message = EmailMessage(policy=WHOLE_LINKS)
    message["From"] = MailAddress(sender, addr_spec=sender_address)
    message["To"] = MailAddress(clean(address.name), addr_spec=address.email)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = name
    message["Content-Language"] = letter.locale
    message["Auto-Submitted"] = "auto-generated"
    if len(letter.footer) > 1:
        # RFC 8058: the reader's mail program ends such letters with one POST
        message["List-Unsubscribe"] = f"<{letter.footer[-1][1]}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message
