"""Every feature has the same rooms, each room keeps to its own work, and none is called utils."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from tests.architecture.sources import FACILITIES, ROOMS, Rule, Source, assert_none, complaints, dotted, source

NO_NAMES = {
    "utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc", "tools", "shared",
}  # fmt: skip
# rooms that one feature has more than the others, and why
EXTRA_ROOMS: dict[str, set[str]] = {
    # who a request's cookie or token stands for; what is known of a person, handed out and forgotten
    "accounts": {"signing_in", "personal"},
    "catalogue": {"subjects"},  # what people may write messages about, and who to whom
    "messages": {"subjects", "personal"},  # the slot where higher features hang theirs
    "orders": {"methods", "subjects", "personal"},  # the slot where payments hangs the ways to pay
    "payments": {"providers", "personal"},  # one module a way to pay
    "storefronts": {"subjects", "personal"},
    # what a contract says, as plain data; PDF signatures, the only place that knows pyHanko; parts of one page
    "contracts": {"terms", "signatures", "sections", "subjects", "personal"},
}
NEVER_IMPORTS = {
    "states": {"models", "policies", "queries", "services", "panels", "reactions", "jobs", "forms", "views"},
    "events": {"policies", "queries", "services", "panels", "reactions", "jobs", "forms", "views"},
    "models": {"policies", "queries", "services", "panels", "reactions", "jobs", "forms", "views"},
    "policies": {"services", "panels", "reactions", "jobs", "forms", "views"},
    "queries": {"services", "panels", "reactions", "jobs", "forms", "views"},
    "services": {"panels", "reactions", "jobs", "forms", "views"},
    "jobs": {"forms", "views"},
    "reactions": {"forms", "views"},
    "panels": {"services", "forms", "views"},
    "forms": {"views"},
    "terms": {"models", "policies", "queries", "services", "panels", "reactions", "jobs", "forms", "views"},
    "signatures": {"models", "policies", "queries", "services", "panels", "reactions", "jobs", "forms", "views"},
}
HTTP = {"request", "session", "flash", "redirect", "abort", "make_response"}


def rooms_have_known_names(one: Source) -> Iterable[str]:
    if one.feature and one.feature not in FACILITIES | {"api"}:
        allowed = ROOMS | EXTRA_ROOMS.get(one.feature, set())
        if one.room not in allowed:
            yield one.at(one.tree, f"{one.room} is no room; the rooms are {', '.join(sorted(allowed))}")


def names_say_something(one: Source) -> Iterable[str]:
    for part in one.path.parts:
        if part.removesuffix(".py") in NO_NAMES:
            yield one.at(one.tree, f"{part} says nothing about what lives in it")


def rooms_keep_their_order(one: Source) -> Iterable[str]:
    forbidden = NEVER_IMPORTS.get(one.room, set()) if one.feature not in FACILITIES else set()
    for node, name in one.imports():
        if (room := _room_of(name)) in forbidden:
            yield one.at(node, f"{one.room} never import {room}")


def _room_of(name: str) -> str:
    parts = name.split(".")
    if parts[0] != "marketplace" or len(parts) < 3 or parts[1] in FACILITIES:
        return ""
    return parts[2]


def views_are_imported_by_their_door_only(one: Source) -> Iterable[str]:
    at_door = one.path.name == "__init__.py" or one.room == "views" or len(one.path.parts) == 2
    for node, name in one.imports():
        if _room_of(name) == "views" and not at_door:
            yield one.at(node, "views are imported only by the package that they belong to")


def low_rooms_see_no_request(one: Source) -> Iterable[str]:
    low = one.feature == "core" or one.room in {"states", "events", "models", "policies", "queries", "services"}
    for node, name in one.imports():
        if low and name.startswith("flask.") and name.split(".")[1] in HTTP:
            yield one.at(node, f"{name} belongs to the web floor and to views")


def nothing_imports_the_application(one: Source) -> Iterable[str]:
    if one.feature in {"demo"} or len(one.path.parts) == 2:
        return
    for node, name in one.imports():
        if name in {"marketplace.create_app", "marketplace"}:
            yield one.at(node, "a feature never knows the application")


def models_ask_nothing(one: Source) -> Iterable[str]:
    if one.room == "models" and one.feature not in FACILITIES:
        for node in ast.walk(one.tree):
            if dotted(node) == "db.session":
                yield one.at(node, "models never query: queries do")


def doors_and_verbs_are_explained(one: Source) -> Iterable[str]:
    if not ast.get_docstring(one.tree):
        yield one.at(one.tree, "a module opens with one sentence")
    if one.room == "services":
        for node in one.tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                yield one.at(node, f"{node.name}() says no business effect")


RULES: list[Rule] = [
    rooms_have_known_names,
    names_say_something,
    rooms_keep_their_order,
    views_are_imported_by_their_door_only,
    low_rooms_see_no_request,
    nothing_imports_the_application,
    models_ask_nothing,
    doors_and_verbs_are_explained,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    assert_none(complaints(rule))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (rooms_have_known_names, "orders/logic.py", ""),
        (rooms_have_known_names, "orders/logic/refunds.py", ""),
        (names_say_something, "orders/services/utils.py", ""),
        (names_say_something, "helpers/money.py", ""),
        (rooms_keep_their_order, "orders/models.py", "from marketplace.orders.services import place"),
        (rooms_keep_their_order, "orders/models.py", "from . import services"),
        (rooms_keep_their_order, "orders/models/lines.py", "from ..services import place"),
        (rooms_keep_their_order, "orders/queries.py", "from marketplace.catalogue import services"),
        (rooms_keep_their_order, "orders/policies.py", "import marketplace.orders.views"),
        (views_are_imported_by_their_door_only, "orders/services.py", "from marketplace.catalogue import views"),
        (low_rooms_see_no_request, "core/audit.py", "from flask import request"),
        (low_rooms_see_no_request, "orders/services.py", "from flask import flash"),
        (nothing_imports_the_application, "core/audit.py", "from marketplace import create_app"),
        (models_ask_nothing, "orders/models.py", "def lines(self):\n    return db.session.scalars(1)"),
        (doors_and_verbs_are_explained, "orders/models.py", "x = 1"),
        (doors_and_verbs_are_explained, "orders/services.py", '"""Verbs."""\ndef place():\n    pass'),
    ],
)
def test_the_rule_bites(rule: Rule, path: str, text: str) -> None:
    assert len(complaints(rule, [source(f"marketplace/{path}", text)])) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (rooms_have_known_names, "orders/services/returns.py", ""),
        (rooms_have_known_names, "core/money.py", ""),
        (rooms_keep_their_order, "orders/services.py", "from marketplace.orders import models, queries, policies"),
        (rooms_keep_their_order, "orders/models.py", "from marketplace.core.outbox import jobs"),
        (views_are_imported_by_their_door_only, "orders/__init__.py", "from marketplace.orders import views"),
        (low_rooms_see_no_request, "orders/views.py", "from flask import request"),
    ],
)
def test_the_rule_lets_right_code_be(rule: Rule, path: str, text: str) -> None:
    assert complaints(rule, [source(f"marketplace/{path}", text)]) == []
