"""Where somebody is signed in: written down at sign-in and at acts, never by reading; ended one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts import jobs
from marketplace.accounts.models import Person, SignIn
from marketplace.accounts.services import sessions
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from tests import factories
from tests.clients import Client

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
DETAILS = {"name": "Lan", "phone": "", "locale": "vi"}


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn")


def enter(app: Flask, agent: str = PHONE, address: str = "203.0.113.5") -> Client:
    client = Client(app, use_cookies=True)
    data = {"email": "lan@vidu.vn", "password": factories.PASSWORD}
    overrides = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
    assert client.post("/sign-in", data=data, environ_overrides=overrides).status_code == 303
    return client


def rows(app: Flask) -> list[SignIn]:
    with app.app_context():
        return list(db.session.scalars(select(SignIn).order_by(SignIn.id)))


def key(client: Client) -> str:
    with client.session_transaction() as session:
        return str(session["sign_in"])


def test_a_device_is_listed_in_words_without_its_whole_address(app: Flask, lan: Person) -> None:
    page = enter(app).get("/me").text
    assert "Chrome · Android" in page
    assert "203.0.113.*" in page
    assert "203.0.113.5" not in page
    assert "thiết bị này" in page


def test_one_device_is_signed_out(app: Flask, lan: Person) -> None:
    here, there = enter(app), enter(app)
    assert here.post("/me/sessions/end", data={"session": key(there)}).location == "/me#sessions"
    assert there.get("/me").status_code == 303
    assert here.get("/me").status_code == 200
    with app.app_context():
        asked = select(AuditEntry.action).where(AuditEntry.subject_ref == lan.ref)
        assert db.session.scalars(asked).all() == ["end_session"]


def test_all_others_are_signed_out(app: Flask, lan: Person) -> None:
    here, there, elsewhere = (enter(app) for _ in range(3))
    assert here.post("/me/sessions/end-others").status_code == 303
    assert [one.get("/me").status_code for one in (here, there, elsewhere)] == [200, 303, 303]
    assert len(rows(app)) == 1


def test_nobody_ends_anothers_session(app: Flask, lan: Person, client_of: Callable[[Any], Client]) -> None:
    here = enter(app)
    with app.app_context():
        stranger = client_of(factories.person())
    stranger.post("/me/sessions/end", data={"session": key(here)})
    stranger.post("/me/sessions/end-others")
    assert here.get("/me").status_code == 200


@pytest.mark.parametrize("wanted", ["", "x", "a" * 49, "\0", "' OR 1=1", b"\xff"])
def test_a_session_that_is_none_ends_nothing(app: Flask, lan: Person, wanted: Any) -> None:
    here = enter(app)
    assert here.post("/me/sessions/end", data={"session": wanted}).status_code in {303, 422}
    assert here.get("/me").status_code == 200


def test_signing_out_takes_it_off_the_list_and_a_stolen_cookie_is_worth_nothing(app: Flask, lan: Person) -> None:
    here, thief = enter(app), Client(app, use_cookies=True)
    with here.session_transaction() as session, thief.session_transaction() as stolen:
        stolen.update(session)
    assert thief.get("/me").status_code == 200
    here.post("/sign-out")
    assert thief.get("/me").status_code == 303
    assert rows(app) == []


def test_each_sign_in_is_a_session_of_its_own(app: Flask, lan: Person) -> None:
    here = enter(app)
    first = key(here)
    data = {"email": "lan@vidu.vn", "password": factories.PASSWORD}
    here.post("/sign-in", data=data)
    assert key(here) != first
    assert [one.ref for one in rows(app)] == [key(here)]


def test_reading_notes_nothing_and_an_act_once_an_hour(
    app: Flask, lan: Person, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    here = enter(app)
    for minutes, seen in ((59, 0), (61, 61), (90, 61), (125, 125)):
        frozen(NOW + timedelta(minutes=minutes))
        before = rows(app)[0].seen_at
        here.get("/me")
        assert rows(app)[0].seen_at == before
        here.post("/me", data=DETAILS, environ_overrides={"REMOTE_ADDR": "198.51.100.9"})
        assert rows(app)[0].seen_at == NOW + timedelta(minutes=seen)
    assert rows(app)[0].network == "198.51.100.*"


def test_a_device_on_which_nothing_is_done_is_signed_out(
    app: Flask, lan: Person, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    here = enter(app)
    frozen(NOW + timedelta(days=89))
    assert here.get("/me").status_code == 200
    frozen(NOW + timedelta(days=91))
    assert here.get("/me").status_code == 303
    with app.app_context():
        jobs.forget_sign_ins()
    assert rows(app) == []


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/131.0 Chrome/125.0 Safari/537.36", "Cốc Cốc · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox · Linux"),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>alert(1)</script>" * 999, ""),
    ],
)
def test_a_device_in_words(agent: str, words: str) -> None:
    assert sessions.device_of(agent) == words


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.*"),
        ("::ffff:203.0.113.5", "203.0.113.*"),
        ("2001:db8:1:2::9", "2001:db8:1::*"),
        ("fe80::1%eth0", "fe80::*"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_an_address_is_kept_coarse(address: str, network: str) -> None:
    assert sessions.coarse(address) == network
