"""A cart and a confirmation send few statements, whatever the number of lines and sellers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from marketplace.catalogue.models import Variant
from marketplace.core.database import db
from tests.access.making import a_guest, confirmation, fill, goods
from tests.clients import Client

# more than these belong into one statement with others
MOST_OF_A_LINE, MOST_OF_A_CONFIRMATION = 6, 40


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_given: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("lines", [2, 6])
def test_a_confirmation_sends_few_statements(app: Flask, client: Client, lines: int) -> None:
    with app.app_context():
        buyer = a_guest()
        fill(buyer, *((goods(10), 1) for _ in range(lines)))
        form = confirmation(buyer).form()
    with client.session_transaction() as session:
        session["guest"] = buyer.ref
    with counted() as sent:
        answer = client.post("/checkout", data=form)
    assert answer.status_code == 303
    # SQLite takes rows that are given a number one by one, and webhooks are looked up seller by seller
    assert len([statement for statement, _again in groupby(sent)]) <= MOST_OF_A_CONFIRMATION


def test_a_line_sends_few_statements(app: Flask, client: Client) -> None:
    with app.app_context():
        skus = [db.session.get_one(Variant, goods(10)).sku for _ in range(4)]
    client.post("/cart/lines", data={"variant": skus[0], "quantity": "1"})
    for sku in skus:
        with counted() as sent:
            assert client.post("/cart/lines", data={"variant": sku, "quantity": "1"}).status_code == 303
        assert len(sent) <= MOST_OF_A_LINE
