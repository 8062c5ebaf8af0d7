"""Clients for tests that look at the database in between: each request stands outside of the test's own context."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import Context
from typing import Any

import pytest
from flask import Flask, has_app_context
from werkzeug.test import TestResponse

from marketplace.core import clock, i18n
from marketplace.core.database import db
from tests.clients import Client, sign_in
from tests.fake_stripe import FakeStripe
from tests.payments.cards import Cards, with_cards
from tests.payments.market import a_market


class Outside(Client):
    """Asks as somebody else's browser does: what the test has loaded is neither shared nor kept."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        answer = Context().run(super().open, *args, **options)
        if has_app_context():
            db.session.rollback()
        return answer


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Client]:
    return lambda: Outside(app, app.response_class)


@pytest.fixture
def client_of(visitor: Callable[[], Client]) -> Callable[[Any], Client]:
    return lambda person: sign_in(visitor(), person)


@pytest.fixture
def cards(app: Flask) -> Iterator[Cards]:
    """A market that takes cards, with a card company of its own."""
    fake = FakeStripe(now=lambda: clock.now().timestamp())
    with fake, with_cards(app, fake), app.app_context(), i18n.speaking("en"):
        yield Cards(app, a_market(stock=100_000), fake)
