"""Proven phones: a code on its way, few tries, one owner a number, and nobody learns from outside who has it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from config import Settings, WrongSetting
from marketplace.accounts import queries
from marketplace.accounts.models import Person, PhoneCode, PhoneLimit
from marketplace.accounts.services import phones
from marketplace.core import clock
from marketplace.core.actors import Recipient
from marketplace.core.database import db, writing
from marketplace.core.outbox import Job, JobState, notify
from marketplace.core.outbox.sms import Gateway, SmsMailbox, plain, sms_transport_of
from marketplace.core.outbox.transports import Mail
from marketplace.core.outbox.worker import Worker
from tests import factories
from tests.clients import Client

PHONE = "0912345678"
PASSWORD = "năm con gà mái vàng"


@pytest.fixture
def sms(app: Flask) -> Iterator[Flask]:
    """The market with SMS switched on; they land in the demo's mailbox."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, sms_url="mailbox:")
    yield app
    app.config["SETTINGS"] = before


def person(app: Flask, **columns: Any) -> Person:
    with app.app_context():
        return factories.person(**columns)


def texts(app: Flask, to: str = PHONE) -> list[str]:
    Worker(app).run_due()
    with app.app_context():
        db.session.rollback()
        return [one.text for one in db.session.scalars(select(Mail).where(Mail.sent_to == to).order_by(Mail.id))]


def code_in(app: Flask, to: str = PHONE) -> str:
    found = re.search(r"\b\d{6}\b", texts(app, to)[-1])
    assert found
    return found.group()


def owner(app: Flask, phone: str = PHONE) -> str | None:
    with app.app_context():
        found = queries.person_by_proven_phone(phone)
        return found.ref if found else None


def later(app: Flask, by: timedelta) -> None:
    """As if the codes of now had been sent earlier."""
    with app.app_context(), writing():
        for code in db.session.scalars(select(PhoneCode)):
            code.sent_at -= by
        db.session.execute(update_limits(by))


def update_limits(by: timedelta) -> Any:
    return update(PhoneLimit).values(last_at=clock.now() - by)


def proves(app: Flask, client: Client, phone: str = PHONE) -> int:
    assert client.post("/me/phone", data={"phone": phone}).status_code == 303
    return client.post("/me/phone/code", data={"code": code_in(app, phone)}).status_code


# --- proving ---


def test_a_code_by_sms_proves_the_number(sms: Flask, client_of: Any) -> None:
    lan = person(sms, email="lan@vidu.vn")
    her = client_of(lan)
    assert proves(sms, her) == 303
    assert owner(sms) == lan.ref
    assert "đã xác minh" in her.get("/me/phone").text
    assert texts(sms)[0].isascii(), "every phone shows it, and it costs one message"


def test_the_code_itself_is_stored_nowhere(sms: Flask, client_of: Any) -> None:
    her = client_of(person(sms, email="lan@vidu.vn"))
    her.post("/me/phone", data={"phone": PHONE})
    with sms.app_context():
        kept = [str(vars(one)) for kind in (PhoneCode, Job) for one in db.session.scalars(select(kind))]
    code = code_in(sms)
    assert not any(code in one for one in kept)


def test_a_wrong_code_says_so_and_five_tries_are_all(sms: Flask, client_of: Any) -> None:
    lan = person(sms, email="lan@vidu.vn")
    her = client_of(lan)
    her.post("/me/phone", data={"phone": PHONE})
    code = code_in(sms)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answers = [her.post("/me/phone/code", data={"code": wrong}) for _ in range(5)]
    assert {one.status_code for one in answers} == {422}
    assert "Mã không đúng" in answers[0].text
    assert her.post("/me/phone/code", data={"code": code}).status_code == 422
    assert owner(sms) is None


