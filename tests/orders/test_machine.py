"""Every state × act × role, asked for over HTTP: what the machine allows happens, anything else changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.orders.models import Order
from marketplace.orders.states import ORDER, OrderAction, OrderState
from tests.access import making
from tests.access import world as worlds
from tests.access.digest import Standing
from tests.access.world import BUYERS, ROLES, SELLERS, World
from tests.clients import Client
from tests.orders.shelf import Shelf

world = worlds.world

BUYER_CANCELS_IN = {OrderState.AWAITING_PAYMENT, OrderState.PLACED}
REFUSED = {403, 404, 422}
# what nobody asks for: time completes an order
BY_TIME = {OrderAction.COMPLETE}


@dataclass(frozen=True)
class Act:
    """One address below an order, and who may use it for what."""

    noun: str
    action: OrderAction
    roles: tuple[str, ...]
    form: dict[str, str]

    def after(self, state: OrderState, role: str) -> OrderState | None:
        """Where the order goes, or None where this role in this state is refused."""
        if role not in self.roles or (
            self.action is OrderAction.CANCEL and role in BUYERS and state not in BUYER_CANCELS_IN
        ):
            return None
        return ORDER.after(state, self.action)


TODAY = clock.today().isoformat()
ACTS = [
    Act("confirmation", OrderAction.CONFIRM, SELLERS, {"ship_on": TODAY}),
    Act("shipment", OrderAction.SHIP, SELLERS, {"carrier": "VNPost", "tracking": "EV1VN"}),
    Act("delivery", OrderAction.DELIVER, SELLERS, {"on": TODAY}),
    Act("receipt", OrderAction.DELIVER, BUYERS, {}),
    Act("cancellation", OrderAction.CANCEL, (*BUYERS, *SELLERS), {"reason": "other"}),
    Act("failed-delivery", OrderAction.FAIL_DELIVERY, SELLERS, {"note": "Không ai nhận"}),
    Act("return-to-stock", OrderAction.TAKE_BACK, SELLERS, {}),
]


@pytest.fixture(scope="module")
def shelf(world: World) -> Shelf[OrderState]:
    return Shelf(world, fresh)


def fresh(world: World, role: str, state: OrderState) -> str:
    """A new order in this state, paid by transfer where it was called off, so that money can still come."""
    with world.app.app_context():
        return world.order(role, state, paid_by="").ref


def state_of(world: World, ref: str) -> OrderState:
    with world.app.app_context():
        return db.session.query(Order).filter_by(ref=ref).one().state


def standing(world: World) -> Standing:
    with world.app.app_context():
        return Standing()


def changes(world: World, since: Standing) -> dict[str, Any]:
    with world.app.app_context():
        return since.changes()


def post(client: Client, ref: str, act: Act) -> int:
    return client.post(f"/orders/{ref}/{act.noun}", data=dict(act.form)).status_code


EVERY = [pytest.param(state, act, id=f"{state.value}-{act.noun}") for state in OrderState for act in ACTS]


@pytest.mark.parametrize(("state", "act"), EVERY)
def test_the_others_are_refused_and_change_nothing(
    world: World, shelf: Shelf[OrderState], state: OrderState, act: Act
) -> None:
    refused = {role: shelf.ref(role, state) for role in ROLES if act.after(state, role) is None}
    clients = {role: world.client(role) for role in refused}
    before = standing(world)
    got = {role: post(clients[role], ref, act) for role, ref in refused.items()}
    assert {role: status for role, status in got.items() if status not in REFUSED} == {}
    assert changes(world, before) == {}


MOVES = [(state, act) for state in OrderState for act in ACTS if any(act.after(state, role) for role in act.roles)]


@pytest.mark.parametrize(("state", "act"), MOVES, ids=[f"{state.value}-{act.noun}" for state, act in MOVES])
def test_those_who_may_move_the_order(world: World, state: OrderState, act: Act) -> None:
    for role in act.roles:
        to = act.after(state, role)
        if to is not None:
            ref = fresh(world, role, state)
            assert (role, post(world.client(role), ref, act)) == (role, 303)
            assert (role, state_of(world, ref)) == (role, to)


# --- money moves an order too ----------------------------------------------------------------------------------------


def pay(world: World, role: str, order_ref: str) -> int:
    """Say that the whole amount of an order has arrived."""
    with world.app.app_context():
        payment = making.payment_of(db.session.query(Order).filter_by(ref=order_ref).one())
        ref, form = payment.ref, {"amount_vnd": str(payment.amount_vnd)}
    return world.client(role).post(f"/payments/{ref}/receipt", data=form).status_code


def unpaid(world: World, state: OrderState) -> str:
    """An order that waits for its money, or was called off for want of it."""
    with world.app.app_context():
        order = world.order("buyer", OrderState.AWAITING_PAYMENT)
        if state is OrderState.CANCELLED:
            with writing():
                making.STEPS[OrderAction.CANCEL](order, making.somebody_of(order.seller))
        return order.ref


PAID = {OrderState.AWAITING_PAYMENT: OrderAction.SETTLE, OrderState.CANCELLED: OrderAction.REVIVE}


@pytest.mark.parametrize("state", PAID, ids=lambda state: state.value)
def test_only_the_seller_says_that_money_came(world: World, state: OrderState) -> None:
    ref = unpaid(world, state)
    before = standing(world)
    got = {role: pay(world, role, ref) for role in ROLES if role not in SELLERS}
    assert set(got.values()) <= REFUSED
    assert changes(world, before) == {}
    for role in SELLERS:
        ref = unpaid(world, state)
        assert pay(world, role, ref) == 303
        assert state_of(world, ref) is ORDER.after(state, PAID[state])


@pytest.mark.parametrize("state", [state for state in OrderState if state not in PAID], ids=lambda state: state.value)
def test_money_told_again_moves_no_order(world: World, state: OrderState) -> None:
    with world.app.app_context():
        ref = world.order("buyer", state, paid_by="vietqr").ref
    before = standing(world)
    assert pay(world, "manager", ref) == 303
    assert changes(world, before) == {}


def test_every_line_of_the_machine_was_walked() -> None:
    walked: set[Any] = {(state, act.action) for state, act in MOVES} | set(PAID.items())
    assert set(ORDER.table) - walked == {line for line in ORDER.table if line[1] in BY_TIME}
