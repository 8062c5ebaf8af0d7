"""Guessing passwords is slow, and an honest owner is not shut out by those who guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.accounts import jobs, queries
from marketplace.accounts.models import Person, SignInAttempt
from marketplace.accounts.services import passwords, throttling
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests import factories
from tests.clients import Client

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WAIT = "Vui lòng chờ 15 phút"


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn", phone="0912345678")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts that do not exist cost no real work here: another test sees to that."""
    monkeypatch.setattr(passwords, "NOBODY", factories.password_hash())


def enter(
    client: Client, password: str = "sai", *, login: str = "lan@vidu.vn", address: str = "203.0.113.5"
) -> TestResponse:
    data = {"email": login, "password": password}
    return client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": address})


def waits(answer: TestResponse) -> bool:
    assert answer.status_code in {303, 422}
    return WAIT in answer.text


def attempts() -> int:
    return db.session.scalar(select(func.count()).select_from(SignInAttempt)) or 0


def test_after_five_failures_the_right_password_waits_too(
    client: Client, lan: Person, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    assert [waits(enter(client)) for _ in range(5)] == [False] * 5
    assert waits(enter(client, factories.PASSWORD))
    frozen(NOW + timedelta(minutes=15))
    assert enter(client, factories.PASSWORD).status_code == 303


def test_trying_on_while_waiting_does_not_make_it_longer(
    client: Client, lan: Person, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    for _ in range(5):
        enter(client)
    for minute in range(1, 15):
        frozen(NOW + timedelta(minutes=minute))
        assert waits(enter(client))
    frozen(NOW + timedelta(minutes=15))
    assert enter(client, factories.PASSWORD).status_code == 303


def test_the_owner_comes_in_from_elsewhere(client: Client, lan: Person) -> None:
    for _ in range(7):
        enter(client)
    assert enter(client, factories.PASSWORD, address="198.51.100.7").status_code == 303


def test_e_mail_and_phone_are_one_account(client: Client, lan: Person) -> None:
    for login in ("lan@vidu.vn", "0912345678", "LAN@VIDU.VN", "+84912345678", "0912 345 678"):
        assert not waits(enter(client, login=login))
    assert waits(enter(client, factories.PASSWORD))


def test_coming_in_ends_the_count(app: Flask, client: Client, lan: Person) -> None:
    for _ in range(4):
        enter(client)
    assert enter(client, factories.PASSWORD).status_code == 303
    for _ in range(4):
        assert not waits(enter(client))
    assert enter(client, factories.PASSWORD).status_code == 303
    with app.app_context():
        assert attempts() == 8 * 2  # what counts for the account and for the address stays


def test_an_account_guessed_at_from_everywhere_gives_each_address_fewer_tries(client: Client, lan: Person) -> None:
    for number in range(25):
        assert not waits(enter(client, address=f"198.51.100.{number}"))
    assert [waits(enter(client, address="203.0.113.9")) for _ in range(3)] == [False, False, True]
    assert enter(client, factories.PASSWORD, address="203.0.113.10").status_code == 303


def test_an_unknown_account_waits_alike(client: Client, lan: Person) -> None:
    for _ in range(5):
        assert not waits(enter(client, login="ban@vidu.vn"))
    assert waits(enter(client, login="BAN@vidu.vn "))
    assert not waits(enter(client))


def test_one_address_on_very_many_accounts_waits(client: Client, lan: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "ADDRESS", 6)
    for number in range(6):
        assert not waits(enter(client, login=f"ai{number}@vidu.vn"))
    assert waits(enter(client, factories.PASSWORD))
    assert enter(client, factories.PASSWORD, address="198.51.100.7").status_code == 303


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_is_what_one_household_has(address: str, network: str) -> None:
    assert throttling.network_of(address) == network


def test_tries_sent_at_once_do_not_slip_past_each_other(
    app: Flask, lan: Person, race: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def compare(stored: str | None, password: str) -> bool:
        compared.append(1)
        return False

    monkeypatch.setattr("marketplace.accounts.services.fits", compare)
    results = race(12, lambda _: enter(Client(app, use_cookies=True)).status_code)
    assert results == [422] * 12
    # where all twelve are counted before the first is looked at, none is; without counting first all twelve would be
    assert len(compared) <= throttling.PAIR


def test_what_is_kept_names_nobody(app: Flask, client: Client, lan: Person) -> None:
    enter(client)
    with app.app_context():
        keys = list(db.session.scalars(select(SignInAttempt.key)))
    assert [len(key) for key in keys] == [64] * 3
    assert not any("lan" in key or "203" in key for key in keys if not set(key) <= set("0123456789abcdef"))


def test_failures_are_forgotten_after_a_day(
    app: Flask, client: Client, lan: Person, frozen: Callable[[datetime], datetime]
) -> None:
    frozen(NOW)
    enter(client)
    with app.app_context():
        frozen(NOW + timedelta(hours=23))
        jobs.forget_attempts()
        assert attempts() == 3
        frozen(NOW + timedelta(hours=25))
        assert queries.has_attempts_before(NOW + timedelta(hours=1))
        jobs.forget_attempts()
        assert attempts() == 0


def test_at_most_twenty_hashes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.01)
    taken = [passwords._turns.acquire(blocking=False) for _ in range(passwords.AT_ONCE)]
    try:
        assert all(taken)
        with pytest.raises(Refused, match="rất nhiều người"):
            passwords.fits(factories.password_hash(), factories.PASSWORD)
    finally:
        for _ in taken:
            passwords._turns.release()
    assert passwords.fits(factories.password_hash(), factories.PASSWORD)


def test_no_transaction_is_open_while_hashing(
    app: Flask, client: Client, lan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compare(stored: str | None, password: str) -> bool:
        assert not db.session().in_transaction()
        return True

    monkeypatch.setattr("marketplace.accounts.services.fits", compare)
    assert enter(client).status_code == 303


def test_the_password_of_now_is_counted_as_well(client_of: Callable[[Any], Client], lan: Person) -> None:
    client = client_of(lan)
    data = {"current": "sai", "password": "một mật khẩu mới"}
    answers = [client.post("/me/password", data=data).text for _ in range(6)]
    assert [WAIT in text for text in answers] == [False] * 5 + [True]


def test_writing_is_over_before_anyone_waits(app: Flask, lan: Person) -> None:
    """The count is committed by itself: a crash while hashing forgets nothing."""
    with app.app_context():
        attempt = throttling.Attempt(lan.ref, "203.0.113.5")
        with writing():
            throttling.count(attempt)
        db.session.rollback()
        assert attempts() == 3
