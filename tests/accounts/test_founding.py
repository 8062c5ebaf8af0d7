"""Bringing an organisation here: the form, what is refused and how it goes on; editing its profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts import queries
from marketplace.accounts.models import Application, Membership, Organisation, Person
from marketplace.accounts.states import OrganisationState
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from tests import factories
from tests.accounts.joining import only, operator, profile, standing, told
from tests.clients import Client

NEW = "/me/organisations/new/producer"
PROFILE = "/me/organisation/profile"


@pytest.fixture
def lan(app: Flask) -> Person:
    with app.app_context():
        operator()
        return factories.person("Nguyễn Thị Lan")


@pytest.fixture
def client(client_of: Callable[[Any], Client], lan: Person) -> Client:
    return client_of(lan)


def form(app: Flask, **changes: Any) -> dict[str, Any]:
    with app.app_context():
        return profile(**changes)


def found_one(app: Flask, client: Client, **changes: Any) -> None:
    answer = client.post(NEW, data=form(app, **changes))
    assert (answer.status_code, answer.location) == (303, "/me/organisation")


def count(app: Flask, kind: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_producer_begins_pending_and_is_run_by_its_founder(app: Flask, client: Client, lan: Person) -> None:
    found_one(app, client, legal_name="Hợp tác xã Thanh Hà", name="HTX Thanh Hà", tax_code="0100233488")
    with app.app_context():
        made = only()
        assert (made.state, made.slug, made.tax_code) == (OrganisationState.PENDING, "htx-thanh-ha", "0100233488")
        assert (made.phone, made.province.slug) == ("0912345678", "hai-phong")
        assert [one.role for one in db.session.scalars(select(Membership).where(Membership.person_id == lan.id))] == [
            Role.MANAGER
        ]
        assert standing(made).step == "waiting"
        assert told() == [("organisation", "accounts/organisation_waits")]
        actions = [one.action for one in queries.trail_of(made)]
        assert actions == ["apply", "found"]
    page = client.get("/me/organisation").text
    assert "Ban quản trị chợ đang xem hồ sơ của bạn" in page
    assert "HTX Thanh Hà" in page


def test_the_founder_acts_for_it_at_once_and_sees_the_banner_on_the_desk(app: Flask, client: Client) -> None:
    found_one(app, client)
    page = client.get("/desk").text
    assert "Ban quản trị chợ đang xem hồ sơ của bạn" in page
    assert "chậm nhất ngày" in page


def test_a_buyer_joins_the_same_way(app: Flask, client: Client) -> None:
    found_one_of_buyers = client.post("/me/organisations/new/buyer", data=form(app, legal_form="state_body"))
    assert found_one_of_buyers.status_code == 303
    with app.app_context():
        assert only(OrganisationKind.BUYER).state is OrganisationState.PENDING


@pytest.mark.parametrize("kind", ["operator", "department", "x"])
def test_nobody_founds_a_department(client: Client, kind: str) -> None:
    assert client.get(f"/me/organisations/new/{kind}").status_code == 404
    assert client.post(f"/me/organisations/new/{kind}", data={}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tax_code": "0100233489"}, "chữ số cuối phải là 8"),
        ({"tax_code": "0102033488"}, "0100233488?"),
        ({"tax_code": "001090123456"}, "Với loại hình này, mã số thuế có 10 chữ số"),
        ({"tax_code": ""}, "Xin điền phần này."),
        ({"legal_form": "state_body"}, "Hãy chọn một mục trong danh sách."),
        ({"ward": "99999"}, "Hãy chọn một mục trong danh sách."),
        ({"province": "khong-co"}, "Hãy chọn một mục trong danh sách."),
        ({"phone": "12"}, "số điện thoại"),
    ],
)
def test_a_slip_is_said_at_its_field_and_nothing_is_made(
    app: Flask, client: Client, changes: dict[str, Any], sentence: str
) -> None:
    before = count(app, Organisation)
    answer = client.post(NEW, data=form(app, legal_name="Hợp tác xã Giữ Lại", **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Hợp tác xã Giữ Lại" in answer.text
    assert count(app, Organisation) == before


@pytest.mark.parametrize("legal_form", ["household_business", "farm", "cooperative_group"])
def test_households_may_give_a_personal_number_as_people_write_it(app: Flask, client: Client, legal_form: str) -> None:
    found_one(app, client, legal_form=legal_form, tax_code="001 090 123 456")
    with app.app_context():
        assert only().tax_code == "001090123456"


def test_a_tax_code_known_here_shows_an_honest_way_on(app: Flask, client: Client) -> None:
    with app.app_context():
        factories.organisation(name="Hợp tác xã Bí Mật", tax_code="0314409058-002")
    answer = client.post(NEW, data=form(app, tax_code="0314409058002"))
    assert answer.status_code == 422
    assert "nhờ người quản lý mời bạn" in answer.text
    assert "Bí Mật" not in answer.text


def test_strangers_never_get_to_ask_for_a_tax_code(app: Flask) -> None:
    assert Client(app).post(NEW, data=form(app)).location == "/sign-in"
    assert Client(app).get(NEW).location == f"/sign-in?next={NEW}"


def test_two_of_the_same_name_get_addresses_of_their_own(app: Flask, client: Client) -> None:
    found_one(app, client, name="HTX Thanh Hà")
    found_one(app, client, name="HTX Thanh Hà")
    with app.app_context():
        assert sorted(db.session.scalars(select(Organisation.slug).where(Organisation.name == "HTX Thanh Hà"))) == [
            "htx-thanh-ha",
            "htx-thanh-ha-2",
        ]


def test_a_fourth_that_waits_is_refused(app: Flask, client: Client) -> None:
    for _ in range(3):
        found_one(app, client)
    answer = client.post(NEW, data=form(app))
    assert answer.status_code == 422
    assert "chờ xác minh" in answer.text
    assert count(app, Application) == 3


def test_without_a_script_the_wards_come_with_the_page(app: Flask, client: Client) -> None:
    answer = client.post(NEW, data=form(app, ward="", look="1"))
    assert answer.status_code == 422
    with app.app_context():
        assert factories.ward("hai-phong").name in answer.text


# --- the profile ---


@pytest.fixture
def mine(app: Flask, lan: Person) -> Organisation:
    with app.app_context():
        made = factories.organisation(name="HTX Rươi", tax_code="0100233488", email="cu@vidu.vn")
        factories.membership(lan, made)
        return made


def test_a_pending_profile_is_mended_at_once(app: Flask, client: Client) -> None:
    found_one(app, client)
    with app.app_context():
        typed = profile(legal_name="Tên Đúng", tax_code="0100233488")
    assert client.post(PROFILE, data=typed).location == "/me/organisation"
    with app.app_context():
        assert (only().legal_name, only().tax_code) == ("Tên Đúng", "0100233488")
        assert count_of_applications() == 1


def count_of_applications() -> int:
    return db.session.scalar(select(func.count()).select_from(Application)) or 0


def test_legal_details_of_a_verified_one_wait_for_the_operator(app: Flask, client: Client, mine: Organisation) -> None:
    typed = form(app, name="HTX Rươi Tứ Kỳ", legal_name="Tên Pháp Lý Mới", tax_code="0314409058")
    assert client.post(PROFILE, data=typed).location == "/me/organisation"
    with app.app_context():
        now = queries.organisation_by_ref(mine.ref)
        assert now is not None
        assert (now.name, now.legal_name, now.tax_code) == ("HTX Rươi Tứ Kỳ", "HTX Rươi", "0100233488")
        assert now.slug == mine.slug
        application = queries.open_application(now)
        assert application is not None
        assert (application.legal_name, application.tax_code) == ("Tên Pháp Lý Mới", "0314409058")
        assert standing(now).step == "changing"
    page = client.get("/me/organisation").text
    assert "Thông tin pháp lý mới đang chờ ban quản trị" in page
    assert "Tên Pháp Lý Mới" in client.get(PROFILE).text


def test_what_is_typed_back_asks_for_nothing_any_more(app: Flask, client: Client, mine: Organisation) -> None:
    typed = form(app, legal_name="Tên Khác", tax_code="0100233488")
    client.post(PROFILE, data=typed)
    client.post(PROFILE, data={**typed, "legal_name": "HTX Rươi"})
    with app.app_context():
        now = queries.organisation_by_ref(mine.ref)
        assert now is not None
        assert queries.open_application(now) is None
        assert standing(now).step == ""


def test_staff_see_the_profile_and_do_not_change_it(
    app: Flask, client_of: Callable[[Any], Client], mine: Organisation
) -> None:
    with app.app_context():
        staff = factories.person()
        factories.membership(staff, mine, Role.STAFF)
    hers = client_of(staff)
    assert "HTX Rươi" in hers.get("/me/organisation").text
    assert hers.get(PROFILE).status_code == 403
    assert hers.post(PROFILE, data=form(app)).status_code == 403
    with app.app_context():
        entries = select(AuditEntry).where(AuditEntry.subject_ref == mine.ref)
        assert db.session.scalars(entries).all() == []
