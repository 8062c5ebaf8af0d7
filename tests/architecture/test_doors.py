"""One door to each hard thing: state, time, settings, the transaction."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from tests.architecture.sources import Rule, Source, assert_none, complaints, dotted, source

WALL_CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.localtime", "time.gmtime",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "dt.datetime.now", "dt.date.today",
    "func.now", "func.current_timestamp", "sa.func.now",
}  # fmt: skip


def only_lifecycle_assigns_state(one: Source) -> Iterable[str]:
    if str(one.path) == "marketplace/core/lifecycle.py":
        return
    for node in ast.walk(one.tree):
        if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
            yield one.at(node, "a state is assigned only by core.lifecycle.move()")
    for call in one.calls():
        if dotted(call.func) == "setattr" and any(
            isinstance(a, ast.Constant) and a.value == "state" for a in call.args
        ):
            yield one.at(call, "a state is set only by core.lifecycle.move()")
        in_feature = one.feature != "core" and isinstance(call.func, ast.Attribute) and call.func.attr == "values"
        if in_feature and any(word.arg == "state" for word in call.keywords):
            yield one.at(call, "a state is updated only by core.lifecycle.move()")


def only_the_clock_tells_the_time(one: Source) -> Iterable[str]:
    if str(one.path) == "marketplace/core/clock.py":
        return
    for call in one.calls():
        if dotted(call.func) in WALL_CLOCKS:
            yield one.at(call, f"{dotted(call.func)}() is asked only by core/clock.py")
    for node, name in one.imports():
        if name == "time.time":
            yield one.at(node, "time.time is asked only by core/clock.py")


def only_config_reads_the_environment(one: Source) -> Iterable[str]:
    for node, name in one.imports():
        if name in {"os.environ", "os.getenv"}:
            yield one.at(node, "settings are read only by config.py")
    for node in ast.walk(one.tree):
        if dotted(node) in {"os.environ", "os.getenv"}:
            yield one.at(node, "settings are read only by config.py")


def only_edges_commit(one: Source) -> Iterable[str]:
    for call in one.calls():
        name = dotted(call.func)
        if name.endswith("session.commit") and str(one.path) != "marketplace/core/database.py":
            yield one.at(call, "only core.database.writing() commits")
        if name.split(".")[-1] == "writing" and one.room in {"models", "policies", "queries", "services", "panels"}:
            yield one.at(call, f"{one.room} never open a transaction: views, jobs and commands do")


def gets_never_write(one: Source) -> Iterable[str]:
    functions = {function.name: function for function in one.functions()}
    for function in functions.values():
        if _answers_get(function) and _writes(function, functions, set()):
            yield one.at(function, f"{function.name}() answers GET and opens writing()")


def _answers_get(function: ast.FunctionDef) -> bool:
    return any(_is_get(decorator) for decorator in function.decorator_list if isinstance(decorator, ast.Call))


def _is_get(decorator: ast.Call) -> bool:
    verb = dotted(decorator.func).split(".")[-1]
    if verb == "get":
        return True
    methods = next((word.value for word in decorator.keywords if word.arg == "methods"), None)
    return verb == "route" and (methods is None or "GET" in ast.unparse(methods))


def _writes(function: ast.FunctionDef, known: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    seen.add(function.name)
    called = {dotted(node.func).split(".")[-1] for node in ast.walk(function) if isinstance(node, ast.Call)}
    return "writing" in called or any(_writes(known[name], known, seen) for name in called & known.keys() - seen)


RULES: list[Rule] = [
    only_lifecycle_assigns_state,
    only_the_clock_tells_the_time,
    only_config_reads_the_environment,
    only_edges_commit,
    gets_never_write,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    assert_none(complaints(rule))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (only_lifecycle_assigns_state, "orders/services.py", "order.state = OrderState.PLACED"),
        (only_lifecycle_assigns_state, "orders/services.py", "order.state, x = 1, 2"),
        (only_lifecycle_assigns_state, "orders/services.py", "setattr(order, 'state', 1)"),
        (only_lifecycle_assigns_state, "orders/services.py", "update(Order).values(state='placed')"),
        (only_the_clock_tells_the_time, "orders/queries.py", "import datetime as dt\ndt.datetime.now()"),
        (only_the_clock_tells_the_time, "orders/queries.py", "from datetime import date\ndate.today()"),
        (only_the_clock_tells_the_time, "orders/models.py", "mapped_column(server_default=func.now())"),
        (only_the_clock_tells_the_time, "orders/queries.py", "from time import time"),
        (only_config_reads_the_environment, "payments/services.py", "import os\nos.environ['KEY']"),
        (only_config_reads_the_environment, "payments/services.py", "from os import getenv"),
        (only_edges_commit, "orders/services.py", "db.session.commit()"),
        (only_edges_commit, "orders/services/returns.py", "with writing():\n    pass"),
        (gets_never_write, "orders/views.py", "@bp.get('/x')\ndef show():\n    with writing():\n        pass"),
        (gets_never_write, "orders/views.py", "@bp.route('/x')\ndef show():\n    inner()\ndef inner():\n    writing()"),
        (gets_never_write, "orders/views.py", "@bp.route('/x', methods=['GET', 'POST'])\ndef show():\n    writing()"),
    ],
)
def test_the_rule_bites(rule: Rule, path: str, text: str) -> None:
    assert len(complaints(rule, [source(f"marketplace/{path}", text)])) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (only_lifecycle_assigns_state, "core/lifecycle.py", "thing.state = after"),
        (only_lifecycle_assigns_state, "orders/queries.py", "select(Order).where(Order.state == 'placed')"),
        (only_the_clock_tells_the_time, "core/clock.py", "datetime.now(UTC)"),
        (only_the_clock_tells_the_time, "orders/jobs.py", "time.monotonic()"),
        (gets_never_write, "orders/views.py", "@bp.post('/x')\ndef confirm():\n    with writing():\n        pass"),
    ],
)
def test_the_rule_lets_right_code_be(rule: Rule, path: str, text: str) -> None:
    assert complaints(rule, [source(f"marketplace/{path}", text)]) == []
