"""What the tests of carts and orders start from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace.core.database import db
from tests.orders.stall import Stall, set_up


@pytest.fixture
def stall(app: Flask) -> Stall:
    """Two producers with goods on sale."""
    return set_up(app)


@pytest.fixture
def queries(app: Flask) -> Callable[[Callable[[], Any]], int]:
    """How many statements an act sends to the database."""

    def counted(act: Callable[[], Any]) -> int:
        sent: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            act()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    return counted