def test_a_code_is_good_for_ten_minutes_and_once(sms: Flask, client_of: Any) -> None:
    lan = person(sms, email="lan@vidu.vn")
    her = client_of(lan)
    her.post("/me/phone", data={"phone": PHONE})
    code = code_in(sms)
    later(sms, timedelta(minutes=11))
    assert her.post("/me/phone/code", data={"code": code}).status_code == 422
    her.post("/me/phone", data={"phone": PHONE})
    fresh = code_in(sms)
    assert her.post("/me/phone/code", data={"code": fresh}).status_code == 303
    assert her.post("/me/phone/code", data={"code": fresh}).status_code in {303, 422}
    assert len(texts(sms)) == 2


def test_codes_come_once_a_minute_and_three_times_an_hour(sms: Flask, client_of: Any) -> None:
    her = client_of(person(sms, email="lan@vidu.vn"))
    assert her.post("/me/phone", data={"phone": PHONE}).status_code == 303
    hasty = her.post("/me/phone", data={"phone": PHONE})
    assert hasty.status_code == 422
    assert PHONE in hasty.text, "what was typed is kept"
    for _ in range(2):
        later(sms, timedelta(minutes=2))
        assert her.post("/me/phone", data={"phone": PHONE}).status_code == 303
    later(sms, timedelta(minutes=2))
    assert her.post("/me/phone", data={"phone": PHONE}).status_code == 422
    assert len(texts(sms)) <= 3


def test_the_code_of_one_person_proves_nothing_for_another(sms: Flask, client_of: Any) -> None:
    lan, hoa = person(sms, email="lan@vidu.vn"), person(sms, email="hoa@vidu.vn")
    her = client_of(lan)
    her.post("/me/phone", data={"phone": PHONE})
    code = code_in(sms)
    other = client_of(hoa)
    with other.session_transaction() as session:
        session["phone_to_prove"] = PHONE
    assert other.post("/me/phone/code", data={"code": code}).status_code == 422
    assert owner(sms) is None


def test_a_number_that_lets_another_in_is_refused_only_after_its_code(sms: Flask, client_of: Any) -> None:
    lan, hoa = person(sms, email="lan@vidu.vn"), person(sms, email="hoa@vidu.vn")
    assert proves(sms, client_of(lan)) == 303
    later(sms, timedelta(minutes=2))
    other = client_of(hoa)
    answer = other.post("/me/phone", data={"phone": PHONE})
    assert (answer.status_code, answer.location) == (303, "/me/phone/code")
    refused = other.post("/me/phone/code", data={"code": code_in(sms)})
    assert refused.status_code == 422
    assert "một tài khoản khác" in refused.text
    assert owner(sms) == lan.ref


def test_another_number_in_her_details_has_to_be_proven_anew(sms: Flask, client_of: Any) -> None:
    her = client_of(person(sms, email="lan@vidu.vn"))
    proves(sms, her)
    her.post("/me", data={"name": "Lan", "phone": "0987654321", "locale": "vi"})
    assert owner(sms) is None


def test_giving_the_number_up_needs_another_way_in(sms: Flask, client_of: Any) -> None:
    lan = person(sms, email="lan@vidu.vn")
    her = client_of(lan)
    proves(sms, her)
    assert her.post("/me/phone/removal").status_code == 303
    assert owner(sms) is None


def test_without_sms_there_is_no_code(app: Flask, client_of: Any) -> None:
    her = client_of(person(app, email="lan@vidu.vn"))
    assert "chưa gửi SMS" in her.get("/me/phone").text
    assert her.post("/me/phone", data={"phone": PHONE}).status_code == 422
    assert texts(app) == []


# --- an account without e-mail ---


def asks_to_join(client: Client, phone: str = PHONE, **more: str) -> Any:
    return client.post(
        "/sign-up", data={"name": "Lê Văn Tư", "phone": phone, "wants": "private", "consent": "1", **more}
    )


def test_an_account_is_opened_by_phone_and_let_in_by_it(sms: Flask, client: Client) -> None:
    answer = asks_to_join(client)
    assert (answer.status_code, answer.location) == (303, "/sign-up/code")
    code = code_in(sms)
    assert client.get("/sign-up/code").status_code == 200
    assert client.post("/sign-up/code", data={"code": code, "password": PASSWORD}).status_code == 303
    assert client.get("/me").status_code == 200
    client.post("/sign-out")
    assert client.post("/sign-in", data={"email": "0912 345 678", "password": PASSWORD}).status_code == 303
    with sms.app_context():
        found = queries.person_by_proven_phone(PHONE)
        assert found is not None
        assert (found.email, found.name) == (None, "Lê Văn Tư")


