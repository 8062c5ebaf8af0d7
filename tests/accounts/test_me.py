"""My page: my details, my password, for whom I act."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from marketplace.accounts import queries, services
from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.accounts.states import OrganisationState
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.permissions import Permission, allows
from tests import factories
from tests.clients import Client

NEW = "năm con gà mái vàng"
DETAILS = {"name": "Lê Thị Lan", "phone": "0912 345 678", "locale": "vi"}


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        return factories.person("Nguyễn Thị Lan", email="lan@vidu.vn")


@pytest.fixture
def firm(app: Flask, lan: Person) -> Organisation:
    with app.app_context():
        made = factories.organisation(name="Hợp tác xã Thanh Hà")
        factories.membership(lan, made)
        factories.membership(lan, made, Role.SIGNATORY)
        return made


@pytest.fixture
def client(client_of: Callable[[Any], Client], lan: Person) -> Client:
    return client_of(lan)


def again(app: Flask, person: Person) -> Person:
    with app.app_context():
        found = queries.person_by_ref(person.ref)
        assert found is not None
        return found


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/me", "/me/notices"])
def test_a_guest_is_asked_to_sign_in(app: Flask, method: str, path: str) -> None:
    answer = getattr(Client(app), method)(path)
    assert answer.status_code == 303
    assert answer.location == ("/sign-in" if method == "post" else f"/sign-in?next={path}")


@pytest.mark.parametrize("path", ["/me/password", "/me/organisation"])
def test_a_guest_changes_nothing(app: Flask, path: str) -> None:
    assert Client(app).post(path, data={"organisation": "", "password": NEW}).location == "/sign-in"


def test_an_account_is_edited_by_its_owner_only(app: Flask, lan: Person) -> None:
    with app.app_context():
        other = factories.person()
        assert allows(factories.actor(lan), Permission.ACCOUNT_EDIT, lan)
        assert not allows(factories.actor(other), Permission.ACCOUNT_EDIT, lan)
        assert not allows(factories.actor(lan), Permission.ACCOUNT_EDIT, None)


# --- my details ---


def test_details_are_saved_and_the_language_follows(app: Flask, client: Client, lan: Person) -> None:
    answer = client.post("/me", data={**DETAILS, "locale": "en"})
    assert (answer.status_code, answer.location) == (303, "/me")
    person = again(app, lan)
    assert (person.name, person.phone, person.locale) == ("Lê Thị Lan", "0912345678", "en")
    page = client.get("/me").text
    assert '<html lang="en">' in page
    assert "Your details are saved." in page
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_ref == lan.ref)).one()
        assert (entry.action, entry.figures) == ("edit", {"fields": ["name", "phone"]})


def test_the_phone_may_be_taken_away(app: Flask, client: Client, lan: Person) -> None:
    client.post("/me", data=DETAILS)
    client.post("/me", data={**DETAILS, "phone": ""})
    assert again(app, lan).phone is None


def test_anothers_number_says_nothing_of_the_other(app: Flask, client: Client, lan: Person) -> None:
    with app.app_context():
        factories.person(phone="0912345678")
    assert client.post("/me", data=DETAILS).status_code == 303
    assert again(app, lan).phone == "0912345678"


BAD = [
    ({"name": ""}, "name"),
    ({"name": "\0\0"}, "name"),
    ({"name": "a" * 121}, "name"),
    ({"name": b"\xc3\x28"}, "name"),
    ({"phone": "abc"}, "phone"),
    ({"phone": "99999999999999999999"}, "phone"),
    ({"phone": "0912345678<b>"}, "phone"),
    ({"phone": b"\xff0912345678"}, "phone"),
    ({"locale": ""}, "locale"),
    ({"locale": "fr"}, "locale"),
    ({"locale": "vi\0"}, "locale"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_bad_details_are_named_and_change_nothing(
    app: Flask, client: Client, lan: Person, change: dict[str, Any], field: str
) -> None:
    answer = client.post("/me", data={**DETAILS, **change})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "<h1>Nguyễn Thị Lan</h1>" in answer.text
    person = again(app, lan)
    assert (person.name, person.phone, person.locale) == ("Nguyễn Thị Lan", None, "vi")


def test_missing_fields_change_nothing(app: Flask, client: Client, lan: Person) -> None:
    assert client.post("/me", data={}).status_code == 422
    assert again(app, lan).name == "Nguyễn Thị Lan"


def test_a_name_is_composed_and_shown_as_text(app: Flask, client: Client, lan: Person) -> None:
    client.post("/me", data={**DETAILS, "name": unicodedata.normalize("NFD", "Lê <i>Thị</i> Ấn")})
    assert again(app, lan).name == "Lê <i>Thị</i> Ấn"
    assert "Lê &lt;i&gt;Thị&lt;/i&gt; Ấn" in client.get("/me").text


# --- my password ---


def test_a_new_password_ends_every_other_session(
    app: Flask, client: Client, client_of: Callable[[Any], Client], lan: Person
) -> None:
    elsewhere = client_of(lan)
    answer = client.post("/me/password", data={"current": factories.PASSWORD, "password": NEW})
    assert (answer.status_code, answer.location) == (303, "/me")
    assert client.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303
    person = again(app, lan)
    assert services.fits(person.password_hash, NEW)
    assert not services.fits(person.password_hash, factories.PASSWORD)
    with app.app_context():
        assert db.session.scalars(select(Notice.template)).all() == ["accounts/password_changed"]


def test_the_organisation_stays_chosen_meanwhile(app: Flask, client: Client, firm: Organisation) -> None:
    client.post("/me/organisation", data={"organisation": ""})
    client.post("/me/password", data={"current": factories.PASSWORD, "password": NEW})
    with client.session_transaction() as session:
        assert session["organisation"] == ""


@pytest.mark.parametrize(
    ("current", "password", "said"),
    [
        ("sai", NEW, "Mật khẩu hiện tại chưa đúng."),
        (factories.PASSWORD, "ngắn", "8"),
        (factories.PASSWORD, factories.PASSWORD, "khác với mật khẩu hiện tại"),
        (factories.PASSWORD, "lan@vidu.vn", "quá dễ đoán"),
        (factories.PASSWORD, "matkhau123", "quá dễ đoán"),
        (factories.PASSWORD, "x" * 201, "200"),
        (factories.PASSWORD, b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8", "password-error"),
        ("", NEW, "current-error"),
        (factories.PASSWORD, "", "password-error"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(
    app: Flask, client: Client, lan: Person, current: str, password: str | bytes, said: str
) -> None:
    answer = client.post("/me/password", data={"current": current, "password": password})
    assert answer.status_code == 422
    assert said in answer.text
    assert ("password-error" in answer.text) == ("Mật khẩu hiện tại" not in said and said != "current-error")
    person = again(app, lan)
    assert (person.password_hash, person.sign_in_epoch) == (lan.password_hash, lan.sign_in_epoch)


# --- for whom I act ---


def test_she_acts_for_her_first_organisation(client: Client, firm: Organisation) -> None:
    page = client.get("/me").text
    assert "Hợp tác xã Thanh Hà" in page
    assert "quản lý, người ký" in page
    assert chosen(page) == ["Hợp tác xã Thanh Hà"]


def chosen(page: str) -> list[str]:
    rows = page.split('<li class="acting-row">')[1:]
    return [row.partition("<strong>")[2].partition("<")[0] for row in rows if "đang chọn" in row]


def test_she_chooses_another_or_herself(app: Flask, client: Client, lan: Person, firm: Organisation) -> None:
    with app.app_context():
        shop = factories.organisation(OrganisationKind.BUYER, name="Siêu thị Hạ Long")
        factories.membership(lan, shop, Role.STAFF)
    for ref, name in ((shop.ref, "Siêu thị Hạ Long"), ("", "Cá nhân tôi"), (firm.ref, "Hợp tác xã Thanh Hà")):
        assert client.post("/me/organisation", data={"organisation": ref}).status_code == 303
        assert chosen(client.get("/me").text) == [name]


@pytest.mark.parametrize("ref", ["TC-9999-000001", "' OR 1=1", "\0", "a" * 33, "<b>", "-1", b"\xff"])
def test_an_organisation_of_others_is_refused(app: Flask, client: Client, firm: Organisation, ref: str | bytes) -> None:
    with app.app_context():
        other = factories.organisation(name="Của người khác")
    for wanted in (ref, other.ref):
        answer = client.post("/me/organisation", data={"organisation": wanted})
        assert answer.status_code in {303, 422}
        assert chosen(client.get("/me").text) in (["Hợp tác xã Thanh Hà"], ["Cá nhân tôi"])
        assert "Của người khác" not in answer.text


def test_a_suspended_producer_is_acted_for_to_finish_what_runs(app: Flask, client: Client, lan: Person) -> None:
    with app.app_context():
        factories.membership(lan, factories.organisation(name="HTX tạm ngừng", state=OrganisationState.SUSPENDED))
        closed = OrganisationState.SUSPENDED
        buyer = factories.organisation(OrganisationKind.BUYER, name="Siêu thị tạm ngừng", state=closed)
        factories.membership(lan, buyer)
    assert chosen(client.get("/me").text) == ["HTX tạm ngừng"]
    assert "Đơn vị của bạn đang bị tạm ngừng" in client.get("/me/organisation").text


def test_a_suspended_department_acts_as_nothing(app: Flask, client: Client, lan: Person) -> None:
    with app.app_context():
        state = OrganisationState.SUSPENDED
        closed = factories.organisation(OrganisationKind.DEPARTMENT, name="Sở đã ngừng", state=state)
        factories.membership(lan, closed)
    page = client.get("/me").text
    assert chosen(page) == ["Cá nhân tôi"]
    assert "tạm ngừng" in page
    assert client.post("/me/organisation", data={"organisation": closed.ref}).status_code == 422
    with client.session_transaction() as session:
        session["organisation"] = closed.ref
    assert chosen(client.get("/me").text) == ["Cá nhân tôi"]


def test_a_membership_that_ended_is_nothing(app: Flask, client: Client, lan: Person, firm: Organisation) -> None:
    client.post("/me/organisation", data={"organisation": firm.ref})
    assert chosen(client.get("/me").text) == ["Hợp tác xã Thanh Hà"]
    with app.app_context(), writing():
        for one in db.session.scalars(select(Membership)):
            db.session.delete(one)
    assert "Hợp tác xã Thanh Hà" not in client.get("/me").text


@pytest.fixture
def asked(app: Flask) -> Iterator[list[str]]:
    """Every SELECT that the database was asked."""
    statements: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    yield statements
    event.remove(engine, "before_cursor_execute", listen)


def test_who_acts_is_one_query_and_the_bell_another(
    app: Flask, client: Client, lan: Person, firm: Organisation, asked: list[str]
) -> None:
    client.get("/sign-in")
    about_her = [one for one in asked if "people" in one or "notices" in one or "memberships" in one]
    assert len(about_her) == 2
    asked.clear()
    Client(app).get("/sign-in")
    assert [one for one in asked if "people" in one or "notices" in one] == []


@pytest.mark.parametrize("organisations", [1, 3])
def test_my_page_asks_the_same_for_one_and_for_three(
    app: Flask, client: Client, lan: Person, asked: list[str], organisations: int
) -> None:
    with app.app_context():
        for _ in range(organisations):
            factories.membership(lan, factories.organisation())
    asked.clear()
    assert client.get("/me").status_code == 200
    assert len(asked) <= 16
