"""Every state × every act that changes or ends a contract × everybody, over HTTP: what is done and what never is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import Person
from marketplace.contracts.models import Agreement
from marketplace.contracts.services import trail
from marketplace.contracts.states.agreements import RUNNING, TERMINAL, AgreementAction, AgreementState, Side, Turn
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Role
from marketplace.core.database import db, writing
from tests import factories
from tests.access.digest import Standing
from tests.clients import Client, sign_in
from tests.contracts import changing
from tests.contracts.making import TwoSides, Walk, two_sides

S, A = AgreementState, AgreementAction
ENDED = (S.COMPLETED, S.EXPIRED, S.TERMINATED)
# in which states a side may do it
ACTS: dict[str, tuple[AgreementState, ...]] = {
    "amendments": (S.ACTIVE,),
    "suspension": (S.ACTIVE,),
    "termination": RUNNING,
    "termination/minutes": RUNNING,
    "liquidation": (*RUNNING, *ENDED),
    "closing": RUNNING,
    "renewal": TERMINAL,
    "disputes": (*RUNNING, *ENDED),
    # these wait for something that is not there
    "closing/withdrawal": (),
    "suspension/end": (),
    "basis": (),
    "sale": (),
}
LATER = {S.WINDING_DOWN: A.WIND_DOWN, S.COMPLETED: A.COMPLETE, S.EXPIRED: A.EXPIRE, S.TERMINATED: A.TERMINATE}


def form(act: str) -> dict[str, str]:
    today = clock.today()
    forms = {
        "amendments": {"rationale": "price"},
        "suspension": {"from_on": today.isoformat(), "reason": "Mưa bão"},
        "termination": {"ground": "notice", "words": "Điều 9", "until": (today + timedelta(days=40)).isoformat()},
        "disputes": {"subject": "quality", "words": "Gạo ẩm."},
    }
    return forms.get(act, {})


@dataclass
class Stage:
    """Two sides, everybody else, and contracts in any state."""

    app: Flask
    sides: TwoSides

    def contract(self, state: AgreementState) -> str:
        """The ref of a contract that was walked to a state, in the quick way once both have agreed."""
        with self.app.app_context():
            return Stage(self.app, merged(self.sides))._contract(state).ref

    def _contract(self, state: AgreementState) -> Agreement:
        sides = self.sides
        if state in (S.DRAFT, S.NEGOTIATING, S.CANCELLED):
            return self._early(state)
        seller, buyer = ((sides.organisation(side), sides.actor(side)) for side in Side)
        if state in (S.ACTIVE, *LATER):
            made = changing.quickly_in_force(seller, buyer, sides.variant)
            if state in LATER:
                self._move(made, LATER[state])
            return made
        return self._agreed(state)

    def _early(self, state: AgreementState) -> Agreement:
        walk = Walk(self.sides)
        made = walk.begin()
        for step in {S.DRAFT: (), S.NEGOTIATING: ("send",), S.CANCELLED: ("send", "refuse")}[state]:
            getattr(walk, step)(made)
        return made

    def _agreed(self, state: AgreementState) -> Agreement:
        walk = Walk(self.sides)
        made = walk.begin()
        walk.send(made)
        walk.agree(made)
        ways: dict[AgreementState, tuple[AgreementAction, ...]] = {
            S.AGREED: (), S.IN_REVIEW: (A.TASK,), S.READY: (A.CLEAR,), S.SIGNING: (A.CLEAR, A.ISSUE),
        }  # fmt: skip
        for action in ways[state]:
            self._move(made, action)
        with writing():
            made.shown_to_departments_at = clock.now()
        return made

    def _move(self, agreement: Agreement, action: AgreementAction) -> None:
        with writing():
            trail.advance(agreement, action, by=SYSTEM, turn=Turn.NOBODY)

    def client(self, person: Person) -> Client:
        made = self.app.test_client()
        assert isinstance(made, Client)
        return sign_in(made, person)


def merged(sides: TwoSides) -> TwoSides:
    """The same two sides as this session knows them."""
    found = {one.name: getattr(sides, one.name) for one in fields(sides)}
    return TwoSides(**{name: db.session.merge(value) for name, value in found.items()})


@pytest.fixture
def stage(app: Flask) -> Stage:
    with app.app_context():
        return Stage(app, two_sides())


def outsiders(stage: Stage) -> dict[str, tuple[Client, int]]:
    """Who sees a contract in force and may do nothing of this, and who does not see it."""
    sides = stage.sides
    with stage.app.app_context():
        assert sides.buyer_department is not None
        officer, stranger = factories.person(), factories.manager_of(factories.seller())
        factories.membership(officer, sides.buyer_department, Role.LEADER)
    found = {"signatory": (sides.seller_signatory, 403), "officer": (officer, 403), "stranger": (stranger, 404)}
    return {name: (stage.client(person), status) for name, (person, status) in found.items()}


def standing(stage: Stage) -> Standing:
    with stage.app.app_context():
        return Standing()


def changes(stage: Stage, since: Standing) -> dict[str, Any]:
    with stage.app.app_context():
        return since.changes()


@pytest.mark.parametrize("state", list(S))
def test_what_a_state_does_not_know_changes_nothing(stage: Stage, state: AgreementState) -> None:
    ref = stage.contract(state)
    clients = {"seller": stage.client(stage.sides.manager), "buyer": stage.client(stage.sides.purchaser)}
    before, seen = standing(stage), {}
    for act in (one for one, states in ACTS.items() if state not in states):
        for name, client in clients.items():
            seen[act, name] = answer(client, ref, act)
    # a draft exists for the side that makes it only
    wanted = {"seller": (303, 422), "buyer": (404,) if state is S.DRAFT else (303, 422)}
    assert {key: status for key, status in seen.items() if status not in wanted[key[1]]} == {}
    assert changes(stage, before) == {}


@pytest.mark.parametrize("state", [state for state in S if any(state in states for states in ACTS.values())])
def test_what_a_state_knows_is_done_by_both_sides_and_by_nobody_else(stage: Stage, state: AgreementState) -> None:
    others = outsiders(stage)
    # what never was in force was never shown to a department
    wanted = {
        name: 404 if (name, state) == ("officer", S.CANCELLED) else status for name, (_c, status) in others.items()
    }
    writers = [stage.client(person) for person in (stage.sides.manager, stage.sides.purchaser)]
    for act in (one for one, states in ACTS.items() if state in states):
        for writer in writers:
            ref = stage.contract(state)
            before = standing(stage)
            assert (act, {name: answer(client, ref, act) for name, (client, _s) in others.items()}) == (act, wanted)
            assert changes(stage, before) == {}
            before = standing(stage)
            assert (act, answer(writer, ref, act)) == (act, 303)
            assert changes(stage, before) != {}


def answer(client: Client, ref: str, act: str) -> int:
    return client.post(f"/agreements/{ref}/{act}", data=form(act)).status_code
