"""Another e-mail address: the new one confirms, the old one is told and can refuse or undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.accounts import jobs, queries, services
from marketplace.accounts.models import EmailChange, Person
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from marketplace.core.outbox import Notice
from tests import factories
from tests.clients import Client

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn")


@pytest.fixture
def hers(client_of: Callable[[Any], Client], lan: Person) -> Client:
    return client_of(lan)


def ask(client: Client, email: str = "moi@vidu.vn", password: str = factories.PASSWORD) -> TestResponse:
    return client.post("/me/email", data={"email": email, "secret": password})


def link(app: Flask, template: str) -> str:
    with app.app_context():
        sent = select(Notice).where(Notice.template == f"accounts/{template}").order_by(Notice.id.desc())
        return str(db.session.scalars(sent).first().context["url"])  # type: ignore[union-attr]


def told(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(one.template, one.recipient_ref) for one in db.session.scalars(select(Notice).order_by(Notice.id))]


def again(app: Flask, lan: Person) -> Person:
    with app.app_context():
        found = queries.person_by_ref(lan.ref)
        assert found is not None
        return found


def trail(app: Flask, lan: Person) -> list[str]:
    with app.app_context():
        asked = select(AuditEntry.action).where(AuditEntry.subject_ref == lan.ref).order_by(AuditEntry.number)
        return list(db.session.scalars(asked))


def test_nothing_changes_before_the_new_address_confirms(app: Flask, hers: Client, client: Client, lan: Person) -> None:
    assert ask(hers).status_code == 303
    assert told(app) == [("accounts/email_confirm", "moi@vidu.vn"), ("accounts/email_asked", "lan@vidu.vn")]
    assert again(app, lan).email == "lan@vidu.vn"
    address = link(app, "email_confirm")
    assert "moi@vidu.vn" in client.get(address).text
    assert again(app, lan).email == "lan@vidu.vn"
    assert client.post(address).status_code == 303
    assert again(app, lan).email == "moi@vidu.vn"
    assert told(app)[-1] == ("accounts/email_changed", "lan@vidu.vn")
    assert hers.get("/me").status_code == 200
    assert client.post(address).status_code == 303
    assert trail(app, lan) == ["ask_for_email", "change_email"]


def test_the_old_address_refuses(app: Flask, hers: Client, client: Client, lan: Person) -> None:
    ask(hers)
    confirm, refuse = link(app, "email_confirm"), link(app, "email_asked")
    assert "lan@vidu.vn" in client.get(refuse).text
    assert client.post(refuse).location == "/me"
    assert client.post(confirm).location == "/me"
    assert again(app, lan).email == "lan@vidu.vn"
    assert trail(app, lan) == ["ask_for_email", "refuse_email"]
    assert hers.get("/me").status_code == 200


def test_the_old_address_undoes_and_locks_the_other_out(app: Flask, hers: Client, client: Client, lan: Person) -> None:
    ask(hers)
    client.post(link(app, "email_confirm"))
    assert client.post(link(app, "email_asked")).location == "/forgotten-password"
    person = again(app, lan)
    assert person.email == "lan@vidu.vn"
    assert not services.fits(person.password_hash, factories.PASSWORD)
    assert hers.get("/me").status_code == 303
    assert trail(app, lan) == ["ask_for_email", "change_email", "undo_email"]


def test_links_end(
    app: Flask, hers: Client, client: Client, lan: Person, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    ask(hers)
    confirm, refuse = link(app, "email_confirm"), link(app, "email_asked")
    frozen(NOW + timedelta(hours=25))
    assert client.post(confirm).status_code == 303
    assert again(app, lan).email == "lan@vidu.vn"
    assert client.get(refuse).status_code == 200
    frozen(NOW + timedelta(hours=73))
    assert client.get(refuse).status_code == 303
    with app.app_context():
        jobs.forget_email_changes()
        assert db.session.scalars(select(EmailChange)).all() == []


def test_a_taken_address_is_answered_alike(app: Flask, hers: Client, lan: Person) -> None:
    with app.app_context():
        factories.person(email="ban@vidu.vn")
    free, taken = ask(hers), ask(hers, "ban@vidu.vn")
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    assert told(app)[-2:] == [("accounts/email_taken", "ban@vidu.vn"), ("accounts/email_asked", "lan@vidu.vn")]


def test_an_address_taken_meanwhile_is_refused(app: Flask, hers: Client, client: Client, lan: Person) -> None:
    ask(hers)
    with app.app_context():
        factories.person(email="moi@vidu.vn")
    assert client.post(link(app, "email_confirm")).status_code == 422
    assert again(app, lan).email == "lan@vidu.vn"


def test_asking_again_ends_the_question_of_before(app: Flask, hers: Client, client: Client, lan: Person) -> None:
    ask(hers)
    first = link(app, "email_confirm")
    ask(hers, "khac@vidu.vn")
    client.post(first)
    assert again(app, lan).email == "lan@vidu.vn"
    assert [ask(hers, f"so{n}@vidu.vn").status_code for n in range(2)] == [303, 422]


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("moi@vidu.vn", "sai", "Mật khẩu hiện tại chưa đúng."),
        ("lan@vidu.vn", factories.PASSWORD, "Đây đã là địa chỉ của bạn."),
        ("moi@", factories.PASSWORD, 'id="email-error"'),
        ("", factories.PASSWORD, 'id="email-error"'),
        ("moi@vidu.vn", "", 'id="secret-error"'),
    ],
)
def test_what_will_not_do_changes_nothing(app: Flask, hers: Client, email: str, password: str, said: str) -> None:
    answer = ask(hers, email, password)
    assert answer.status_code == 422
    assert said in answer.text
    assert told(app) == []


@pytest.mark.parametrize("way", ["confirmed", "refused"])
def test_a_made_up_link_says_so(client: Client, way: str) -> None:
    assert client.get(f"/email/{way}/x").location == "/me"
    assert client.post(f"/email/{way}/x").location == "/me"
