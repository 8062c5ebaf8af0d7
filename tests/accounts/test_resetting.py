"""A forgotten password: only a letter tells, its link works once within the hour, and nothing of before stays open."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from marketplace.accounts import queries, services
from marketplace.accounts.models import Person
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Job, Notice
from marketplace.core.outbox.letters import letter_of
from marketplace.core.outbox.worker import Worker
from tests import factories
from tests.clients import Client

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NEW = "năm con gà mái vàng"


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn", phone="0912345678")


def ask(client: Client, login: str = "lan@vidu.vn", address: str = "203.0.113.5") -> TestResponse:
    return client.post("/forgotten-password", data={"login": login}, environ_overrides={"REMOTE_ADDR": address})


def letters(app: Flask) -> list[Notice]:
    with app.app_context():
        return list(db.session.scalars(select(Notice).where(Notice.template == "accounts/reset").order_by(Notice.id)))


def link_of(app: Flask, client: Client, login: str = "lan@vidu.vn") -> str:
    ask(client, login)
    Worker(app).run_due()
    return str(letters(app)[-1].context["url"])


def enters(client: Client, password: str) -> bool:
    return client.post("/sign-in", data={"email": "lan@vidu.vn", "password": password}).status_code == 303


# --- asking ---


@pytest.mark.parametrize("login", ["lan@vidu.vn", " LAN@vidu.vn ", "0912 345 678"])
def test_a_letter_brings_the_link_to_the_accounts_address(app: Flask, client: Client, lan: Person, login: str) -> None:
    answer = ask(client, login)
    assert (answer.status_code, answer.location) == (303, "/forgotten-password/sent")
    Worker(app).run_due()
    (notice,) = letters(app)
    assert (notice.recipient_kind, notice.recipient_ref) == ("contact", "lan@vidu.vn")
    with app.app_context():
        assert f"http://localhost{notice.context['url']}" in letter_of(notice).text


def test_the_link_is_not_among_her_notices(app: Flask, client: Client, lan: Person, client_of: Any) -> None:
    """Somebody at a device that was left signed in could set a password without knowing the one of now."""
    link = link_of(app, client)
    assert link not in client_of(lan).get("/me/notices").text


def test_an_unknown_account_is_answered_alike_at_the_same_cost(app: Flask, client: Client, lan: Person) -> None:
    statements: list[str] = []
    with app.app_context():
        engine = db.engine
    listen = lambda _c, _k, statement, *_more: statements.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", listen)
    seen = []
    for login in ("lan@vidu.vn", "ban@vidu.vn"):
        statements.clear()
        answer = ask(client, login)
        page = client.get(answer.location).text.replace(login, "…")
        seen.append((answer.status_code, answer.data, re.sub(r'value="[^"]*"', "", page), [*statements]))
    event.remove(engine, "before_cursor_execute", listen)
    assert seen[0] == seen[1]
    Worker(app).run_due()
    assert len(letters(app)) == 1


def test_few_letters_an_hour_and_few_questions_from_one_address(
    app: Flask, client: Client, lan: Person, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    assert [ask(client).status_code for _ in range(6)] == [303] * 5 + [422]
    assert [ask(client, "ban@vidu.vn").status_code for _ in range(6)] == [303] * 5 + [422]
    assert ask(client, address="198.51.100.7").status_code == 303
    Worker(app).run_due()
    assert len(letters(app)) == 3
    frozen(NOW + timedelta(hours=1, seconds=1))
    ask(client)
    Worker(app).run_due()
    assert len(letters(app)) == 4


@pytest.mark.parametrize("login", ["", "   ", "lan", "lan@", "12345", "a" * 255, "<script>alert(1)</script>", b"\xff"])
def test_what_can_be_nobodys_name_is_said_at_the_field(app: Flask, client: Client, login: Any) -> None:
    answer = ask(client, login)
    assert answer.status_code == 422
    assert 'id="login-error"' in answer.text
    assert "<script>alert" not in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Job)) == 0


# --- choosing ---


def test_the_link_sets_a_password_and_ends_every_session(
    app: Flask, client: Client, lan: Person, client_of: Callable[[Any], Client]
) -> None:
    elsewhere, link = client_of(lan), link_of(app, client)
    assert "lan@vidu.vn" in client.get(link).text
    answer = client.post(link, data={"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/me")
    assert elsewhere.get("/me").status_code == client.get("/me").status_code == 303
    assert not enters(client, factories.PASSWORD)
    assert enters(client, NEW)
    with app.app_context():
        told = db.session.scalars(select(Notice.template).where(Notice.recipient_ref == lan.ref)).all()
        assert told == ["accounts/password_changed"]
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_ref == lan.ref)).one()
        assert (entry.action, entry.actor_ref) == ("reset_password", lan.ref)


def test_a_link_works_once(app: Flask, client: Client, lan: Person) -> None:
    link = link_of(app, client)
    client.post(link, data={"password": NEW})
    assert client.get(link).location == "/forgotten-password"
    assert client.post(link, data={"password": "bốn con ngựa ô"}).location == "/forgotten-password"
    assert enters(client, NEW)


def test_two_who_use_it_at_once_set_one_password(app: Flask, client: Client, lan: Person, race: Any) -> None:
    link = link_of(app, client)
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    race(2, lambda i: Client(app, use_cookies=True).post(link, data={"password": f"{NEW} {i}"}).status_code)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == (before or 0) + 1


def test_a_link_dies_with_the_hour(
    app: Flask, client: Client, lan: Person, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    link = link_of(app, client)
    frozen(NOW + timedelta(minutes=59))
    assert client.get(link).status_code == 200
    frozen(NOW + timedelta(minutes=61))
    assert client.post(link, data={"password": NEW}).location == "/forgotten-password"
    assert enters(client, factories.PASSWORD)


def test_a_link_dies_with_any_change_of_the_password_or_the_address(
    app: Flask, client: Client, lan: Person, client_of: Callable[[Any], Client]
) -> None:
    first = link_of(app, client)
    client_of(lan).post("/me/password", data={"current": factories.PASSWORD, "password": NEW})
    assert client.get(first).status_code == 303
    second = link_of(app, client)
    assert client.get(second).status_code == 200
    with app.app_context(), writing():
        person = queries.person_by_ref(lan.ref)
        assert person is not None
        person.email = "moi@vidu.vn"
    assert client.get(second).status_code == 303


@pytest.mark.parametrize("token", ["x", "a.b.c", "W10.x", "%00", "..", "W10", "a" * 5000])
def test_a_made_up_link_leads_to_asking(client: Client, lan: Person, token: str) -> None:
    assert client.get(f"/new-password/{token}").status_code in {303, 404}


@pytest.mark.parametrize("password", ["", "ngắn", "matkhau123", "lan@vidu.vn", "x" * 201, b"\xff" * 9])
def test_a_password_that_will_not_do_changes_nothing(app: Flask, client: Client, lan: Person, password: Any) -> None:
    link = link_of(app, client)
    answer = client.post(link, data={"password": password})
    assert answer.status_code == 422
    assert enters(client, factories.PASSWORD)


def test_who_had_to_wait_comes_in_with_the_new_password(app: Flask, client: Client, lan: Person) -> None:
    for _ in range(5):
        enters(client, "sai mật khẩu")
    assert not enters(client, factories.PASSWORD)
    client.post(link_of(app, client), data={"password": NEW})
    assert enters(client, NEW)


def test_an_account_without_an_address_gets_no_letter(app: Flask, client: Client) -> None:
    with app.app_context():
        person = factories.person(email=None, phone="0987654321")
        with writing():
            services.send_reset(person)
    assert letters(app) == []
