"""The second step: an app's codes, each once; recovery codes; who needs it, and who is left alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.accounts import queries, services
from marketplace.accounts.models import Person, RecoveryCode
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from marketplace.core.outbox import Notice
from tests import factories
from tests.clients import Client
from tests.html import assert_valid_html

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PROOF = {"current": factories.PASSWORD}
WRONG = "Mã chưa đúng hoặc đã được dùng."


@pytest.fixture
def lan(app: Flask, frozen: Callable[[datetime], datetime]) -> Person:
    frozen(NOW)
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn")


def enter(client: Client, email: str = "lan@vidu.vn", **more: str) -> TestResponse:
    return client.post("/sign-in", data={"email": email, "password": factories.PASSWORD, **more})


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


def code_now(app: Flask, person: Person, *, steps: int = 0) -> str:
    with app.app_context():
        factor = queries.factor_of(person)
        assert factor is not None
        totp = pyotp.TOTP(services.second_factor.secret_of(person, factor))
        return totp.at(int(clock.now().timestamp()) + 30 * steps)


def set_up(app: Flask, client: Client, person: Person) -> list[str]:
    """Switch it on as people do; the recovery codes."""
    assert client.post("/me/second-factor", data=PROOF).location == "/me/second-factor/set-up"
    answer = client.post("/me/second-factor/set-up", data={"code": code_now(app, person)})
    assert answer.status_code == 200
    return re.findall(r"<code>([^<]+)</code>", answer.text)


@pytest.fixture
def codes(app: Flask, lan: Person, client_of: Callable[[Any], Client], frozen: Any) -> list[str]:
    found = set_up(app, client_of(lan), lan)
    frozen(NOW + timedelta(minutes=1))
    return found


def trail(app: Flask, person: Person) -> list[str]:
    with app.app_context():
        asked = select(AuditEntry.action).where(AuditEntry.subject_ref == person.ref).order_by(AuditEntry.number)
        return list(db.session.scalars(asked))


def test_the_app_reads_what_is_shown(app: Flask, lan: Person, client_of: Callable[[Any], Client]) -> None:
    client = client_of(lan)
    client.post("/me/second-factor", data=PROOF)
    page = client.get("/me/second-factor/set-up").text
    typed = re.search(r'data-copy="([A-Z2-7]{32})"', page)
    assert typed
    assert pyotp.TOTP(typed[1]).at(int(NOW.timestamp())) == code_now(app, lan)
    picture = client.get("/me/second-factor/qr.svg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/svg+xml", "no-store, private")
    assert b"style=" not in picture.data


def test_ten_recovery_codes_are_shown_once_and_kept_as_digests(
    app: Flask, lan: Person, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(lan)
    client.post("/me/second-factor", data=PROOF)
    answer = client.post("/me/second-factor/set-up", data={"code": code_now(app, lan)})
    assert answer.headers["Cache-Control"] == "no-store, private"
    shown = re.findall(r"<code>([^<]+)</code>", answer.text)
    assert len(set(shown)) == 10
    assert client.get("/me/second-factor/set-up").status_code == 404
    with app.app_context():
        kept = db.session.scalars(select(RecoveryCode.digest)).all()
        assert [len(one) for one in kept] == [64] * 10
    assert trail(app, lan) == ["prepare_second_factor", "set_up_second_factor"]
    with app.app_context():
        assert db.session.scalars(select(Notice.template)).all() == ["accounts/second_factor_on"]
    assert_valid_html(answer.text, "recovery codes")


def test_the_password_alone_opens_nothing(app: Flask, client: Client, lan: Person, codes: list[str]) -> None:
    answer = enter(client, next="/me/notices")
    assert (answer.status_code, answer.location) == (303, "/second-step?next=/me/notices")
    assert not is_in(client)
    answer = client.post(answer.location, data={"code": code_now(app, lan)})
    assert (answer.status_code, answer.location) == (303, "/me/notices")
    assert is_in(client)


def test_a_code_comes_in_once(app: Flask, client: Client, lan: Person, codes: list[str]) -> None:
    code = code_now(app, lan)
    enter(client)
    assert client.post("/second-step", data={"code": code}).status_code == 303
    other = Client(app, use_cookies=True)
    enter(other)
    answer = other.post("/second-step", data={"code": code})
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert not is_in(other)
    assert other.post("/second-step", data={"code": code_now(app, lan, steps=1)}).status_code == 303


def test_one_code_sent_at_once_lets_one_in(app: Flask, lan: Person, codes: list[str], race: Any) -> None:
    code, clients = code_now(app, lan), [Client(app, use_cookies=True) for _ in range(4)]
    for one in clients:
        enter(one)
    results = race(4, lambda i: clients[i].post("/second-step", data={"code": code}).status_code)
    assert sorted(results) == [303, 422, 422, 422]


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_a_code_of_another_time_is_refused(
    app: Flask, client: Client, lan: Person, codes: list[str], steps: int
) -> None:
    enter(client)
    assert client.post("/second-step", data={"code": code_now(app, lan, steps=steps)}).status_code == 422


@pytest.mark.parametrize("code", ["", "000000", "abc", "1" * 41, "\0", "١٢٣٤٥٦", "<script>alert(1)</script>", b"\xff"])
def test_what_is_no_code_is_refused(app: Flask, client: Client, lan: Person, codes: list[str], code: Any) -> None:
    enter(client)
    answer = client.post("/second-step", data={"code": code})
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text
    assert not is_in(client)


def test_a_recovery_code_comes_in_once(app: Flask, client: Client, lan: Person, codes: list[str]) -> None:
    enter(client)
    assert client.post("/second-step", data={"code": f" {codes[3].upper().replace('-', ' ')} "}).status_code == 303
    assert is_in(client)
    other = Client(app, use_cookies=True)
    enter(other)
    assert other.post("/second-step", data={"code": codes[3]}).status_code == 422
    assert other.post("/second-step", data={"code": codes[4]}).status_code == 303
    assert trail(app, lan)[-2:] == ["use_recovery_code", "use_recovery_code"]


def test_guessing_codes_waits(app: Flask, client: Client, lan: Person, codes: list[str]) -> None:
    enter(client)
    for _ in range(5):
        assert WRONG in client.post("/second-step", data={"code": "000000"}).text
    answer = client.post("/second-step", data={"code": code_now(app, lan)})
    assert "Vui lòng chờ 15 phút" in answer.text
    assert not is_in(client)


def test_the_second_step_waits_ten_minutes_only(
    app: Flask, client: Client, lan: Person, codes: list[str], frozen: Callable[[datetime], datetime]
) -> None:
    enter(client)
    frozen(NOW + timedelta(minutes=12))
    assert client.post("/second-step", data={"code": code_now(app, lan)}).location == "/me"
    assert not is_in(client)


def test_without_the_password_a_code_opens_nothing(app: Flask, client: Client, lan: Person, codes: list[str]) -> None:
    assert client.post("/second-step", data={"code": code_now(app, lan)}).location == "/me"
    assert client.post("/second-step", data={"code": codes[0]}).location == "/me"
    assert not is_in(client)


def test_a_new_password_set_by_letter_still_needs_a_code(
    app: Flask, client: Client, lan: Person, codes: list[str]
) -> None:
    with app.app_context():
        token = services.reset_token(lan)
    client.post(f"/new-password/{token}", data={"password": "năm con gà mái vàng"})
    client.post("/sign-in", data={"email": "lan@vidu.vn", "password": "năm con gà mái vàng"})
    assert not is_in(client)


@pytest.mark.parametrize("act", ["", "/recovery-codes", "/removal"])
def test_each_change_needs_the_password(
    app: Flask, lan: Person, codes: list[str], client_of: Callable[[Any], Client], act: str
) -> None:
    before = trail(app, lan)
    assert client_of(lan).post(f"/me/second-factor{act}", data={"current": "sai"}).status_code == 422
    assert trail(app, lan) == before


def test_new_recovery_codes_end_those_of_before(
    app: Flask, client: Client, lan: Person, codes: list[str], client_of: Callable[[Any], Client]
) -> None:
    answer = client_of(lan).post("/me/second-factor/recovery-codes", data=PROOF)
    fresh = re.findall(r"<code>([^<]+)</code>", answer.text)
    assert len(set(fresh) - set(codes)) == 10
    enter(client)
    assert client.post("/second-step", data={"code": codes[0]}).status_code == 422
    assert client.post("/second-step", data={"code": fresh[0]}).status_code == 303


def test_taken_away_the_password_is_enough(
    app: Flask, client: Client, lan: Person, codes: list[str], client_of: Callable[[Any], Client]
) -> None:
    assert client_of(lan).post("/me/second-factor/removal", data=PROOF).status_code == 303
    enter(client)
    assert is_in(client)


# --- who needs it ---


@pytest.fixture
def operator(app: Flask, lan: Person) -> Person:
    with app.app_context():
        factories.membership(lan, factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi"))
    return lan


def may_operate(client: Client) -> bool:
    return client.get("/operator/jobs").status_code == 200


def test_an_operator_acts_as_one_only_after_the_second_step(app: Flask, client: Client, operator: Person) -> None:
    assert enter(client).location == "/me/second-factor"
    assert not may_operate(client)
    page = client.get("/me").text
    assert "phải bật xác thực hai bước" in page
    assert "Thay mặt" not in page
    set_up(app, client, operator)
    assert may_operate(client)


def test_who_takes_it_away_no_longer_operates(app: Flask, client: Client, operator: Person) -> None:
    enter(client)
    set_up(app, client, operator)
    client.post("/me/second-factor/removal", data=PROOF)
    assert is_in(client)
    assert not may_operate(client)


def test_a_session_of_before_shows_no_code_by_another_ones_app(app: Flask, client: Client, operator: Person) -> None:
    older = Client(app, use_cookies=True)
    enter(older)
    enter(client)
    set_up(app, client, operator)
    assert may_operate(client)
    assert not may_operate(older)


def test_the_demo_asks_for_none(app_with: Callable[..., Flask], operator: Person) -> None:
    client = Client(app_with(demo=True), use_cookies=True)
    enter(client)
    assert may_operate(client)


def test_the_demos_shared_accounts_cannot_lock_others_out(app: Flask, app_with: Callable[..., Flask]) -> None:
    with app.app_context():
        factories.person(email="buyer@demo.example")
    client = Client(app_with(demo=True), use_cookies=True)
    enter(client, "buyer@demo.example")
    assert "tài khoản chung" in client.get("/me/second-factor").text
    assert client.post("/me/second-factor", data=PROOF).status_code == 422
    assert client.get("/me/second-factor/set-up").status_code == 404


def test_the_command_line_takes_it_away(app: Flask, client: Client, lan: Person, codes: list[str]) -> None:
    result = app.test_cli_runner().invoke(args=["users", "drop-second-factor", "--email", "lan@vidu.vn"])
    assert (result.exit_code, result.output.strip()) == (0, lan.ref)
    assert enter(client).location == "/"
    assert app.test_cli_runner().invoke(args=["users", "drop-second-factor", "--email", "ai@vidu.vn"]).exit_code == 1
