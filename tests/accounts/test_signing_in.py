"""Signing in and out: who comes in, what a stranger learns, what a session carries over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.accounts.events import SignedIn
from marketplace.accounts.models import Person
from marketplace.accounts.services import passwords
from marketplace.core import events
from tests import factories
from tests.clients import Client

WRONG = "Tài khoản hoặc mật khẩu chưa đúng."


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn", phone="0912345678")


def enter(client: Client, login: str = "lan@vidu.vn", password: str = factories.PASSWORD, **more: Any) -> TestResponse:
    return client.post("/sign-in", data={"email": login, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


# --- who comes in ---


@pytest.mark.parametrize(
    "login", ["lan@vidu.vn", "  LAN@vidu.VN ", "0912345678", "+84 912 345 678", "84912345678", "0912.345.678"]
)
def test_e_mail_and_phone_are_understood_as_people_type_them(client: Client, lan: Person, login: str) -> None:
    answer = enter(client, login)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(client)


def test_a_phone_that_two_people_gave_means_neither(app: Flask, client: Client, lan: Person) -> None:
    with app.app_context():
        factories.person("Người khác", phone="0912345678")
    assert enter(client, "0912345678").status_code == 422
    assert enter(client, "lan@vidu.vn").status_code == 303


def test_a_password_is_one_however_its_accents_are_composed(client: Client, lan: Person) -> None:
    assert enter(client, password=unicodedata.normalize("NFD", factories.PASSWORD)).status_code == 303


@pytest.mark.parametrize("password", ["sai", factories.PASSWORD.upper(), factories.PASSWORD + "\0", "x" * 200])
def test_a_wrong_password_says_so_and_keeps_what_was_typed(client: Client, lan: Person, password: str) -> None:
    answer = enter(client, password=password)
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert 'value="lan@vidu.vn"' in answer.text
    assert password not in answer.text
    assert not is_in(client)


# --- what a stranger learns ---


def test_an_unknown_account_is_answered_alike(client: Client, lan: Person) -> None:
    known = enter(client, "lan@vidu.vn", "sai mật khẩu")
    unknown = enter(client, "ban@vidu.vn", "sai mật khẩu")
    assert known.status_code == unknown.status_code == 422
    assert without_tokens(known.text) == without_tokens(unknown.text.replace("ban@vidu.vn", "lan@vidu.vn"))


def without_tokens(html: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html)


def test_an_unknown_account_costs_the_same_work(client: Client, lan: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    monkeypatch.setattr(passwords, "_hasher", Recorder(compared))
    enter(client, "lan@vidu.vn", "sai")
    enter(client, "ban@vidu.vn", "sai")
    enter(client, "không phải ai cả", "sai")
    assert compared == [factories.password_hash(), passwords.NOBODY, passwords.NOBODY]


class Recorder:
    """Stands in for the hasher: remembers what was compared, and agrees with everything."""

    def __init__(self, compared: list[str]) -> None:
        self.compared = compared

    def verify(self, stored: str, _password: bytes) -> bool:
        self.compared.append(stored)
        return stored == passwords.NOBODY


def test_the_hash_of_nobody_is_as_dear_as_a_real_one() -> None:
    assert passwords.NOBODY.split("$")[1:4] == passwords.hashed("một mật khẩu mới").split("$")[1:4]
    assert not passwords.fits(None, "một mật khẩu mới")


# --- where one goes then ---


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/me/notices?page=2", "/me/notices?page=2"),
        ("https://kexau.example/", "/"),
        ("//kexau.example/", "/"),
        ("/\\kexau.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/me\r\nSet-Cookie: a=b", "/"),
        ("", "/"),
    ],
)
def test_one_comes_back_to_a_page_of_this_site_only(client: Client, lan: Person, wanted: str, led_to: str) -> None:
    assert enter(client, next=wanted).location == led_to


def test_a_page_for_members_asks_and_leads_back(client: Client, lan: Person) -> None:
    answer = client.get("/me/notices?page=2")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/me/notices?page%3D2")
    assert 'name="next" type="hidden" value="/me/notices?page=2"' in client.get(answer.location).text


# --- what the session carries over ---


@pytest.fixture
def signed_in() -> Iterator[list[SignedIn]]:
    heard: list[SignedIn] = []
    reactions = events._reactions[SignedIn]
    reactions.append(heard.append)
    yield heard
    reactions.remove(heard.append)


def test_a_session_begins_anew(client: Client, lan: Person, signed_in: list[SignedIn]) -> None:
    client.get("/sign-in")
    with client.session_transaction() as session:
        session.update(guest="khách", grants=["purchase:MH-1"], stray="x", csrf_token="planted", sign_in="planted")
    enter(client)
    with client.session_transaction() as session:
        assert session["grants"] == ["purchase:MH-1"]
        assert session["_user_id"] == f"{lan.ref}.{lan.sign_in_epoch}"
        assert session["sign_in"] != "planted"
        assert not {"guest", "stray"} & set(session)
        assert session.get("csrf_token") != "planted"
    assert [(event.guest_ref, event.person.id) for event in signed_in] == [("khách", lan.id)]


def test_what_breaks_while_coming_in_leaves_one_outside(
    client: Client, lan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_event: object) -> None:
        raise ValueError("a cart that cannot be merged")

    monkeypatch.setitem(events._reactions, SignedIn, [refuse])
    with pytest.raises(ValueError, match="merged"):
        enter(client)
    assert not is_in(client)


@pytest.mark.parametrize(("ticked", "outlives"), [({}, False), ({"keep": "y"}, True)])
def test_a_session_outlives_the_window_only_where_asked_for(
    client: Client, lan: Person, ticked: dict[str, str], outlives: bool
) -> None:
    cookie = next(one for one in enter(client, **ticked).headers.getlist("Set-Cookie") if one.startswith("session="))
    assert ("Expires=" in cookie) is outlives
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_box_is_not_ticked_beforehand(client: Client) -> None:
    assert "checked" not in client.get("/sign-in").text


def test_the_first_language_is_her_own(app: Flask, client: Client) -> None:
    with app.app_context():
        factories.person("Ann", email="ann@vidu.vn", locale="en")
    enter(client, "ann@vidu.vn")
    assert client.get_cookie("lang").value == "en"  # type: ignore[union-attr]


def test_a_chosen_language_stays(client: Client, lan: Person) -> None:
    client.get("/sign-in?lang=en")
    enter(client)
    assert client.get_cookie("lang").value == "en"  # type: ignore[union-attr]


def test_signing_out_leaves_nothing(client_of: Callable[[Any], Client], lan: Person) -> None:
    client = client_of(lan)
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/")
    assert not is_in(client)


def test_a_session_of_nobody_is_a_guests(client: Client, lan: Person) -> None:
    for identity in ("", ".", "NG-2026-000001", f"{lan.ref}.", f"{lan.ref}.x", "NG-9999-1.y"):
        with client.session_transaction() as session:
            session["_user_id"] = identity
        assert not is_in(client), identity


# --- bad input ---

BAD = [
    ({"email": ""}, "Mật khẩu"),
    ({"password": ""}, "Mật khẩu"),
    ({"email": "   "}, ""),
    ({"email": "a" * 255}, "254"),
    ({"password": "a" * 201}, "200"),
    ({"email": "lan\0@vidu.vn"}, ""),
    ({"email": "<script>alert(1)</script>"}, ""),
    ({"email": "' OR 1=1 --"}, ""),
    ({"email": "-1"}, ""),
    ({"email": "9" * 250}, ""),
    ({"email": unicodedata.normalize("NFD", "hoàng@vidu.vn")}, ""),
    ({"email": b"lan\xff@vidu.vn"}, ""),
    ({"password": b"\xff\xfe"}, ""),
    ({"email": "\u202elan@vidu.vn\u202c"}, ""),
]


@pytest.mark.parametrize(("change", "named"), BAD)
def test_bad_input_is_a_sentence(client: Client, lan: Person, change: dict[str, Any], named: str) -> None:
    answer = client.post("/sign-in", data={"email": "ban@vidu.vn", "password": "sai mật khẩu", **change})
    assert answer.status_code == 422
    assert named in answer.text
    assert "<script>alert" not in answer.text
    assert not is_in(client)


def test_invisible_letters_around_an_address_do_not_matter(client: Client, lan: Person) -> None:
    assert enter(client, "\u200b lan@vidu.vn\u00a0").status_code == 303


def test_an_empty_post_names_both_fields(client: Client) -> None:
    answer = client.post("/sign-in")
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2


def test_without_the_token_nobody_comes_in(client: Client, lan: Person) -> None:
    data = {"email": "lan@vidu.vn", "password": factories.PASSWORD}
    assert client.post("/sign-in", data=data, csrf=False).status_code == 400
    assert not is_in(client)


def test_a_form_sent_twice_is_fine(client: Client, lan: Person) -> None:
    assert enter(client).status_code == 303
    assert enter(client).status_code == 303
    assert is_in(client)


def test_no_cache_keeps_these_pages(client: Client) -> None:
    for path in ("/sign-in", "/sign-up", "/sign-up/sent"):
        assert client.get(path).headers["Cache-Control"] == "no-store, private"
