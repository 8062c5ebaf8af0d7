"""What stands for "nothing changed" sees every change, and only what was committed since."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.accounts.models import Person
from marketplace.core.database import db, writing
from tests import factories
from tests.access.digest import Standing

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_nothing_written_is_nothing_changed() -> None:
    factories.person()
    assert Standing().changes() == {}


def test_what_is_written_is_told_by_its_table() -> None:
    person_id = factories.person("Lan").id
    before = Standing()
    with writing():
        db.session.get_one(Person, person_id).name = "Mai"
    told = before.changes()
    assert set(told) == {"people"}
    then, now = told["people"]
    assert then != now


def test_what_is_put_back_is_no_change() -> None:
    person_id = factories.person("Lan").id
    before = Standing()
    for name in ("Mai", "Lan"):
        with writing():
            person = db.session.get_one(Person, person_id)
            person.name = name
            person.version = 1
    assert before.changes() == {}
