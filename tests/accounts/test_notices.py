"""What people are told: on their page, in the bell, by letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts import queries
from marketplace.accounts.models import Organisation, Person
from marketplace.core.actors import OrganisationKind, Recipient, Role
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice, notify
from marketplace.core.outbox.notices import addresses_of
from tests import factories
from tests.clients import Client


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn")


@pytest.fixture
def firm(app: Flask, lan: Person) -> Organisation:
    with app.app_context():
        made = factories.organisation(name="Hợp tác xã Thanh Hà")
        factories.membership(lan, made)
        return made


@pytest.fixture
def client(client_of: Callable[[Any], Client], lan: Person) -> Client:
    return client_of(lan)


def tell(app: Flask, kind: str, ref: str, *, name: str = "", times: int = 1) -> None:
    with app.app_context(), writing():
        for _ in range(times):
            notify(Recipient(kind, ref), "accounts/password_changed", name=name, url="/me")


def bell(page: str) -> str:
    return page.partition('class="bell"')[2].partition("</a>")[0]


def test_one_reads_her_own_and_her_organisations(app: Flask, client: Client, lan: Person, firm: Organisation) -> None:
    tell(app, "person", lan.ref, name="thứ nhất")
    tell(app, "organisation", firm.ref, name="thứ hai")
    with app.app_context():
        other, elsewhere = factories.person(), factories.organisation()
    tell(app, "person", other.ref, name="của người khác")
    tell(app, "organisation", elsewhere.ref, name="của người khác")
    tell(app, "contact", "lan@vidu.vn", name="của người khác")
    page = client.get("/me/notices").text
    assert "của người khác" not in page
    assert page.index("thứ hai") < page.index("thứ nhất")
    assert page.count("letter-unread") == 2
    assert ">2</span>" in bell(page)
    assert 'href="/me">Xem tài khoản</a>' in page


def test_as_herself_she_reads_only_her_own(app: Flask, client: Client, lan: Person, firm: Organisation) -> None:
    tell(app, "organisation", firm.ref, name="cho hợp tác xã")
    client.post("/me/organisation", data={"organisation": ""})
    page = client.get("/me/notices").text
    assert "cho hợp tác xã" not in page
    assert "Chưa có thông báo nào" in page


def test_looking_leaves_them_unread_and_the_button_reads_them(app: Flask, client: Client, lan: Person) -> None:
    with app.app_context():
        other = factories.person()
    tell(app, "person", lan.ref, times=2)
    tell(app, "person", other.ref)
    client.get("/me/notices")
    assert ">2</span>" in bell(client.get("/me").text)
    answer = client.post("/me/notices")
    assert (answer.status_code, answer.location) == (303, "/me/notices")
    page = client.get("/me/notices").text
    assert "letter-unread" not in page
    assert "bell-count" not in page
    assert "Đánh dấu đã đọc hết" not in page
    with app.app_context():
        unread = db.session.query(Notice.recipient_ref).filter(Notice.read_at.is_(None)).all()
        assert [row[0] for row in unread] == [other.ref]


def test_they_come_in_pages_and_a_hundred_is_many(app: Flask, client: Client, lan: Person) -> None:
    tell(app, "person", lan.ref, times=101)
    first, last = client.get("/me/notices").text, client.get("/me/notices?page=6").text
    assert first.count('<li class="letter') == 20
    assert last.count('<li class="letter') == 1
    assert "99+" in bell(first)
    assert client.get("/me/notices?page=-1").status_code == client.get("/me/notices?page=x").status_code == 200


def test_words_in_them_are_only_words(app: Flask, client: Client, lan: Person) -> None:
    tell(app, "person", lan.ref, name="<img src=x onerror=alert(1)>{{ 7*7 }}")
    page = client.get("/me/notices").text
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page


def test_they_are_read_in_the_language_of_the_page(app: Flask, client: Client, lan: Person) -> None:
    tell(app, "person", lan.ref)
    assert "Your password was changed" in client.get("/me/notices?lang=en").text


def test_a_guest_has_no_bell(app: Flask) -> None:
    assert (
        "bell"
        not in Client(app).get("/sign-in").text.partition("<main")[0].partition("sprite")[2].partition("</svg>")[2]
    )


# --- by letter ---


def test_a_person_is_written_to_in_her_language(app: Flask) -> None:
    with app.app_context():
        ann = factories.person("Ann", email="ann@vidu.vn", locale="en")
        (address,) = addresses_of(Recipient("person", ann.ref))
        assert (address.email, address.locale, address.name) == ("ann@vidu.vn", "en", "Ann")
        assert addresses_of(Recipient("person", "NG-9999-1")) == []


def test_an_organisation_is_those_who_run_it(app: Flask) -> None:
    with app.app_context():
        firm = factories.organisation(email="htx@vidu.vn")
        assert [one.email for one in addresses_of(Recipient("organisation", firm.ref))] == ["htx@vidu.vn"]
        both = factories.person(email="a@vidu.vn")
        for role in (Role.MANAGER, Role.STAFF):
            factories.membership(both, firm, role)
        factories.membership(factories.person(email="b@vidu.vn"), firm, Role.SIGNATORY)
        factories.membership(factories.person(email="c@vidu.vn"), firm, Role.STAFF)
        found = [one.email for one in addresses_of(Recipient("organisation", firm.ref))]
        assert found == ["a@vidu.vn", "c@vidu.vn"]
        assert addresses_of(Recipient("organisation", "TC-9999-1")) == []


def test_operators_are_found(app: Flask) -> None:
    with app.app_context():
        assert queries.operators() == []
        factories.organisation()
        office = factories.organisation(OrganisationKind.OPERATOR)
        assert queries.operators() == [Recipient("organisation", office.ref)]


def test_the_letter_for_an_account_arrives(app: Flask, client: Client) -> None:
    from marketplace.core.outbox import worker

    Client(app).post("/sign-up", data={"name": "Mới", "email": "moi@vidu.vn", "consent": "y"})
    worker.work(app, once=True)
    page = client.get("/dev/mailbox?to=moi@vidu.vn").text
    assert "Tài khoản của bạn trên Chợ OCOP liên tỉnh" in page
