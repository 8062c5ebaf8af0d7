"""Opening an account: only who reads an address learns whether it has one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.accounts import queries
from marketplace.accounts.models import Person
from marketplace.accounts.services import joining
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from marketplace.core.outbox import Notice
from marketplace.core.outbox.letters import letter_of
from tests import factories
from tests.clients import Client

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ASKED = {"name": "Trần Thị Mới", "email": "moi@vidu.vn", "phone": "+84 987 654 321", "consent": "y"}
GOOD = "năm con gà mái vàng"


def ask(client: Client, **change: Any) -> TestResponse:
    return client.post("/sign-up", data={**ASKED, **change})


def notices() -> list[Notice]:
    return list(db.session.scalars(select(Notice).order_by(Notice.id)))


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.fixture
def link(app: Flask, client: Client) -> str:
    """The link in the letter to somebody who asked for an account."""
    ask(client)
    with app.app_context():
        return str(notices()[-1].context["url"])


# --- asking ---


def test_a_letter_brings_the_link_and_nothing_else_happens(app: Flask, client: Client) -> None:
    answer = ask(client)
    assert (answer.status_code, answer.location) == (303, "/sign-up/sent")
    assert "moi@vidu.vn" in client.get("/sign-up/sent").text
    with app.app_context():
        (notice,) = notices()
        assert (notice.recipient_kind, notice.recipient_ref, notice.locale) == ("contact", "moi@vidu.vn", "vi")
        letter = letter_of(notice)
        assert letter.subject == "Tài khoản của bạn trên Chợ OCOP liên tỉnh"
        assert f"http://localhost{notice.context['url']}" in letter.text
        assert people() == 0


def test_an_address_with_an_account_is_answered_alike(app: Flask, client: Client) -> None:
    with app.app_context():
        lan = factories.person(email="lan@vidu.vn", locale="en")
    new, known = ask(client), ask(client, email="Lan@vidu.vn")
    assert (new.status_code, new.location, new.data) == (known.status_code, known.location, known.data)
    with app.app_context():
        notice = notices()[-1]
        assert (notice.recipient_kind, notice.recipient_ref) == ("person", lan.ref)
        assert letter_of(notice).subject == "You already have an account"
        assert "/sign-up/" not in letter_of(notice).text
        assert people() == 1


def test_few_letters_an_hour_go_to_one_address(
    app: Flask, client: Client, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    with app.app_context():
        factories.person(email="lan@vidu.vn")
    for _ in range(5):
        assert ask(client).status_code == ask(client, email="lan@vidu.vn").status_code == 303
    with app.app_context():
        assert len(notices()) == 6
    frozen(NOW + timedelta(hours=1, seconds=1))
    ask(client)
    with app.app_context():
        assert len(notices()) == 7


def test_consent_is_asked_for_and_never_given_beforehand(app: Flask, client: Client) -> None:
    page = client.get("/sign-up").text
    assert re.findall(r'<input checked id="([\w-]+)"', page) == ["wants-0"]
    data = {name: value for name, value in ASKED.items() if name != "consent"}
    answer = client.post("/sign-up", data=data)
    assert answer.status_code == 422
    assert "Cần có sự đồng ý của bạn" in answer.text
    with app.app_context():
        assert notices() == []


BAD = [
    ({"name": ""}, "name"),
    ({"name": " \u200b "}, "name"),
    ({"name": "a" * 121}, "name"),
    ({"name": b"Tr\xff\xfen"}, "name"),
    ({"email": ""}, "email"),
    ({"email": "moi"}, "email"),
    ({"email": "moi@vidu"}, "email"),
    ({"email": "moi@@vidu.vn"}, "email"),
    ({"email": f"{'a' * 250}@vidu.vn"}, "email"),
    ({"email": "moi@vidu.vn, ban@vidu.vn"}, "email"),
    ({"email": "<b>moi</b>@vidu.vn"}, "email"),
    ({"email": unicodedata.normalize("NFD", "mới@vidu.vn")}, "email"),
    ({"email": b"moi\xff@vidu.vn"}, "email"),
    ({"phone": "12345"}, "phone"),
    ({"phone": "0912345678" * 9}, "phone"),
    ({"phone": "<script>"}, "phone"),
    ({"phone": "09123\x0045678901"}, "phone"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_bad_input_is_named_at_its_field(app: Flask, client: Client, change: dict[str, Any], field: str) -> None:
    answer = ask(client, **change)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert re.search(rf'<input[^>]*aria-describedby="[^"]*{field}-error"', answer.text)
    assert 'value="Trần Thị Mới"' in answer.text or field == "name"
    assert "<script>" not in answer.text.replace("<script type", "")
    with app.app_context():
        assert notices() == []


def test_line_ends_in_an_address_reach_no_header(app: Flask, client: Client) -> None:
    ask(client, email="moi@vidu.vn\r\nBcc: ban@vidu.vn", name="Mới\r\nBcc: ban@vidu.vn")
    with app.app_context():
        assert notices() == []


def test_a_name_is_kept_as_meant(app: Flask, client: Client) -> None:
    ask(client, name=unicodedata.normalize("NFD", "  Trần\u00a0 <b>Thị</b>\0 Mới "))
    with app.app_context():
        assert notices()[0].context["name"] == "Trần <b>Thị</b> Mới"
        assert "&lt;b&gt;" in letter_of(notices()[0]).html


def test_without_the_token_nothing_is_sent(app: Flask, client: Client) -> None:
    assert client.post("/sign-up", data=ASKED, csrf=False).status_code == 400
    with app.app_context():
        assert notices() == []


# --- opening ---


def test_the_link_opens_the_account_and_brings_one_in(app: Flask, client: Client, link: str) -> None:
    assert "moi@vidu.vn" in client.get(link).text
    answer = client.post(link, data={"password": GOOD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/me").status_code == 200
    with app.app_context():
        person = queries.person_by_email("moi@vidu.vn")
        assert person is not None
        assert (person.name, person.phone, person.locale) == ("Trần Thị Mới", "0987654321", "vi")
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_ref == person.ref)).one()
        assert (entry.action, entry.actor_ref, entry.figures) == ("sign_up", person.ref, {"terms": "2026-11-23"})


def test_the_new_password_opens_the_door(app: Flask, client: Client, link: str) -> None:
    client.post(link, data={"password": unicodedata.normalize("NFD", GOOD)})
    client.post("/sign-out")
    assert client.post("/sign-in", data={"email": "moi@vidu.vn", "password": GOOD}).status_code == 303


def test_a_link_opens_one_account_only(app: Flask, client: Client, link: str) -> None:
    client.post(link, data={"password": GOOD})
    client.post("/sign-out")
    answer = client.post(link, data={"password": "một mật khẩu khác"})
    assert answer.status_code == 422
    assert "đã được mở rồi" in answer.text
    assert client.get("/me").status_code == 303
    with app.app_context():
        assert people() == 1


def test_a_link_followed_twice_at_once_opens_one_account(app: Flask, link: str, race: Callable[..., list[Any]]) -> None:
    def follow(_number: int) -> int:
        return Client(app, use_cookies=True).post(link, data={"password": GOOD}).status_code

    assert sorted(race(4, follow)) == [303, 422, 422, 422]
    with app.app_context():
        assert people() == 1


@pytest.mark.parametrize(
    "password",
    ["", "ngắn", "12345678", "aaaaaaaa", "moi@vidu.vn", "trần thị mới", "0987654321", "x" * 201, b"\xff" * 9],
)
def test_a_weak_or_unreadable_password_is_refused(app: Flask, client: Client, link: str, password: str | bytes) -> None:
    answer = client.post(link, data={"password": password})
    assert answer.status_code == 422
    with app.app_context():
        assert people() == 0


@pytest.mark.parametrize("token", ["x", "eyJ4IjoxfQ.aaaa.bbbb", "%00", "..", "ả"])
def test_a_made_up_link_leads_back(client: Client, token: str) -> None:
    for answer in (client.get(f"/sign-up/{token}"), client.post(f"/sign-up/{token}", data={"password": GOOD})):
        assert answer.status_code in {303, 404}


def test_a_link_is_good_for_two_days(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, link: str) -> None:
    monkeypatch.setattr(joining, "VALID_FOR", timedelta(seconds=-1))
    answer = client.post(link, data={"password": GOOD})
    assert (answer.status_code, answer.location) == (303, "/sign-up")
    assert "không còn dùng được" in client.get("/sign-up").text
    with app.app_context():
        assert people() == 0


def test_a_tampered_link_opens_nothing(app: Flask, client: Client, link: str) -> None:
    head, _dot, tail = link.rpartition(".")
    assert client.post(f"{head}.{tail[:-2]}AA", data={"password": GOOD}).location == "/sign-up"
    with app.app_context():
        assert people() == 0


def test_looking_at_the_link_writes_nothing(app: Flask, client: Client, link: str) -> None:
    for _ in range(2):
        assert client.get(link).status_code == 200
    with app.app_context():
        assert people() == 0