def test_without_sms_an_account_needs_an_address(app: Flask, client: Client) -> None:
    answer = asks_to_join(client)
    assert answer.status_code == 422
    assert "email-error" in answer.text


def test_a_number_with_an_account_gets_the_same_answer(sms: Flask, client: Client, client_of: Any) -> None:
    proves(sms, client_of(person(sms, email="lan@vidu.vn")))
    later(sms, timedelta(minutes=2))
    known, unknown = asks_to_join(client), asks_to_join(client, "0987654321")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert "da co tai khoan" in texts(sms)[-1]
    assert re.search(r"\d{6}", texts(sms, "0987654321")[-1])


def test_whoever_has_no_address_keeps_a_way_in(sms: Flask, client: Client) -> None:
    asks_to_join(client)
    client.post("/sign-up/code", data={"code": code_in(sms), "password": PASSWORD})
    assert client.post("/me/phone/removal").status_code == 422
    assert client.post("/me", data={"name": "Tư", "phone": "0987654321", "locale": "vi"}).status_code == 422
    assert client.post("/me", data={"name": "Tư", "phone": "", "locale": "vi"}).status_code == 422
    assert owner(sms) is not None


def test_her_letters_come_by_sms(sms: Flask, client: Client) -> None:
    asks_to_join(client)
    client.post("/sign-up/code", data={"code": code_in(sms), "password": PASSWORD})
    with sms.app_context(), writing():
        found = queries.person_by_proven_phone(PHONE)
        assert found is not None
        notify_of(found, "accounts/password_changed")
        notify_of(found, "messages/hidden")
    assert [one for one in texts(sms) if "http://localhost/me" in one and "Mat khau" in one]
    assert len(texts(sms)) == 2, "messages are no matter for SMS unless she says so"


def notify_of(who: Person, template: str) -> None:
    notify(Recipient("person", who.ref, "vi"), template, name=who.name, title="x", url="/me")


# --- a forgotten password ---


def test_a_code_brings_a_new_password_and_ends_what_was_open(sms: Flask, client: Client) -> None:
    asks_to_join(client)
    client.post("/sign-up/code", data={"code": code_in(sms), "password": PASSWORD})
    later(sms, timedelta(minutes=2))
    other = sms.test_client()
    answer = other.post("/forgotten-password", data={"login": PHONE})
    assert (answer.status_code, answer.location) == (303, "/forgotten-password/code")
    done = other.post("/forgotten-password/code", data={"code": code_in(sms), "password": "mật khẩu mới tinh"})
    assert (done.status_code, client.get("/me").status_code) == (303, 303)
    assert other.post("/sign-in", data={"email": PHONE, "password": "mật khẩu mới tinh"}).status_code == 303


def test_a_code_brings_no_password_to_whoever_has_an_address(sms: Flask, client_of: Any) -> None:
    proves(sms, client_of(person(sms, email="lan@vidu.vn")))
    with sms.app_context(), writing():
        assert not phones.reset(str(db.session.scalar(select(Person.phone))), password_hash="x", address="")


def test_nobody_learns_from_the_page_whose_a_number_is(sms: Flask, client: Client, client_of: Any) -> None:
    proves(sms, client_of(person(sms, email="lan@vidu.vn")))
    later(sms, timedelta(minutes=2))
    answers = []
    for phone in (PHONE, "0987654321"):
        client.post("/forgotten-password", data={"login": phone})
        page = client.get("/forgotten-password/code")
        wrong = client.post("/forgotten-password/code", data={"code": "000000", "password": PASSWORD})
        answers.append([strip(page.text, phone), wrong.status_code, strip(wrong.text, phone)])
    assert answers[0] == answers[1]
    assert len(texts(sms)) == 1, "whoever has an address gets a letter, no code"
    assert texts(sms, "0987654321") == []


