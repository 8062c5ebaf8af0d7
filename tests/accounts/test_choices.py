"""By which ways people are told what: defaults, ticks, the table of topics, and the way out that a letter carries."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from config import ROOT
from marketplace.accounts.models import NoticeChoice, Person
from marketplace.core.actors import Recipient
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import notify
from marketplace.core.outbox.topics import TOPICS, Topic, Way, topic_of, wanted, way_out
from marketplace.core.outbox.transports import Mail, Mailbox
from marketplace.core.outbox.worker import Worker
from tests import factories
from tests.clients import Client

PAGE = "/me/notices/choices"
ON = {f"{topic.value}-email": "1" for topic in Topic if topic is not Topic.SECURITY}


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn")


def choices() -> dict[tuple[Topic, Way], bool]:
    db.session.rollback()
    return {(one.topic, one.way): one.wanted for one in db.session.scalars(select(NoticeChoice))}


def tell(recipient: Recipient, template: str = "messages/hidden") -> None:
    with writing():
        notify(recipient, template, title="Bánh đậu xanh", name="Lan", url="/me")


def mails() -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


def test_every_notice_has_a_topic_in_the_table() -> None:
    """A template that no pattern knows would always go out, whatever people chose."""
    files = [path for path in Path(ROOT, "templates").glob("*/notices/*.txt") if not path.name.startswith("_")]
    names = [f"{path.parent.parent.name}/{path.stem}" for path in files]
    assert len(names) > 60
    known = {pattern for pattern, _topic in TOPICS}
    unknown = [name for name in names if topic_of(name) is Topic.SECURITY and not name.startswith("accounts/")]
    assert sorted(unknown) == ["api/token_made", "contracts/signing_code", "payments/bank_account_changed"]
    assert "accounts/*" in known


@pytest.mark.parametrize(
    ("template", "topic"),
    [
        ("orders/placed_buyer", Topic.BUYING),
        ("orders/placed_seller", Topic.SELLING),
        ("payments/refunded_buyer", Topic.MONEY),
        ("messages/new", Topic.MESSAGES),
        ("accounts/organisation_verified", Topic.ORGANISATION),
        ("accounts/reset", Topic.SECURITY),
        ("accounts/password_changed", Topic.SECURITY),
        ("somewhere/new", Topic.SECURITY),
    ],
)
def test_a_topic_follows_from_the_template(template: str, topic: Topic) -> None:
    assert topic_of(template) is topic


def test_what_nobody_chose_goes_by_mail_and_news_go_to_nobody() -> None:
    assert wanted({}, Topic.BUYING, Way.EMAIL, has_email=True)
    assert not wanted({}, Topic.NEWS, Way.EMAIL, has_email=True)
    assert not wanted({}, Topic.BUYING, Way.SMS, has_email=True)
    assert wanted({}, Topic.BUYING, Way.SMS, has_email=False)
    assert not wanted({}, Topic.MESSAGES, Way.SMS, has_email=False)


def test_security_goes_whatever_was_chosen() -> None:
    assert wanted({(Topic.SECURITY, Way.EMAIL): False}, Topic.SECURITY, Way.EMAIL, has_email=True)


def test_the_page_shows_what_is_on_and_keeps_the_ticks(app: Flask, lan: Person, client_of: Any) -> None:
    her = client_of(lan)
    shown = her.get(PAGE)
    assert shown.status_code == 200
    answer = her.post(PAGE, data={**ON, "messages-email": ""} | {"news-email": "1"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    without = {name: value for name, value in ON.items() if name != "messages-email"}
    her.post(PAGE, data=without)
    with app.app_context():
        known = choices()
        assert known[Topic.MESSAGES, Way.EMAIL] is False
        assert known[Topic.NEWS, Way.EMAIL] is True
        assert (Topic.BUYING, Way.SMS) not in known, "a way that is not open to her says nothing"
        assert db.session.scalar(select(AuditEntry.id).where(AuditEntry.action == "choose_notices"))


def test_a_letter_that_she_does_not_want_stays_in_the_app(app: Flask, lan: Person, client_of: Any) -> None:
    her = client_of(lan)
    her.post(PAGE, data={})
    with app.app_context():
        tell(Recipient("person", lan.ref))
        tell(Recipient("person", lan.ref), "accounts/password_changed")
    Worker(app).run_due()
    with app.app_context():
        (only,) = mails()
    assert "Mật khẩu" in only.subject
    assert "Bánh đậu xanh" in her.get("/me/notices").text


def test_colleagues_choose_each_for_herself(app: Flask, client_of: Any) -> None:
    with app.app_context():
        shop = factories.seller()
        first, second = factories.manager_of(shop), factories.manager_of(shop)
    client_of(first).post(PAGE, data={})
    with app.app_context():
        tell(Recipient("organisation", shop.ref))
    Worker(app).run_due()
    with app.app_context():
        assert [mail.sent_to for mail in mails()] == [second.email]


# --- the way out ---


def sent(app: Flask, monkeypatch: pytest.MonkeyPatch, recipient: Recipient, template: str) -> EmailMessage:
    caught: list[EmailMessage] = []
    monkeypatch.setattr(Mailbox, "send", lambda _self, message: caught.append(message))
    with app.app_context():
        tell(recipient, template)
    Worker(app).run_due()
    (message,) = caught
    return message


def test_a_letter_says_why_and_how_to_end_it(app: Flask, lan: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent(app, monkeypatch, Recipient("person", lan.ref), "messages/hidden")
    with app.app_context():
        link = f"http://localhost{way_out(lan.ref, Topic.MESSAGES)}"
    assert message["List-Unsubscribe"] == f"<{link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    header = next(line for line in message.as_bytes().split(b"\r\n") if line.startswith(b"List-Unsubscribe:"))
    assert header == f"List-Unsubscribe: <{link}>".encode(), "mail programs read no encoded words here"
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert link in body.get_content()
        assert f"http://localhost{PAGE}" in body.get_content()
        assert "Bạn nhận được thư này" in body.get_content()


def test_letters_on_security_and_to_guests_have_no_way_out(
    app: Flask, lan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = sent(app, monkeypatch, Recipient("person", lan.ref), "accounts/password_changed")
    assert message["List-Unsubscribe"] is None
    message = sent(app, monkeypatch, Recipient("contact", "khach@vidu.vn"), "messages/hidden")
    assert message["List-Unsubscribe"] is None


def test_reading_the_link_changes_nothing_and_one_post_ends_them(app: Flask, lan: Person, client: Client) -> None:
    with app.app_context():
        path = way_out(lan.ref, Topic.BUYING)
    assert client.get(path).status_code == 200
    with app.app_context():
        assert choices() == {}
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, csrf=False)
    assert answer.status_code == 200
    client.post(path)
    with app.app_context():
        assert choices() == {(Topic.BUYING, Way.EMAIL): False}


@pytest.mark.parametrize("token", ["x", "WyJ4Il0.abc", "%00"])
def test_a_token_of_others_opens_nothing(client: Client, token: str) -> None:
    assert client.get(f"/notices/unsubscribe/{token}").status_code == 404
    assert client.post(f"/notices/unsubscribe/{token}").status_code == 404


def test_nobody_ends_letters_on_security(app: Flask, lan: Person, client: Client) -> None:
    with app.app_context():
        path = way_out(lan.ref, Topic.SECURITY)
    assert client.post(path).status_code == 404
    with app.app_context():
        assert choices() == {}
