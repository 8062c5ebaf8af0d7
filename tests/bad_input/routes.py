"""Every route as the address map knows it, with a working request for each, and the names that it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask, url_for

from marketplace.web.forms import Form
from tests.access.matrix import ROWS
from tests.access.rows import Row
from tests.access.things import Asked
from tests.access.world import ROLES, World
from tests.architecture.sources import application, modules
from tests.bad_input.values import GENERIC

_QUERY_NAME = re.compile(r"(?:query_(?:text|texts|number|flag)|args\.get(?:list)?)\(\s*\"([\w-]+)\"")
_FORM_NAME = re.compile(r"request\.form\.get\(\s*\"([\w-]+)\"")
FIRST = ("manager", "buyer", "anonymous")


@dataclass(frozen=True)
class Request:
    """One request that works: who sends what to where."""

    role: str
    address: str
    form: dict[str, Any]


def names(app: Flask, method: str) -> list[str]:
    """The rows of all routes that answer this method, as the access matrix calls them."""
    rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint != "static"]
    return sorted({f"{method} {rule.endpoint}" for rule in rules})


def reading() -> list[str]:
    return names(application(), "GET")


def writing() -> list[str]:
    """Those that somebody can post to from a page; what only programs send has tests of its own."""
    forms = [name for name in names(application(), "POST") if not name.startswith("POST api.")]
    return [name for name in forms if name not in ROWS or may_be_used(ROWS[name])]


def may_be_used(row: Row) -> bool:
    """Whether the row names somebody for whom it works."""
    return any(status in (200, 302, 303) for status in row.status.values())


def role_of(row: Row) -> str:
    """Somebody who may."""
    may = [role for status in ((200, 303), (302,)) for role in (*FIRST, *ROLES) if row.status[role] in status]
    return may[0]


def working(world: World, name: str) -> Request:
    """A request that this route would accept, with a new thing behind it."""
    row = ROWS[name]
    role = role_of(row)
    with world.app.app_context():
        world.settle()
        asked: Asked = row.thing(world, role)
    with world.app.test_request_context():
        address = url_for(name.split()[1], **asked.address)
    return Request(role, address, {**row.form, **asked.form})


_unspent: dict[tuple[int, str], Request] = {}


def unspent(world: World, name: str) -> Request:
    """A request that this route would accept; the same one again until `spend` says that it was."""
    if (id(world), name) not in _unspent:
        _unspent[id(world), name] = working(world, name)
    return _unspent[id(world), name]


def spend(world: World, name: str) -> None:
    """What was accepted once is of no more use."""
    _unspent.pop((id(world), name), None)


def query_names() -> list[str]:
    """Every name that any page reads from its address, found in the code; and some that none should mind."""
    found = {name for one in modules() for name in _QUERY_NAME.findall(one.text)}
    return [*sorted(found), *GENERIC]


def form_names(app: Flask, name: str) -> set[str]:
    """Names that the module of a POST reads from its form without a form class."""
    module = app.view_functions[name.split()[1]].__module__
    path = module.replace(".", "/") + ".py"
    return {found for one in modules() if str(one.path) == path for found in _FORM_NAME.findall(one.text)}


_fields: dict[str, dict[str, str]] = {}


def fields_of(world: World, name: str, patch: Any) -> dict[str, str]:
    """The fields that a POST reads, with their types."""
    if name not in _fields:
        _fields[name] = _fields_seen(world, name, patch)
    return _fields[name]


def _fields_seen(world: World, name: str, patch: Any) -> dict[str, str]:
    """Learnt by watching which form it checks."""
    seen: dict[str, str] = {}
    checked = Form.checked.__func__  # type: ignore[attr-defined]

    def watched(cls: type[Form], prepare: Any = None) -> Form:
        seen.update({field.name: field.type for field in cls()})
        return checked(cls, prepare)  # type: ignore[no-any-return]

    patch.setattr(Form, "checked", classmethod(watched))
    asked = working(world, name)
    world.client(asked.role).post(asked.address, data=dict(asked.form))
    patch.undo()
    return seen


def encoded(form: dict[str, Any], **raw: str) -> str:
    """A form's body; `raw` is put in as it stands."""
    pairs = [f"{quote(name)}={quote(str(value))}" for name, value in form.items() if name not in raw]
    return "&".join([*pairs, *(f"{quote(name)}={value}" for name, value in raw.items())])


def parts_of(app: Flask, method: str) -> Iterator[tuple[str, str]]:
    """Each rule with something to fill in, and its text in which every gap is `{}`."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.arguments:
            yield f"{method} {rule.endpoint}", re.sub(r"<[^>]+>", "{}", rule.rule)
