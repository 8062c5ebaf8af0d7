"""Two managers who remove each other at once: one stays. Run once more without the lock, to see that it is a race."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts import queries, services
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.services import members
from marketplace.core import database
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from tests import factories
from tests.races.thinking import meets
from tests.races.without_locks import plain_writing

Race = Callable[..., list[Any]]
MOMENT = 0.05


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing."""
    look = queries.heads_of

    def looked(organisation: Organisation) -> set[int]:
        found = look(organisation)
        time.sleep(MOMENT)
        return found

    monkeypatch.setattr(queries, "heads_of", looked)


def remove_each_other(app: Flask, race: Race) -> tuple[list[Any], int]:
    """What both are answered, and how many managers are left."""
    with app.app_context():
        firm = factories.organisation()
        ids = [factories.manager_of(firm).id for _ in range(2)]
        firm_id = firm.id

    def remove(i: int) -> str:
        own = db.session.get_one(Organisation, firm_id)
        herself, other = (db.session.get_one(Person, one) for one in (ids[i], ids[1 - i]))
        by = factories.actor(herself, own)
        try:
            with database.writing():
                services.remove(own, other, by=by)
        except Refused:
            return "refused"
        return "removed"

    results = race(2, remove)
    with app.app_context():
        return results, len(queries.heads_of(db.session.get_one(Organisation, firm_id)))


def test_one_of_two_managers_stays(app: Flask, race: Race) -> None:
    results, left = remove_each_other(app, race)
    assert sorted(map(str, results)) == ["refused", "removed"]
    assert left == 1


def test_without_the_lock_nobody_runs_it_or_somebody_gets_an_error(
    app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "lock", lambda *things: None)
    monkeypatch.setattr(database, "writing", plain_writing)

    def attempt() -> bool:
        results, left = remove_each_other(app, race)
        return left == 0 or any(isinstance(one, Exception) for one in results)

    meets(attempt)
