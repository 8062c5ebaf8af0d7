"""Ways out for e-mail, chosen by MAIL_URL: the development mailbox in the database, or an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from config import Settings, WrongSetting
from marketplace.core import clock
from marketplace.core.database import Base, Id, insert_into, writing
from marketplace.core.database import db as database
from marketplace.core.refs import new_token

TIMEOUT = 20
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class AddressRefused(Exception):
    """The receiver's server will never take mail for this address."""


class Transport(Protocol):
    """One way out; a message is sent outside of any transaction."""

    def send(self, message: EmailMessage) -> None:
        """Hand the message over, or raise: AddressRefused for good, anything else for now."""


class Mail(Base):
    """A message in the development mailbox."""

    __tablename__ = "mails"

    id: Mapped[Id]
    token: Mapped[str] = mapped_column(String(64), unique=True, default=new_token)
    message_id: Mapped[str] = mapped_column(String(254), unique=True)
    sent_to: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(String(254))
    text: Mapped[str]
    html: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def body_of(message: EmailMessage, kind: str) -> str:
    """The plain or the HTML part of a message, its line ends as we write them."""
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Keeps messages in the database, where the demo shows them; the same message twice is one."""

    def send(self, message: EmailMessage) -> None:
        """Store the message."""
        mail = {
            "token": new_token(),
            "message_id": str(message["Message-ID"]),
            "sent_to": message["To"].addresses[0].addr_spec.lower(),
            "subject": str(message["Subject"]),
            "text": body_of(message, "plain"),
            "html": body_of(message, "html"),
            "created_at": clock.now(),
        }
        with writing():
            insert = insert_into(Mail).values(**mail)
            database.session.execute(insert.on_conflict_do_nothing(index_elements=["message_id"]))


@dataclass(frozen=True, slots=True)
class Smtp:
    """Hands messages to an SMTP server, with TLS from the start, by STARTTLS or not at all."""

    url: SplitResult
    greeting: str

    def send(self, message: EmailMessage) -> None:
        """One connection a message; a server's final no to the address is told apart from its passing troubles."""
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            if all(code >= 500 for code, _answer in error.recipients.values()):
                raise AddressRefused from None
            raise

    def _connect(self) -> smtplib.SMTP:
        host, port = self.url.hostname or "", self.url.port or PORTS[self.url.scheme]
        if self.url.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, self.greeting, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, port, self.greeting, timeout=TIMEOUT)
        try:
            self._introduce(server)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self.url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if self.url.username:
            server.login(unquote(self.url.username), unquote(self.url.password or ""))


def transport_of(settings: Settings) -> Transport:
    """The way out that MAIL_URL names; a wrong one stops with a sentence."""
    url = urlsplit(settings.mail_url)
    if url.scheme == "mailbox":
        return Mailbox()
    if url.scheme in PORTS and url.hostname:
        return Smtp(url, urlsplit(settings.site_url).hostname or "localhost")
    raise WrongSetting("MAIL_URL must be mailbox: or smtp://, smtps:// or smtp+starttls:// with a host.")