def strip(text: str, phone: str) -> str:
    return re.sub(r'(csrf_token" (value|content)=")[^"]*', "", re.sub(r'name="csrf[^>]*>', "", text.replace(phone, "")))


# --- what people mistype ---


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("01681234567", "0381234567"),
        ("+84 168 123 4567", "0381234567"),
        ("0199 123 4567", "0591234567"),
        ("912345678", "Thiếu số 0"),
        ("09123456789", "11 chữ số"),
        ("091234567", "9 chữ số"),
        ("abc", "không phải số điện thoại"),
    ],
)
def test_a_mistyped_number_is_answered_with_what_mends_it(app: Flask, client_of: Any, typed: str, says: str) -> None:
    her = client_of(person(app, email="lan@vidu.vn"))
    answer = her.post("/me", data={"name": "Lan", "phone": typed, "locale": "vi"})
    assert answer.status_code == 422
    assert says in answer.text


# --- the gateway ---


@dataclass
class Inbox:
    """A gateway on this machine: what it got, and what it answers next."""

    got: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def gateway() -> Iterator[Inbox]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            inbox.got.append((dict(self.headers), body | {"path": self.path}))
            self.send_response(inbox.answers.pop(0) if inbox.answers else 202)
            self.end_headers()

        def log_message(self, *_about: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    inbox.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield inbox
    server.shutdown()
    server.server_close()


def sends_to(app: Flask, url: str) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], sms_url=url)


def test_a_gateway_gets_json_with_the_secret_and_a_key(sms: Flask, gateway: Inbox, client_of: Any) -> None:
    sends_to(sms, f"http://abc%2Fdef@127.0.0.1:{gateway.port}/sms?a=1")
    client_of(person(sms, email="lan@vidu.vn")).post("/me/phone", data={"phone": PHONE})
    Worker(sms).run_due()
    ((headers, body),) = gateway.got
    assert headers["Authorization"] == "Bearer abc/def"
    assert headers["Idempotency-Key"].startswith("code:")
    assert (body["to"], body["path"]) == ("+84912345678", "/sms?a=1")
    assert re.search(r"\b\d{6}\b", body["text"])


@pytest.mark.parametrize(("answer", "tries"), [(503, 2), (422, 1)])
def test_a_gateway_that_is_away_is_asked_again_and_a_no_is_final(
    sms: Flask, gateway: Inbox, client_of: Any, answer: int, tries: int
) -> None:
    sends_to(sms, f"http://127.0.0.1:{gateway.port}/sms")
    gateway.answers = [answer]
    client_of(person(sms, email="lan@vidu.vn")).post("/me/phone", data={"phone": PHONE})
    Worker(sms).run_due()
    with sms.app_context(), writing():
        db.session.execute(update(Job).where(Job.state == JobState.QUEUED).values(run_at=clock.now()))
    Worker(sms).run_due()
    assert len(gateway.got) == tries
    keys = {headers["Idempotency-Key"] for headers, _body in gateway.got}
    assert len(keys) == 1, "the gateway recognises the repeat"


@pytest.mark.parametrize("url", ["ftp://x", "http://", "sms"])
def test_a_wrong_sms_url_stops_with_a_sentence(url: str) -> None:
    with pytest.raises(WrongSetting, match="SMS_URL"):
        sms_transport_of(Settings(sms_url=url))


def test_the_setting_names_the_way_out() -> None:
    assert sms_transport_of(Settings()) is None
    assert isinstance(sms_transport_of(Settings(sms_url="mailbox:")), SmsMailbox)
    assert isinstance(sms_transport_of(Settings(sms_url="https://k@sms.example/v1")), Gateway)
    assert "k@" not in repr(Settings(sms_url="https://k@sms.example/v1"))


def test_texts_are_plain_letters() -> None:
    assert plain("Đơn hàng của bạn đã được xác nhận") == "Don hang cua ban da duoc xac nhan"
