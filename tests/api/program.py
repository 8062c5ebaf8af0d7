"""A program that asks with its token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Product, Variant
from tests.clients import Client


@dataclass(frozen=True)
class Seller:
    """A producer, who runs it, and what it sells."""

    organisation: Organisation
    manager: Person
    product: Product
    variant: Variant


@dataclass(frozen=True)
class Program:
    """What holds a token."""

    client: Client
    ref: str
    secret: str

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        """One request; headers are named with low lines."""
        sent = {"Authorization": f"Bearer {self.secret}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        options: dict[str, Any] = {} if json is None else {"json": json}
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, csrf=False, **options)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.ask("GET", path, **headers)

    def put(self, path: str, json: Any, tag: str = "", **headers: str) -> TestResponse:
        return self.ask("PUT", path, json, **({"If_Match": tag} if tag else {}), **headers)


def wrong_fields(answer: TestResponse) -> list[str]:
    """The fields that a problem names; it has to be a whole problem."""
    assert answer.mimetype == "application/problem+json", answer.text
    told = answer.get_json()
    assert {"type", "title", "status", "detail", "errors"} <= set(told)
    assert told["status"] == answer.status_code
    assert all(one["detail"] for one in told["errors"])
    return [one["field"] for one in told["errors"]]
