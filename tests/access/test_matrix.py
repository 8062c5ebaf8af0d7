"""Every route × every role: the status of the matrix, and a denial that changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import url_for
from werkzeug.test import TestResponse

from tests.access.digest import Standing
from tests.access.matrix import ROWS
from tests.access.rows import SIGN_IN, Row, Status
from tests.access.things import Asked
from tests.access.world import ANONYMOUS, GUEST, ROLES, World

DONE = (200, 302, 303)
# who has no part in any contract of the rows: a private buyer, another producer, whoever has not signed in ...
STRANGERS = {ANONYMOUS, GUEST, "buyer", "other_buyer", "other_manager", "operator"}
# ... and who has none in what a buyer and the seller have between them, in other features
OUTSIDERS = {ANONYMOUS, "other_buyer", "other_manager", "officer", "operator"}


def request_of(world: World, name: str, role: str, asked: Asked, form: dict[str, Any]) -> Callable[[], TestResponse]:
    """One request of somebody in this role, who has signed in when it is sent."""
    method, endpoint = name.split()
    with world.app.test_request_context():
        address = url_for(endpoint, **asked.address)
    client, sent = world.client(role), {**form, **asked.form}
    if endpoint.startswith("api.") and method != "GET":
        return partial(client.open, address, method=method, json=sent, headers={"If-Match": "*"})
    return partial(client.open, address, method=method, data=sent if method == "POST" else None)


def status_of(answer: TestResponse) -> Status:
    to = answer.headers.get("Location", "")
    return SIGN_IN if answer.status_code in (302, 303) and to.startswith("/sign-in") else answer.status_code


def made(world: World, row: Row, role: str) -> Asked:
    with world.app.app_context():
        world.settle()
        return row.thing(world, role)


def allowed(world: World, name: str, row: Row) -> dict[str, Status]:
    """What those get who may: each with a thing of her own."""
    may = [role for role in ROLES if row.status[role] in DONE]
    return {role: status_of(request_of(world, name, role, made(world, row, role), row.form)()) for role in may}


def made_for(world: World, row: Row, roles: list[str]) -> dict[str, Asked]:
    """A thing for each; whoever has no part in it asks for the same one, which a denial leaves as it was."""
    asked: dict[str, Asked] = {}
    without = without_a_part(row)
    for role in roles:
        shared = next((asked[one] for one in asked if {one, role} <= without), None)
        asked[role] = shared if shared and not holds_file(shared) else made(world, row, role)
    return asked


def without_a_part(row: Row) -> set[str]:
    """For whom nothing is made that would be her own."""
    of_contracts = getattr(row.thing, "__module__", "").startswith("tests.access.contracts_")
    return STRANGERS if of_contracts else OUTSIDERS


def holds_file(asked: Asked) -> bool:
    """Whether the first who asks would read a file to its end."""
    return any(isinstance(value, tuple) for value in asked.form.values())


def denied(world: World, name: str, row: Row) -> tuple[dict[str, Status], dict[str, Any]]:
    """What those get who may not, and what changed by it."""
    asked = made_for(world, row, [role for role in ROLES if row.status[role] not in DONE])
    ask = {role: request_of(world, name, role, asked[role], row.form) for role in asked}
    with world.app.app_context():
        before = Standing()
    got = {role: status_of(ask[role]()) for role in ask}
    with world.app.app_context():
        return got, before.changes()


@pytest.mark.parametrize("name", ROWS)
def test_each_role_gets_what_the_matrix_says(world: World, name: str) -> None:
    got, by_denials = denied(world, name, ROWS[name])
    got |= allowed(world, name, ROWS[name])
    wrong = {role: f"{got[role]}, not {want}" for role, want in ROWS[name].status.items() if got[role] != want}
    assert not wrong
    assert by_denials == {}


def test_the_sign_in_keeps_the_way_back(world: World) -> None:
    answer = world.client("anonymous").get("/desk/orders?state=placed")
    assert answer.headers["Location"] == "/sign-in?next=/desk/orders?state%3Dplaced"
