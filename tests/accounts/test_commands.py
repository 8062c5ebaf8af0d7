"""Accounts from the command line."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts import queries, services
from marketplace.accounts.models import Membership, Person
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import ProductSet
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db
from marketplace.places.models import Province, Ward
from tests import factories

LAN = ["users", "create", "--email", "Lan@vidu.vn", "--name", " Nguyễn  Thị Lan ", "--password", "năm con gà mái vàng"]


def test_an_account_is_made(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=LAN)
    assert result.exit_code == 0, result.output
    with app.app_context():
        person = queries.person_by_email("lan@vidu.vn")
        assert person is not None
        assert result.output.strip() == person.ref
        assert person.name == "Nguyễn Thị Lan"
        assert services.fits(person.password_hash, "năm con gà mái vàng")
        assert person.memberships == []


def test_the_first_account_brings_the_official_lists(app: Flask) -> None:
    runner = app.test_cli_runner()
    for email in ("lan@vidu.vn", "binh@vidu.vn"):
        args = [email if one == "Lan@vidu.vn" else one for one in LAN]
        assert runner.invoke(args=[*args, "--operator"]).exit_code == 0
    with app.app_context():
        assert [db.session.query(kind).count() for kind in (ProductSet, Province, Ward)] == [26, 97, 3321]


def test_operators_share_one_organisation(app: Flask) -> None:
    runner = app.test_cli_runner()
    for email in ("lan@vidu.vn", "binh@vidu.vn"):
        args = [email if one == "Lan@vidu.vn" else one for one in LAN]
        assert runner.invoke(args=[*args, "--operator"]).exit_code == 0
    with app.app_context():
        found = db.session.scalars(select(Membership).order_by(Membership.id)).all()
        assert [one.role for one in found] == [Role.MANAGER, Role.MANAGER]
        assert found[0].organisation is found[1].organisation
        assert found[0].organisation.kind is OrganisationKind.OPERATOR
        assert found[0].organisation.state is OrganisationState.VERIFIED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Lan@vidu.vn": "lan"}, "e-mail"),
        ({" Nguyễn  Thị Lan ": "   "}, "họ tên"),
        ({" Nguyễn  Thị Lan ": "a" * 121}, "họ tên"),
        ({"năm con gà mái vàng": "ngắn"}, "8"),
        ({"năm con gà mái vàng": "password1"}, "dễ đoán"),
        ({"Lan@vidu.vn": "co@vidu.vn"}, "đã được mở"),
    ],
)
def test_a_wrong_one_is_refused_with_a_sentence(app: Flask, change: dict[str, str], said: str) -> None:
    with app.app_context():
        factories.person(email="co@vidu.vn")
    result = app.test_cli_runner().invoke(args=[change.get(one, one) for one in LAN])
    assert result.exit_code == 1
    assert said in result.output
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 1
