"""Ways out for SMS, chosen by SMS_URL: none, the development mailbox, or a gateway that takes JSON over HTTP."""

from __future__ import annotations

import http.client
import json
import unicodedata
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from config import Settings, WrongSetting
from marketplace.core import clock
from marketplace.core.database import db, insert_into, writing
from marketplace.core.outbox.transports import TIMEOUT, AddressRefused, Mail
from marketplace.core.refs import new_token

LONGEST = 300
# the gateway will never take this number or this text, however often it is asked
FINAL = {400, 404, 410, 422}


class GatewayAway(OSError):
    """The gateway did not take the message this time."""


class SmsTransport(Protocol):
    """One way out; a message is sent outside of any transaction."""

    def send(self, to: str, text: str, key: str) -> None:
        """Hand the message over, or raise: AddressRefused for good, OSError for now."""


@dataclass(frozen=True, slots=True)
class SmsMailbox:
    """Keeps messages beside the demo's letters; the same message twice is one."""

    def send(self, to: str, text: str, key: str) -> None:
        """Store the message."""
        row = {"token": new_token(), "message_id": key, "sent_to": to, "subject": text[:254], "text": text}
        with writing():
            insert = insert_into(Mail).values(**row, html="", created_at=clock.now())
            db.session.execute(insert.on_conflict_do_nothing(index_elements=["message_id"]))


@dataclass(frozen=True, slots=True)
class Gateway:
    """Posts {to, text} to an address; the user part of its URL is the bearer's secret."""

    url: SplitResult

    def send(self, to: str, text: str, key: str) -> None:
        """One request a message; the key lets the gateway recognise a repeat."""
        body = json.dumps({"to": international(to), "text": text}, ensure_ascii=False).encode()
        connection = self._connection()
        try:
            connection.request("POST", self._path(), body, self._headers(key))
            status = connection.getresponse().status
        except http.client.HTTPException as error:
            raise GatewayAway(type(error).__name__) from None
        finally:
            connection.close()
        if status in FINAL:
            raise AddressRefused
        if not 200 <= status < 300:
            raise GatewayAway(f"status {status}")

    def _connection(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.url.scheme == "https" else http.client.HTTPConnection
        return kind(self.url.hostname or "", self.url.port, timeout=TIMEOUT)

    def _path(self) -> str:
        return (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")

    def _headers(self, key: str) -> dict[str, str]:
        known = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        secret = unquote(self.url.username or "")
        return {**known, "Authorization": f"Bearer {secret}"} if secret else known


def international(phone: str) -> str:
    """A Vietnamese number as the whole world dials it."""
    return f"+84{phone[1:]}" if phone.startswith("0") else phone


def plain(text: str) -> str:
    """A text without accents and of one message's length: every phone shows it, and it costs least."""
    decomposed = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(letters.split())[:LONGEST]


def sms_transport_of(settings: Settings) -> SmsTransport | None:
    """The way out that SMS_URL names, None where it names none; a wrong one stops with a sentence."""
    if not settings.sms_url:
        return None
    url = urlsplit(settings.sms_url)
    if url.scheme == "mailbox":
        return SmsMailbox()
    if url.scheme in {"http", "https"} and url.hostname:
        return Gateway(url)
    raise WrongSetting("SMS_URL must be mailbox: or http(s)://secret@host/path, or be left out.")
