"""Two who answer at once: one text lies on the table. Run once more without locks, to see that it is a race."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Acceptance, Agreement, AgreementEvent, TermsVersion
from marketplace.contracts.services import agreements, guards
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core import database
from marketplace.core.actors import Actor, Role
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests import factories
from tests.contracts import making
from tests.contracts.making import Walk, agreement_in, two_sides
from tests.races.thinking import meets
from tests.races.without_locks import plain_writing

Race = Callable[..., list[Any]]
Act = Callable[[Agreement], None]
MOMENT = 0.05


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing."""
    look = guards.one_person_one_side

    def looked(agreement: Agreement, side: Side, by: Actor) -> None:
        look(agreement, side, by)
        time.sleep(MOMENT)

    monkeypatch.setattr(guards, "one_person_one_side", looked)


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreements, "lock", lambda *things: None)
    monkeypatch.setattr(database, "writing", plain_writing)


def at_once(race: Race, ref: str, *acts: Act) -> list[Any]:
    """What each is answered; an error is none of the answers that a service gives."""

    def run(i: int) -> str:
        made = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
        try:
            with database.writing():
                acts[i](made)
        except Refused:
            return "refused"
        return "done"

    return race(len(acts), run)


def collided(results: list[Any]) -> bool:
    """Both got their way, or somebody met an error in the place of a sentence."""
    return any(isinstance(one, Exception) for one in results) or results.count("done") == 2


def both_send(app: Flask, race: Race) -> tuple[list[Any], list[int]]:
    """An issued paper is back on the table, and both sides send another version of it at once."""
    with app.app_context():
        sides = two_sides()
        made = agreement_in(AgreementState.SIGNING, sides)
        Walk(sides).ask_for_changes(made)
        terms = making.last_version(made).terms
        for side in Side:
            with writing():
                agreements.save_draft(made, side, {**terms, "title": f"Của {side}"}, sides.actor(side))
        ref, actors = made.ref, [sides.actor(side) for side in Side]
    results = at_once(race, ref, *(lambda made, by=by: agreements.counter(made, "", by) for by in actors))
    with app.app_context():
        return results, list(db.session.scalars(select(TermsVersion.number).order_by(TermsVersion.number)))


def test_two_versions_at_once_are_one_and_a_refusal(app: Flask, race: Race) -> None:
    results, numbers = both_send(app, race)
    assert (sorted(map(str, results)), numbers) == (["done", "refused"], [1, 2])


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_two_versions_at_once_end_in_an_error(app: Flask, race: Race) -> None:
    meets(lambda: collided(both_send(app, race)[0]))


def accept_and_counter(app: Flask, race: Race) -> tuple[list[Any], Any]:
    """Two colleagues of the buyer: one accepts version 1 while the other sends version 2."""
    with app.app_context():
        sides = two_sides()
        made = agreement_in(AgreementState.NEGOTIATING, sides)
        colleague = factories.person()
        factories.membership(colleague, sides.buyer, Role.STAFF)
        by, other = sides.actor(Side.BUYER), factories.actor(colleague, sides.buyer, Role.STAFF)
        version = making.last_version(made)
        with writing():
            agreements.save_draft(made, Side.BUYER, {**version.terms, "title": "Khác"}, by)
        ref, sha256 = made.ref, version.sha256
    results = at_once(
        race,
        ref,
        lambda made: agreements.accept(made, sha256, other),
        lambda made: agreements.counter(made, "", by),
    )
    with app.app_context():
        said = db.session.execute(select(TermsVersion.number, Acceptance.side).join(TermsVersion))
        steps = db.session.scalars(select(AgreementEvent.kind).order_by(AgreementEvent.number))
        made = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
        return results, (made.state, made.last_version, sorted((n, str(s)) for n, s in said), list(steps))


def test_an_acceptance_and_a_counter_at_once_are_one_of_both(app: Flask, race: Race) -> None:
    results, left = accept_and_counter(app, race)
    assert sorted(map(str, results)) == ["done", "refused"]
    first = [(1, "seller")]
    accepted = (AgreementState.IN_REVIEW, 1, [(1, "buyer"), *first], ["created", "send", "accept", "task"])
    countered = (AgreementState.NEGOTIATING, 2, [*first, (2, "buyer")], ["created", "send", "counter"])
    assert left == (accepted if results[0] == "done" else countered)


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_an_acceptance_and_a_counter_end_in_an_error(app: Flask, race: Race) -> None:
    meets(lambda: collided(accept_and_counter(app, race)[0]))
