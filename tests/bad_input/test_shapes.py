"""Every form in a wrong shape: without its token, cut off, far too large, in another encoding, of another type."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.access.world import World
from tests.bad_input import routes
from tests.bad_input.answers import assert_fine
from tests.bad_input.routes import Request, encoded, spend, unspent, working
from tests.bad_input.test_forms import FORM, plain
from tests.bad_input.writes import recorded
from tests.clients import Client

SHAPES_A_ROUTE = 5
MULTIPART = "multipart/form-data; boundary=x"
Shape = Callable[[Client, Request], dict[str, Any]]


def part(name: str, value: str = "a", more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'.encode()


def first_of(asked: Request) -> str:
    return next(iter(asked.form), "x")


# each says what to send and leaves the token to the caller
WITH_TOKEN: dict[str, tuple[Shape, set[int]]] = {
    "json": (lambda _c, _a: {"data": b'{"name": 1}', "content_type": "application/json"}, set()),
    "text": (lambda _c, _a: {"data": b"name=1", "content_type": "text/plain"}, set()),
    "no-type": (lambda _c, _a: {"data": b"name=1"}, set()),
    "cut-off": (lambda _c, a: {"data": part(first_of(a))[:-9], "content_type": MULTIPART}, set()),
    "no-boundary": (lambda _c, a: {"data": part(first_of(a)), "content_type": "multipart/form-data"}, set()),
    "header-only": (lambda _c, _a: {"data": b"--x\r\n", "content_type": MULTIPART}, set()),
    "utf-16": (
        lambda _c, a: {"data": encoded(plain(a.form)).encode("utf-16"), "content_type": f"{FORM}; charset=utf-16"},
        set(),
    ),
    "bytes": (lambda _c, a: {"data": first_of(a).encode() + b"=\xff\xfe\x00\x80", "content_type": FORM}, set()),
    "nul-in-a-name": (lambda _c, _a: {"data": b"na%00me=1", "content_type": FORM}, {400}),
    "large-field": (
        lambda _c, a: {"data": part(first_of(a), "a" * 600_000) + b"--x--\r\n", "content_type": MULTIPART},
        {413},
    ),
    "large-body": (
        lambda _c, a: {"data": encoded({first_of(a): "a" * 600_000}).encode(), "content_type": FORM},
        {413},
    ),
    "many-fields": (
        lambda _c, _a: {"data": b"".join(part(f"f{i}") for i in range(600)) + b"--x--\r\n", "content_type": MULTIPART},
        {413},
    ),
    "a-file-for-text": (
        lambda _c, a: {
            "data": {name: (io.BytesIO(b"\x89PNG\x00"), "a.png") for name in a.form or {"x": 1}},
            "content_type": "multipart/form-data",
        },
        set(),
    ),
    "text-for-a-file": (lambda _c, a: {"data": dict.fromkeys(a.form, "text"), "content_type": FORM}, set()),
}


def sent(world: World, name: str, shape: Shape) -> tuple[TestResponse, list[str]]:
    asked = unspent(world, name)
    client = world.client(asked.role)
    token = {"X-CSRFToken": client.csrf_token()}
    with recorded() as written:
        answer = client.post(asked.address, headers=token, csrf=False, **shape(client, asked))
    if answer.status_code < 400:
        spend(world, name)
    return answer, written


# each route meets some shapes and each shape many routes, always the same ones
MEETINGS = [
    (name, kind) for name in routes.writing() for kind in random.Random(name).sample(sorted(WITH_TOKEN), SHAPES_A_ROUTE)
]


@pytest.mark.parametrize(("name", "kind"), MEETINGS)
def test_a_wrong_shape_is_no_break(world: World, name: str, kind: str) -> None:
    shape, only = WITH_TOKEN[kind]
    answer, written = sent(world, name, shape)
    assert_fine(answer, f"{name}: {kind}")
    if only:
        assert answer.status_code in only
    if answer.status_code >= 400:
        assert written == []


def stale_tokens(client: Client) -> Iterator[dict[str, str]]:
    yield {}
    yield {"csrf_token": ""}
    yield {"csrf_token": "a" * 5_000}
    yield {"csrf_token": f"{client.csrf_token()[:-3]}abc"}
    yield {"csrf_token": "IjEyMyI.aSAA.\u1ebf"}


# a mail program answers a letter's way out by itself; the letter's own signed key stands in for the token (RFC 8058)
SIGNED_OTHERWISE = {"POST accounts.unsubscribe"}


@pytest.mark.parametrize("name", [name for name in routes.writing() if name not in SIGNED_OTHERWISE])
def test_no_form_is_taken_without_a_token_of_this_session(world: World, name: str) -> None:
    asked = unspent(world, name)
    client = world.client(asked.role)
    with recorded() as written:
        forms = [{**plain(asked.form), **token} for token in stale_tokens(client)]
        got = {client.post(asked.address, data=form, csrf=False).status_code for form in forms}
    assert got == {400}
    assert written == []


def test_the_token_of_another_session_is_none(world: World) -> None:
    asked = working(world, "POST orders.add_line")
    mine, theirs = world.client("buyer"), world.client("other_buyer")
    with mine.session_transaction() as session:
        session["csrf_token"] = "0" * 40
    answer = theirs.post(asked.address, data={**asked.form, "csrf_token": mine.csrf_token()}, csrf=False)
    assert answer.status_code == 400
