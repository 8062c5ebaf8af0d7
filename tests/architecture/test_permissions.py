"""Every permission has its predicate, and every route its row in the access matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from flask import Flask

from tests.architecture.sources import application, assert_none

Row = tuple[str, str]
# answered by the framework or the machine room, alike for everyone
OPEN = {"static"}


def without_predicate(permissions: Iterable[str], predicates: Iterable[str]) -> list[str]:
    return sorted(set(permissions) - set(predicates))


def routes(app: Flask) -> Iterator[Row]:
    """Every endpoint with each method that it answers."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method


def named(key: object) -> Row:
    """A row's name as endpoint and method, in whichever order and form it is written."""
    words = key.split() if isinstance(key, str) else [str(word) for word in key]  # type: ignore[attr-defined]
    methods = [word for word in words if word.isupper()]
    endpoints = [word for word in words if not word.isupper()]
    return endpoints[0], methods[0] if methods else "GET"


def difference(known: Iterable[Row], rows: Iterable[Row]) -> list[str]:
    known, rows = set(known), set(rows)
    missing = [f"no row for {method} {endpoint}" for endpoint, method in sorted(known - rows)]
    return missing + [
        f"a row for {method} {endpoint}, which no route answers" for endpoint, method in sorted(rows - known)
    ]


def test_every_permission_has_a_predicate() -> None:
    from marketplace.core.permissions import Permission, predicates

    application()
    assert_none(without_predicate(Permission, predicates()))


def test_every_route_has_a_row_in_the_access_matrix() -> None:
    matrix = pytest.importorskip("tests.access.matrix", reason="the access matrix is not written yet")
    assert_none(difference(routes(application()), map(named, matrix.ROWS)))


def test_the_rules_bite() -> None:
    assert without_predicate(["a", "b"], ["a"]) == ["b"]
    app = Flask(__name__)
    app.add_url_rule("/x", "orders.show", methods=["GET", "POST"])
    assert difference(routes(app), [named("GET orders.show")]) == ["no row for POST orders.show"]
    assert difference(routes(app), map(named, ["orders.show", "POST orders.show"])) == []
    gone = [("orders.show", "GET"), ("orders.show", "POST"), ("orders.gone", "GET")]
    assert difference(routes(app), gone) == ["a row for GET orders.gone, which no route answers"]
