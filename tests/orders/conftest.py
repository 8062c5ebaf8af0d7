"""What the tests of carts and orders start from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask

from marketplace.core.events import _reactions
from marketplace.orders.events import OrderReduced
from tests import factories
from tests.clients import Client
from tests.orders.stall import Stall, manager, set_up
from tests.statements import statements

Members = Callable[[Any], Client]


@pytest.fixture
def stall(app: Flask) -> Stall:
    """Two producers with goods on sale."""
    return set_up(app)


@pytest.fixture
def seller(client_of: Members, stall: Stall) -> Client:
    """The manager of the cake producer, signed in."""
    return client_of(manager(stall.app, stall.cakes))


@pytest.fixture
def buyer(client_of: Members, stall: Stall) -> Client:
    """A private buyer, signed in."""
    with stall.app.app_context():
        lan = factories.person()
    return client_of(lan)


@pytest.fixture
def reduced(monkeypatch: pytest.MonkeyPatch) -> list[OrderReduced]:
    """What is told upwards when an order comes to cost less."""
    told: list[OrderReduced] = []
    monkeypatch.setitem(_reactions, OrderReduced, [*_reactions[OrderReduced], told.append])
    return told


@pytest.fixture
def queries(app: Flask) -> Callable[[Callable[[], Any]], int]:
    """How many statements an act sends to the database."""

    return partial(statements, app)
