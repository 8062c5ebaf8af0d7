"""Every state of a return × act × role over HTTP: what the machine allows happens, anything else changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from marketplace.core.database import db
from marketplace.orders.models import Return
from marketplace.orders.states import RETURN, ReturnAction, ReturnState
from tests.access import returning
from tests.access import world as worlds
from tests.access.digest import Standing
from tests.access.world import BUYERS, ROLES, SELLERS, World
from tests.clients import Client
from tests.orders.shelf import Shelf

world = worlds.world

REFUSED = {403, 404, 422}
OPERATOR = ("operator",)
S = ReturnState


@dataclass(frozen=True)
class Act:
    """One address below a return: who may use it, in which states, and where it leads."""

    noun: str
    roles: tuple[str, ...]
    form: dict[str, str]
    ways: dict[ReturnState, ReturnState]
    actions: tuple[ReturnAction, ...]

    @property
    def id(self) -> str:
        return "-".join([self.noun, *self.form.values()]).split(" ")[0]


A = ReturnAction
NOTE = {"note": "Vì-thế"}
ACTS = [
    Act("agreement", SELLERS, {"how": "send"}, {S.REQUESTED: S.APPROVED}, (A.APPROVE,)),
    Act("agreement", SELLERS, {"how": "keep"}, {S.REQUESTED: S.RECEIVED}, (A.APPROVE, A.RECEIVE)),
    Act("refusal", SELLERS, NOTE, {S.REQUESTED: S.DECLINED}, (A.DECLINE,)),
    Act("receipt", SELLERS, {}, {S.APPROVED: S.RECEIVED}, (A.RECEIVE,)),
    Act(
        "withdrawal",
        BUYERS,
        {},
        {S.REQUESTED: S.WITHDRAWN, S.APPROVED: S.WITHDRAWN, S.ESCALATED: S.WITHDRAWN},
        (A.WITHDRAW,),
    ),
    Act("parcel", BUYERS, {"carrier": "VNPost"}, {S.APPROVED: S.APPROVED}, ()),
    Act("escalation", BUYERS, NOTE, {S.DECLINED: S.ESCALATED}, (A.ESCALATE,)),
    Act("decision", OPERATOR, {"verdict": "return", **NOTE}, {S.ESCALATED: S.APPROVED}, (A.APPROVE,)),
    Act("decision", OPERATOR, {"verdict": "refund", **NOTE}, {S.ESCALATED: S.RECEIVED}, (A.RECEIVE,)),
    Act("decision", OPERATOR, {"verdict": "dismiss", **NOTE}, {S.ESCALATED: S.DISMISSED}, (A.DISMISS,)),
]
# what nobody asks for over HTTP: time and payments do
BY_OTHERS = {(S.REQUESTED, A.ESCALATE), (S.APPROVED, A.ESCALATE), (S.RECEIVED, A.REFUND)}


@pytest.fixture(scope="module")
def shelf(world: World) -> Shelf[ReturnState]:
    return Shelf(world, fresh)


def fresh(world: World, role: str, state: ReturnState) -> str:
    with world.app.app_context():
        return returning.back_in(world, role, state).ref


def post(client: Client, ref: str, act: Act) -> int:
    return client.post(f"/returns/{ref}/{act.noun}", data=dict(act.form)).status_code


def state_of(world: World, ref: str) -> ReturnState:
    with world.app.app_context():
        return db.session.query(Return).filter_by(ref=ref).one().state


EVERY = [pytest.param(state, act, id=f"{state.value}-{act.id}") for state in ReturnState for act in ACTS]


@pytest.mark.parametrize(("state", "act"), EVERY)
def test_the_others_are_refused_and_change_nothing(
    world: World, shelf: Shelf[ReturnState], state: ReturnState, act: Act
) -> None:
    refused = {role: shelf.ref(role, state) for role in ROLES if role not in act.roles or state not in act.ways}
    clients = {role: world.client(role) for role in refused}
    with world.app.app_context():
        before = Standing()
    got = {role: post(clients[role], ref, act) for role, ref in refused.items()}
    assert {role: status for role, status in got.items() if status not in REFUSED} == {}
    with world.app.app_context():
        assert before.changes() == {}


MOVES = [pytest.param(state, act, id=f"{state.value}-{act.id}") for act in ACTS for state in act.ways]


@pytest.mark.parametrize(("state", "act"), MOVES)
def test_those_who_may_move_the_return(world: World, state: ReturnState, act: Act) -> None:
    for role in act.roles:
        ref = fresh(world, role, state)
        assert (role, post(world.client(role), ref, act)) == (role, 303)
        assert (role, state_of(world, ref)) == (role, act.ways[state])


def test_every_line_of_the_machine_was_walked() -> None:
    walked: set[Any] = set()
    for act in ACTS:
        for state in act.ways:
            at: ReturnState | None = state
            for action in act.actions:
                assert at is not None
                walked.add((at, action))
                at = RETURN.after(at, action)
    assert set(RETURN.table) - walked == BY_OTHERS


def test_no_return_is_said_to_be_off_sale(app: Flask) -> None:
    with app.test_request_context("/"):
        words = [str(one.label) for kind in (ReturnState, ReturnAction) for one in kind]
    assert {"đã rút lại", "Rút lại"} <= set(words)
    assert not any("ngừng bán" in one.lower() for one in words)
