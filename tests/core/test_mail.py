"""Notices become letters in the reader's language, one message an address, none of them twice."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from config import Settings, WrongSetting
from marketplace.core import clock
from marketplace.core.actors import Recipient
from marketplace.core.database import db, writing
from marketplace.core.outbox import Job, JobState, Notice, notify
from marketplace.core.outbox import notices as notices_module
from marketplace.core.outbox.jobs import RECURRING
from marketplace.core.outbox.letters import letter_of, subject_and_body
from marketplace.core.outbox.mail import Delivery, Outcome
from marketplace.core.outbox.notices import Address
from marketplace.core.outbox.transports import AddressRefused, Mail, Mailbox, Smtp, body_of, transport_of
from marketplace.core.outbox.worker import work
from tests.servers import free_port

TEMPLATE = """{# for tests #}
{% set action = "Xem đơn" if greeting == "Chào" else "See the order" %}
{{ greeting }}: {{ order }}

{{ name }} & co.
second line

{{ story }}
"""


@pytest.fixture
def letters(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app with one more notice template; only deliveries run."""
    for kind in list(RECURRING):
        monkeypatch.delitem(RECURRING, kind)
    assert inside.jinja_env.loader is not None
    both = ChoiceLoader([DictLoader({"tests/notices/told.txt": TEMPLATE}), inside.jinja_env.loader])
    monkeypatch.setattr(inside.jinja_env, "loader", both)
    return inside


def tell(recipient: Recipient, **context: Any) -> Notice:
    values = {"greeting": "Chào", "order": "DH-1", "name": "Lan", "story": "…", "url": "/orders/DH-1", **context}
    with writing():
        notify(recipient, "tests/told", **values)
    return db.session.scalars(select(Notice).order_by(Notice.id.desc())).first() or Notice()


def contact(address: str, locale: str = "vi") -> Recipient:
    return Recipient("contact", address, locale)


def mails() -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


def jobs() -> list[Job]:
    db.session.rollback()
    return list(db.session.scalars(select(Job).order_by(Job.id)))


def the_mail() -> Mail:
    (mail,) = mails()
    return mail


def test_a_notice_is_a_letter_with_text_html_and_a_whole_link(letters: Flask) -> None:
    tell(contact("lan@shop.example"), story="một\n\nhai")
    work(letters, once=True)
    mail = the_mail()
    link = "http://localhost/orders/DH-1"
    assert (mail.sent_to, mail.subject) == ("lan@shop.example", "Chào: DH-1")
    assert mail.text.startswith(f"Lan & co.\nsecond line\n\nmột hai\n\nXem đơn:\n{link}\n\n-- \n")
    assert '<html lang="vi">' in mail.html
    assert "<p>Lan &amp; co.<br>second line</p>" in mail.html
    assert f'href="{link}"' in mail.html


def test_values_are_data_in_text_and_html(letters: Flask) -> None:
    tell(contact("lan@shop.example"), name="<script>{{ 7 * 7 }}</script>{% raw %}", order="{{ name }}")
    work(letters, once=True)
    mail = the_mail()
    assert mail.subject == "Chào: {{ name }}"
    assert "<script>{{ 7 * 7 }}</script>{% raw %} & co." in mail.text
    assert "<script>" not in mail.html


@pytest.mark.parametrize("evil", ["DH-1\nBcc: all@shop.example", "DH-1\r\n\r\n<b>", "DH-1\u2028Bcc: x@y.example"])
def test_a_value_cannot_write_a_header_or_another_body(letters: Flask, evil: str) -> None:
    tell(contact("lan@shop.example"), order=evil)
    work(letters, once=True)
    assert the_mail().subject.splitlines() == [the_mail().subject]
    assert the_mail().text.startswith("Lan & co.")


def test_my_notices_shows_the_same_words(letters: Flask) -> None:
    notice = tell(contact("lan@shop.example"))
    assert subject_and_body(notice) == ("Chào: DH-1", ["Lan & co.\nsecond line", "…"])


def test_a_link_elsewhere_is_left_alone_and_none_is_none(letters: Flask) -> None:
    assert letter_of(tell(contact("a@b.example"), url="https://c.example/x")).url == "https://c.example/x"
    assert letter_of(tell(contact("a@b.example"), url=None)).text.endswith("…\n")


def test_every_person_of_a_recipient_gets_a_message_in_her_language(
    letters: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [
        Address("lan@shop.example", "vi", "Lan"),
        Address("JOE@shop.example", "en"),
        Address("joe@shop.example", "vi"),
    ]
    monkeypatch.setitem(notices_module._resolvers, "organisation", lambda _ref: people)
    tell(Recipient("organisation", "TC-1"))
    work(letters, once=True)
    assert [mail.sent_to for mail in mails()] == ["lan@shop.example", "joe@shop.example"]
    assert [mail.html.split('lang="')[1][:2] for mail in mails()] == ["vi", "en"]


class Failing:
    """A way out that fails for one address until it is told not to."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.sent: list[tuple[str, str]] = []

    def send(self, message: EmailMessage) -> None:
        address = message["To"].addresses[0].addr_spec
        if self.error and address.startswith("lan@"):
            raise self.error
        self.sent.append((address, str(message["Message-ID"])))


@pytest.fixture
def two_people(letters: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], Failing]:
    """An organisation of two, and a way out that fails for the first of them."""
    people = [Address("lan@shop.example", "vi"), Address("joe@shop.example", "en")]
    monkeypatch.setitem(notices_module._resolvers, "organisation", lambda _ref: people)

    def out(error: Exception) -> Failing:
        transport = Failing(error)
        monkeypatch.setattr("marketplace.core.outbox.mail.transport_of", lambda _settings: transport)
        tell(Recipient("organisation", "TC-1"))
        work(letters, once=True)
        return transport

    return out


def deliveries() -> list[Outcome]:
    db.session.rollback()
    return list(db.session.scalars(select(Delivery.outcome).order_by(Delivery.id)))


def test_a_retry_reaches_only_those_not_reached_before(
    letters: Flask, two_people: Callable[[Exception], Failing]
) -> None:
    transport = two_people(TimeoutError())
    assert ([address for address, _id in transport.sent], deliveries()) == (["joe@shop.example"], [Outcome.SENT])
    transport.error = None
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work(letters, once=True)
    assert [address for address, _id in transport.sent] == ["joe@shop.example", "lan@shop.example"]
    assert [job.state for job in jobs()] == [JobState.DONE]


def test_an_address_refused_for_good_is_not_tried_again(
    letters: Flask, two_people: Callable[[Exception], Failing]
) -> None:
    transport = two_people(AddressRefused())
    assert [address for address, _id in transport.sent] == ["joe@shop.example"]
    assert deliveries() == [Outcome.REFUSED, Outcome.SENT]
    assert [job.state for job in jobs()] == [JobState.DONE]


def test_a_repeat_carries_the_same_message_id_and_the_mailbox_keeps_one(letters: Flask) -> None:
    tell(contact("lan@shop.example"))
    work(letters, once=True)
    first = the_mail().message_id
    with writing():
        db.session.delete(db.session.scalars(select(Delivery)).one())
        db.session.scalars(select(Job)).one().state = JobState.QUEUED
    work(letters, once=True)
    assert the_mail().message_id == first


@pytest.mark.parametrize("address", ["no address", "a@b\nBcc: c@d.example", "lan@", "a@b.example, c@d.example"])
def test_what_is_no_address_is_refused_for_good(letters: Flask, address: str) -> None:
    tell(contact(address))
    work(letters, once=True)
    assert (mails(), deliveries()) == ([], [Outcome.REFUSED])


# --- a real SMTP conversation ----------------------------------------------------------------------------------------


class Receiver:
    """A mail server that takes what it is given, except for those it does not know."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("unknown"):
            return "550 no such person"
        if address.startswith("later"):
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append(envelope)
        return "250 OK"


@pytest.fixture
def receiver(letters: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    handler = Receiver()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setitem(letters.config, "SETTINGS", replace(settings, mail_url=f"smtp://127.0.0.1:{port}"))
    yield handler
    controller.stop()


def test_a_message_goes_over_smtp(letters: Flask, receiver: Receiver) -> None:
    notice = tell(contact("lan@shop.example"), name="Chị Đặng Thị Ngọc Ánh")
    work(letters, once=True)
    (envelope,) = receiver.got
    message = email.message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["lan@shop.example"]
    assert message["From"].addresses[0].display_name == "Chợ OCOP liên tỉnh"
    assert str(message["Subject"]) == "Chào: DH-1"
    assert str(message["Message-ID"]).startswith(f"<{notice.ref}.")
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "Chị Đặng Thị Ngọc Ánh & co." in body_of(message, "plain")


def test_a_final_no_is_told_apart_from_a_passing_one(letters: Flask, receiver: Receiver) -> None:
    tell(contact("unknown@shop.example"))
    tell(contact("later@shop.example"))
    work(letters, once=True)
    assert deliveries() == [Outcome.REFUSED]
    assert [job.state for job in jobs()] == [JobState.DONE, JobState.QUEUED]


def test_a_server_that_is_away_is_tried_again(
    letters: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(letters.config, "SETTINGS", replace(settings, mail_url="smtp://127.0.0.1:9"))
    tell(contact("lan@shop.example"))
    work(letters, once=True)
    (job,) = jobs()
    assert (job.state, (job.last_error or "").split()[0]) == (JobState.QUEUED, "ConnectionRefusedError")


def test_mail_url_names_the_way_out(settings: Settings) -> None:
    assert transport_of(settings) == Mailbox()
    for url in ("smtp://mail.example", "smtps://user:p%40ss@mail.example:465", "smtp+starttls://mail.example"):
        assert isinstance(transport_of(replace(settings, mail_url=url)), Smtp)
    for url in ("http://mail.example", "smtp://", "mail.example", ""):
        with pytest.raises(WrongSetting, match="MAIL_URL"):
            transport_of(replace(settings, mail_url=url))
