"""A browser for tests that look at the database at the same time."""

from __future__ import annotations

from typing import Any

from marketplace.core.database import db
from tests.clients import Client, sign_in


class Browser:
    """A client whose requests have a context of their own, while the test looks at the database in another."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, address: str) -> Any:
        db.session.rollback()
        with self.client.application.app_context():
            return self.client.get(address)

    def post(self, address: str, **options: Any) -> Any:
        db.session.rollback()
        with self.client.application.app_context():
            answer = self.client.post(address, **options)
        db.session.rollback()
        return answer


def browser_of(app: Any, person: Any) -> Browser:
    """A browser in which that person is signed in."""
    client = app.test_client()
    assert isinstance(client, Client)
    return Browser(sign_in(client, person))
