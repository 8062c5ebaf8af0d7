"""A market whose seller and buyers have programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.accounts.models import Person
from marketplace.api.states import Scope
from tests import factories
from tests.api.program import Program, Seller
from tests.clients import Client
from tests.orders.conftest import queries


@pytest.fixture
def shop(app: Flask) -> Seller:
    """A producer with one product, and her manager."""
    with app.app_context():
        seller = factories.seller("Bánh Bà Hường")
        product = factories.product(seller, star=4, tiers=[(10, 60_000)])
        manager = factories.manager_of(seller)
        return Seller(seller, manager, product, factories.variant_of(product))


@pytest.fixture
def program(app: Flask, client: Client) -> Callable[..., Program]:
    """`program(person, organisation, *scopes)`: a program with a token."""

    def made(person: Person, of: Any = None, *scopes: Scope, **columns: Any) -> Program:
        with app.app_context():
            token, secret = factories.token(person, of, *scopes, **columns)
        return Program(app.test_client(), token.ref, secret)  # type: ignore[arg-type]

    return made


@pytest.fixture
def get(client: Client) -> Callable[..., TestResponse]:
    """A public address of the API."""

    def asked(path: str, **headers: str) -> TestResponse:
        return client.get(f"/api/v1{path}", headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asked


__all__ = ["get", "program", "queries", "shop"]
