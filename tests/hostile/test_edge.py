"""The edge of the site: addresses that are none, cookies in shared caches, what a log may say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts import services
from marketplace.core.database import db
from marketplace.core.outbox import Notice
from marketplace.core.outbox.letters import letter_of
from tests import factories
from tests.clients import Client
from tests.orders import stall

NO_ADDRESSES = ("//[", "http://[x", "//evil\u2100.example", "http://evil\u2100.example/")


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_a_next_page_that_is_no_address_leads_home(app: Flask, client: Client, address: str) -> None:
    market = stall.set_up(app)
    answer = client.post("/cart/lines", data={"variant": market.cake, "quantity": 1, "next": address})
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_signing_in_survives_it(app: Flask, client: Client, address: str) -> None:
    with app.app_context():
        email = factories.person().email
    typed = {"email": email, "password": factories.PASSWORD, "next": address}
    answer = client.post("/sign-in", data=typed)
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize("address", ["http://[", "http://evil\u2100.example/"])
def test_a_referrer_that_is_no_address_is_no_break(
    app: Flask, client_of: Callable[[Any], Client], address: str
) -> None:
    with app.app_context():
        person = factories.person()
    client = client_of(person)
    answer = client.post("/me/organisation", data={"organisation": "x" * 40}, headers={"Referer": address})
    assert answer.status_code in {303, 422}


@pytest.mark.parametrize("page", ["/assets/x/css/base.css", "/robots.txt", "/manifest.webmanifest", "/sitemap.xml"])
def test_what_any_cache_may_keep_carries_no_session(app: Flask, client: Client, page: str) -> None:
    with client.session_transaction() as session:
        session["guest"] = "somebody"
        session.permanent = True
    answer = client.get(page)
    assert answer.status_code == 200
    if "public" in answer.headers["Cache-Control"]:
        assert "Set-Cookie" not in answer.headers
    assert "session=" in client.get("/cart").headers["Set-Cookie"]


def test_styles_under_their_own_address_carry_no_session(app: Flask, client: Client) -> None:
    with client.session_transaction() as session:
        session["guest"] = "somebody"
        session.permanent = True
    with app.test_request_context():
        address = app.url_for("assets.stylesheet")
    answer = client.get(address)
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_a_checkout_is_kept_by_no_cache(app: Flask, client: Client) -> None:
    market = stall.set_up(app)
    stall.put(client, market.cake)
    assert client.get("/checkout").headers["Cache-Control"] == "no-store, private"
    refused = client.post("/checkout", data=stall.filled(client, market, phone="", email=""))
    assert (refused.status_code, refused.headers["Cache-Control"]) == (422, "no-store, private")


def test_a_log_says_where_something_broke_and_no_more(
    app: Flask, app_with: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_known: Any, **_more: Any) -> None:
        told_by_the_database = "a secret in the words"
        raise RuntimeError(told_by_the_database)

    monkeypatch.setattr(services, "fits", broken)
    client = app_with(testing=False).test_client()
    assert isinstance(client, Client)
    answer = client.post("/sign-in", data={"email": "lan@vidu.vn", "password": "con-trau-trang-99"})
    said = "".join(capsys.readouterr())
    assert answer.status_code == 500
    assert "request_failed" in said
    assert "RuntimeError" in said
    for secret in ("con-trau-trang-99", "lan@vidu.vn", "a secret in the words"):
        assert secret not in said


def test_a_letter_to_a_stranger_carries_no_link_but_ours(app: Flask, client: Client) -> None:
    typed = {"name": "Trúng thưởng! http://evil.example/x", "email": "nguoi@vidu.vn", "consent": "y"}
    assert client.post("/sign-up", data=typed).status_code == 303
    with app.app_context():
        letter = letter_of(db.session.scalars(select(Notice)).one())
    assert "evil.example" not in letter.text
    assert "Trúng thưởng" in letter.text
