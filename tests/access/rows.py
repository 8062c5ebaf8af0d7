"""The shapes of rows in the matrix: for everyone, for a desk, for both sides, for the operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access import things
from tests.access.world import ANONYMOUS, BUYERS, GUEST, ROLES, SELLERS, World

SIGN_IN = "to /sign-in"
Status = int | str
Thing = Callable[[World, str], things.Asked]


@dataclass(frozen=True)
class Row:
    """What each role gets; `thing` makes what the address names and what the form holds, anew for each act."""

    status: dict[str, Status]
    thing: Thing = things.nothing
    form: dict[str, Any] = field(default_factory=dict)


def row(everyone: Status, thing: Thing = things.nothing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """The same for everyone but those who are named; `buyers`, `sellers` and `visitors` stand for several roles."""
    groups = {"buyers": BUYERS, "sellers": SELLERS, "visitors": (ANONYMOUS, GUEST)}
    status: dict[str, Status] = dict.fromkeys(ROLES, everyone)
    for name, value in by.items():
        status |= dict.fromkeys(groups.get(name, (name,)), value)
    return Row(status, thing, form or {})


def public(thing: Thing = things.nothing) -> Row:
    """A page for everyone."""
    return row(200, thing)


def desk(status: Status, thing: Thing = things.nothing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """A page of every producer's desk: visitors sign in first, for others there is none."""
    return row(404, thing, form, **{"visitors": SIGN_IN, "sellers": status, "other_manager": status, **by})


def own(status: Status, thing: Thing, form: dict[str, Any] | None = None, *, others: Status = 404, **by: Status) -> Row:
    """Something of this producer alone."""
    return row(others, thing, form, **{"visitors": SIGN_IN, "sellers": status, **by})


def by_seller(thing: Thing, form: dict[str, Any] | None = None) -> Row:
    """An act of the seller on an order that the buyer sees too."""
    return row(404, thing, form, sellers=303, buyers=403)


def by_buyer(thing: Thing, form: dict[str, Any] | None = None) -> Row:
    """An act of the buyer on an order that the seller sees too."""
    return row(404, thing, form, sellers=403, buyers=303)


def between(status: Status, thing: Thing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """Something in a conversation: its two sides, of which a guest can be none."""
    sides: dict[str, Any] = {"visitors": SIGN_IN, "buyer": status, "colleague": status, "sellers": status}
    return row(404, thing, form, **{**sides, **by})


def by_token(thing: Thing = things.nothing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """Something that only the producer's own programs may do: without a token none is asked whose it is."""
    return row(404, thing, form, **{"visitors": 401, "sellers": 200, **by})


def managing(status: Status, thing: Thing = things.nothing, **by: Status) -> Row:
    """Something for the managers of an organisation that trades."""
    return row(404, thing, None, **{"visitors": SIGN_IN, "manager": status, **by})


def in_organisation(
    status: Status, thing: Thing = things.nothing, form: dict[str, Any] | None = None, **by: Status
) -> Row:
    """A page of whoever acts for an organisation; visitors sign in first, private people have none."""
    return row(status, thing, form, **{"visitors": SIGN_IN, "buyer": 404, "other_buyer": 404, **by})


def operators(status: Status, thing: Thing = things.nothing, form: dict[str, Any] | None = None) -> Row:
    """A page of the operator alone: visitors sign in first, for others there is none."""
    return row(404, thing, form, visitors=SIGN_IN, operator=status)
