"""The people of an organisation: invited by letter, their roles, leaving; somebody always runs it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts import queries
from marketplace.accounts.models import MemberInvitation, Organisation, Person
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db
from marketplace.core.outbox import Notice
from tests import factories
from tests.accounts.joining import told
from tests.clients import Client

MEMBERS = "/me/organisation/members"
JOINED = {"name": "Hoàng Thị Hoa", "password": "ba con trâu trắng", "consent": "y"}


@pytest.fixture
def firm(app: Flask) -> Organisation:
    with app.app_context():
        return factories.organisation(name="HTX Thanh Hà")


@pytest.fixture
def lan(app: Flask, firm: Organisation) -> Person:
    with app.app_context():
        return factories.manager_of(firm, name="Nguyễn Thị Lan", email="lan@vidu.vn")


@pytest.fixture
def client(client_of: Callable[[Any], Client], lan: Person) -> Client:
    return client_of(lan)


def colleague(app: Flask, firm: Organisation, role: Role = Role.STAFF, **columns: Any) -> Person:
    with app.app_context():
        made = factories.person(**columns)
        factories.membership(made, firm, role)
        return made


def roles(app: Flask, firm: Organisation, person: Person) -> set[Role]:
    with app.app_context():
        return queries.roles_of(firm, person)


def invite(client: Client, email: str, role: str = "staff") -> int:
    return client.post(MEMBERS, data={"email": email, "role": role}).status_code


def link(app: Flask) -> str:
    """The link of the last letter."""
    with app.app_context():
        letter = db.session.scalars(
            select(Notice).where(Notice.template == "accounts/invited").order_by(Notice.id.desc())
        ).first()
        assert letter is not None
        return str(letter.context["url"])


# --- inviting ---


def test_somebody_without_an_account_joins_by_the_letter(app: Flask, client: Client, firm: Organisation) -> None:
    answer = client.post(MEMBERS, data={"email": "Hoa@Vidu.vn", "role": "staff"})
    assert (answer.status_code, answer.location) == (303, MEMBERS)
    assert "hoa@vidu.vn" in client.get(MEMBERS).text
    guest = Client(app)
    page = guest.get(link(app)).text
    assert "HTX Thanh Hà" in page
    assert "nhân viên" in page
    assert guest.post(link(app), data=JOINED).location == "/me/organisation"
    assert "HTX Thanh Hà" in guest.get("/me/organisation").text
    with app.app_context():
        hoa = queries.person_by_email("hoa@vidu.vn")
        assert hoa is not None
        assert queries.roles_of(firm, hoa) == {Role.STAFF}
        assert told()[-1] == ("organisation", "accounts/member_joined")
    assert Client(app).get(link(app)).location == "/sign-in"


def test_somebody_with_an_account_signs_in_and_accepts(
    app: Flask, client: Client, client_of: Callable[[Any], Client], firm: Organisation
) -> None:
    with app.app_context():
        hoa = factories.person(email="hoa@vidu.vn")
    invite(client, "hoa@vidu.vn", "signatory")
    guest = Client(app)
    assert "Bạn đã có tài khoản" in guest.get(link(app)).text
    assert guest.post(link(app), data=JOINED).location.startswith("/sign-in?next=/invitations/")
    assert roles(app, firm, hoa) == set()
    hers = client_of(hoa)
    assert "Nhận lời mời" in hers.get(link(app)).text
    assert hers.post(link(app)).location == "/me/organisation"
    assert roles(app, firm, hoa) == {Role.SIGNATORY}


def test_the_inviter_cannot_tell_who_has_an_account(app: Flask, client: Client) -> None:
    with app.app_context():
        factories.person(email="co@vidu.vn")
    answers = set()
    for email in ("co@vidu.vn", "khongco@vidu.vn"):
        answers.add(invite(client, email))
        answers.add(re.sub(r"\S+@vidu\.vn", "", client.get(MEMBERS).text).count("Thu hồi lời mời"))
    assert answers == {303, 1, 2}
    with app.app_context():
        letters = db.session.scalars(select(Notice).where(Notice.template == "accounts/invited")).all()
        assert [one.recipient_kind for one in letters] == ["contact", "contact"]


def test_another_account_cannot_use_the_link(
    app: Flask, client: Client, client_of: Callable[[Any], Client], firm: Organisation
) -> None:
    invite(client, "hoa@vidu.vn")
    with app.app_context():
        other = factories.person()
    hers = client_of(other)
    assert "gửi đến hoa@vidu.vn" in hers.get(link(app)).text
    assert hers.post(link(app)).status_code == 422
    assert roles(app, firm, other) == set()


def test_an_old_link_and_a_withdrawn_one_open_nothing(
    app: Flask, client: Client, frozen: Callable[..., Any], firm: Organisation
) -> None:
    invite(client, "hoa@vidu.vn")
    first = link(app)
    with app.app_context():
        ref = db.session.scalars(select(MemberInvitation.ref)).one()
    assert client.post(f"/me/organisation/invitations/{ref}/withdrawal").status_code == 303
    assert client.post(f"/me/organisation/invitations/{ref}/withdrawal").status_code == 404
    assert Client(app).post(first, data=JOINED).location == "/sign-in"
    invite(client, "hoa@vidu.vn")
    frozen(clock.now() + timedelta(days=7, seconds=1))
    assert Client(app).post(link(app), data=JOINED).location == "/sign-in"
    with app.app_context():
        assert queries.person_by_email("hoa@vidu.vn") is None


def test_a_second_invitation_ends_the_first(app: Flask, client: Client) -> None:
    invite(client, "hoa@vidu.vn")
    first = link(app)
    invite(client, "hoa@vidu.vn", "manager")
    assert Client(app).get(first).status_code == 303
    assert "quản lý" in Client(app).get(link(app)).text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"email": "hoa@", "role": "staff"}, "ten@vidu.vn"),
        ({"email": "hoa@vidu.vn", "role": "leader"}, "Hãy chọn một mục trong danh sách."),
        ({"email": "lan@vidu.vn", "role": "staff"}, "đã là thành viên"),
    ],
)
def test_a_slip_is_said_and_nobody_is_written_to(
    app: Flask, client: Client, form: dict[str, str], sentence: str
) -> None:
    answer = client.post(MEMBERS, data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    with app.app_context():
        assert told() == []


def test_one_address_is_not_flooded(app: Flask, client: Client) -> None:
    for _ in range(6):
        assert invite(client, "hoa@vidu.vn") == 303
    with app.app_context():
        assert told() == [("contact", "accounts/invited")] * 3


def test_strangers_are_not_written_to_by_inviting_and_withdrawing(app: Flask, client: Client) -> None:
    for number in range(30):
        assert invite(client, f"la{number}@vidu.vn") == 303
        with app.app_context():
            ref = db.session.scalars(select(MemberInvitation.ref)).one()
        client.post(f"/me/organisation/invitations/{ref}/withdrawal")
    assert invite(client, "nua@vidu.vn") == 422
    with app.app_context():
        assert len(told()) == 30
    with clock.frozen(clock.now() + timedelta(days=1, minutes=5)):
        assert invite(client, "nua@vidu.vn") == 303


def test_a_person_in_two_organisations_chooses(app: Flask, client: Client, lan: Person) -> None:
    with app.app_context():
        factories.membership(lan, factories.organisation(OrganisationKind.BUYER, name="Siêu thị Vịnh"))
    page = client.get("/me").text
    assert "HTX Thanh Hà" in page
    assert "Siêu thị Vịnh" in page


# --- roles ---


def test_roles_are_changed_and_she_is_told(app: Flask, client: Client, firm: Organisation) -> None:
    hoa = colleague(app, firm)
    answer = client.post(f"{MEMBERS}/{hoa.ref}/roles", data={"manager": "y", "signatory": "y"})
    assert answer.location == MEMBERS
    assert roles(app, firm, hoa) == {Role.MANAGER, Role.SIGNATORY}
    with app.app_context():
        assert told() == [("person", "accounts/member_roles")]


@pytest.mark.parametrize("form", [{}, {"leader": "y"}, {"officer": "y"}])
def test_roles_of_other_kinds_or_none_are_refused(
    app: Flask, client: Client, firm: Organisation, form: dict[str, str]
) -> None:
    hoa = colleague(app, firm)
    assert client.post(f"{MEMBERS}/{hoa.ref}/roles", data=form).status_code == 422
    assert roles(app, firm, hoa) == {Role.STAFF}


@pytest.mark.parametrize("act", ["removal", "roles", "leaving"])
def test_who_runs_it_no_longer_has_no_way_back_by_her_own_letter(
    app: Flask, client: Client, client_of: Callable[[Any], Client], firm: Organisation, act: str
) -> None:
    hoa = colleague(app, firm, Role.MANAGER)
    hers = client_of(hoa)
    assert invite(hers, "rieng@vidu.vn", "manager") == 303
    if act == "leaving":
        assert hers.post(f"/me/organisations/{firm.ref}/leaving").status_code == 303
    else:
        assert client.post(f"{MEMBERS}/{hoa.ref}/{act}", data={"staff": "y"}).status_code == 303
    assert Client(app).post(link(app), data=JOINED).location == "/sign-in"


def test_the_last_manager_stays(app: Flask, client: Client, firm: Organisation, lan: Person) -> None:
    colleague(app, firm)
    for path, form in (
        (f"{MEMBERS}/{lan.ref}/roles", {"staff": "y"}),
        (f"{MEMBERS}/{lan.ref}/removal", {}),
        (f"/me/organisations/{firm.ref}/leaving", {}),
    ):
        answer = client.post(path, data=form)
        assert answer.status_code == 422
        assert "ít nhất một người quản lý" in answer.text
    assert roles(app, firm, lan) == {Role.MANAGER}


def test_a_removed_colleague_sees_nothing_any_more(
    app: Flask, client: Client, client_of: Callable[[Any], Client], firm: Organisation
) -> None:
    hoa = colleague(app, firm)
    hers = client_of(hoa)
    assert hers.get("/desk").status_code == 200
    assert client.post(f"{MEMBERS}/{hoa.ref}/removal").location == MEMBERS
    assert hers.get("/desk").status_code == 404
    assert hers.get(MEMBERS).status_code == 404
    with app.app_context():
        assert told() == [("person", "accounts/member_removed")]


def test_somebody_leaves(app: Flask, client_of: Callable[[Any], Client], firm: Organisation, lan: Person) -> None:
    hoa = colleague(app, firm, Role.MANAGER)
    assert client_of(hoa).post(f"/me/organisations/{firm.ref}/leaving").location == "/me"
    assert roles(app, firm, hoa) == set()
    assert roles(app, firm, lan) == {Role.MANAGER}


def test_staff_see_the_list_and_change_nothing(
    app: Flask, client_of: Callable[[Any], Client], firm: Organisation, lan: Person
) -> None:
    hers = client_of(colleague(app, firm))
    page = hers.get(MEMBERS).text
    assert "Nguyễn Thị Lan" in page
    assert "lan@vidu.vn" not in page
    for path, form in (
        (MEMBERS, {"email": "x@vidu.vn", "role": "staff"}),
        (f"{MEMBERS}/{lan.ref}/roles", {"staff": "y"}),
        (f"{MEMBERS}/{lan.ref}/removal", {}),
    ):
        assert hers.post(path, data=form).status_code == 403
    assert roles(app, firm, lan) == {Role.MANAGER}


def test_people_of_others_are_not_there(app: Flask, client: Client) -> None:
    with app.app_context():
        stranger = factories.manager_of(factories.organisation())
    assert client.post(f"{MEMBERS}/{stranger.ref}/removal").status_code == 404
    assert client.post(f"{MEMBERS}/{stranger.ref}/roles", data={"staff": "y"}).status_code == 404


def test_a_department_is_run_by_its_leader(app: Flask, client_of: Callable[[Any], Client]) -> None:
    with app.app_context():
        department = factories.organisation(OrganisationKind.DEPARTMENT, name="Sở Công Thương")
    leader = client_of(colleague(app, department, Role.LEADER))
    assert leader.post(MEMBERS, data={"email": "x@vidu.vn", "role": "officer"}).status_code == 303
    officer = client_of(colleague(app, department, Role.OFFICER))
    assert officer.post(MEMBERS, data={"email": "x@vidu.vn", "role": "officer"}).status_code == 403
    assert officer.get("/me/organisation/profile").status_code == 403
    assert leader.get("/me/organisation/profile").status_code == 404
    assert 'href="/department"' in officer.get("/me").text
