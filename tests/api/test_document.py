"""The document says what the API does: requests made from it break nothing, and answers are as it describes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from marketplace.api.operations import OPERATIONS
from marketplace.orders.states import OrderState
from tests import factories
from tests.access.world import World, build, market, own_name
from tests.architecture.sources import application
from tests.databases import Databases

EXAMPLES = 12
LOOKED_AT = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
application()
NAMES = [one.name for one in OPERATIONS]


@pytest.fixture(scope="module")
def world(
    databases: Databases, worker_folder: Path, worker_name: str, request: pytest.FixtureRequest
) -> Iterator[World]:
    with market(databases, worker_folder, own_name(request, worker_name), api_calls_per_minute=1_000_000) as app:
        yield build(app)


@pytest.fixture(scope="module")
def known(world: World) -> dict[str, str]:
    """What there is, so that generated requests also meet something."""
    with world.app.app_context():
        order = world.order("buyer", OrderState.PLACED)
        product = world.product()
        sku = factories.variant_of(product).sku
        return {"ref": order.ref, "sku": sku, "slug": product.slug}


@pytest.fixture(scope="module")
def schema(world: World) -> Any:
    """The document without the token, which every request below carries."""
    raw = world.app.test_client().get("/api/v1/openapi.json").get_json()
    for path in raw["paths"].values():
        for described in path.values():
            described["security"] = []
    made = schemathesis.openapi.from_dict(raw)
    made.app = world.app
    return made


def operation(schema: Any, name: str) -> Any:
    return schema.find_operation_by_id(name)


def hammered(schema: Any, world: World, name: str, known: dict[str, str], generation: Any) -> None:
    """Requests of one kind; those that are well made find what exists in half of their paths."""
    one = operation(schema, name)
    # the transport of the tests unpacks nothing
    headers = {"Authorization": f"Bearer {world.tokens['manager']}", "Accept-Encoding": "identity"}

    @hypothesis.given(case=one.as_strategy(generation_mode=generation), real=hypothesis.strategies.booleans())
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def hammer(case: Any, real: bool) -> None:
        if real and generation is schemathesis.GenerationMode.POSITIVE:
            for part in case.path_parameters or {}:
                case.path_parameters[part] = known[part]
        case.call_and_validate(headers=headers, checks=LOOKED_AT)

    hammer()


@pytest.mark.parametrize("name", NAMES)
def test_what_the_document_allows_is_answered_as_it_says(
    name: str, schema: Any, world: World, known: dict[str, str]
) -> None:
    hammered(schema, world, name, known, schemathesis.GenerationMode.POSITIVE)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_document_forbids_is_refused(name: str, schema: Any, world: World, known: dict[str, str]) -> None:
    hammered(schema, world, name, known, schemathesis.GenerationMode.NEGATIVE)


def test_every_route_is_described(app: Flask, schema: Any) -> None:
    rules = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert rules == {(one.method, f"api.{one.name}") for one in OPERATIONS}


def test_the_document_follows_its_own_standard(schema: Any) -> None:
    schema.validate()


def test_a_planted_break_is_found(
    world: World, schema: Any, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: an answer that is not as described fails."""
    from marketplace.api import operations

    monkeypatch.setattr(operations, "plain", lambda shape: {"items": "none"})
    with pytest.raises(BaseException, match=r"(?i)schema"):
        hammered(schema, world, "provinces", known, schemathesis.GenerationMode.POSITIVE)
