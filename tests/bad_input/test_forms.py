"""Every field of every form with every kind of nonsense: a sentence, what was typed, nothing changed; never a break."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from werkzeug.test import TestResponse

from tests.access.world import World
from tests.bad_input import routes
from tests.bad_input.answers import assert_fine, assert_kept, assert_said
from tests.bad_input.routes import Request, encoded, fields_of, form_names, working
from tests.bad_input.values import RAW
from tests.bad_input.writes import recorded
from tests.databases import engine_name

# PostgreSQL refuses more by itself, so more is tried there
SAMPLE = 1 if engine_name() == "sqlite" else 2
FORM = "application/x-www-form-urlencoded"
FILES = {"FileField", "MultipleFileField"}
# chosen, hidden or secret: nobody has typed what has to be kept
UNTYPED = {"HiddenField", "PasswordField", "_ChoiceField", "_RadioField", "BooleanField", *FILES}


def chosen(name: str, field: str) -> list[tuple[str, str]]:
    """Some of the values for one field: always the same, together all of them many times."""
    dice = random.Random(f"{name} {field}")
    return dice.sample(sorted(RAW.items()), SAMPLE)


def post(world: World, asked: Request, body: str) -> TestResponse:
    client = world.client(asked.role)
    return client.post(
        asked.address, data=body.encode("ascii"), content_type=FORM, headers={"X-CSRFToken": client.csrf_token()}
    )


def plain(form: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def check(answer: TestResponse, written: list[str], what: str) -> None:
    assert_fine(answer, what)
    if answer.status_code >= 400:
        assert written == [], f"{what}: {answer.status} changed {written}"


def tried(world: World, name: str, fields: Iterable[str]) -> Iterator[tuple[str, str, str, TestResponse]]:
    """Each field's sample of values, the others filled in well; a new thing after each that was accepted."""
    asked = working(world, name)
    for field, kind, value in ((one, *pair) for one in fields for pair in chosen(name, one)):
        what = f"{name}, {field}: {kind}"
        with recorded() as written:
            answer = post(world, asked, encoded(plain(asked.form), **{field: value}))
        check(answer, written, what)
        if answer.status_code < 400:
            asked = working(world, name)
        yield field, what, unquote(value, errors="replace"), answer


@pytest.mark.parametrize("name", routes.writing())
def test_nonsense_in_a_field_is_answered_in_words(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = fields_of(world, name, monkeypatch)
    for field, what, typed, answer in tried(world, name, [*fields, *form_names(world.app, name).difference(fields)]):
        if answer.status_code == 422:
            page = assert_said(answer, what)
            if field in fields and fields[field] not in UNTYPED:
                assert_kept(page, field, typed, what)


@pytest.mark.parametrize("name", routes.writing())
def test_a_form_without_its_fields_is_answered_in_words(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = fields_of(world, name, monkeypatch)
    asked = working(world, name)
    for form in [{}, dict.fromkeys(fields, ""), {f"{field}[]": "1" for field in fields}]:
        with recorded() as written:
            answer = post(world, asked, encoded(form))
        check(answer, written, f"{name}: {form}")
        if answer.status_code == 422:
            assert_said(answer, name)
        else:
            asked = working(world, name)


@pytest.mark.parametrize("name", routes.writing())
def test_the_same_field_twice_is_no_break(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = fields_of(world, name, monkeypatch)
    asked = working(world, name)
    twice = "&".join([encoded(plain(asked.form)), *(f"{field}=%3Cb%3E&{field}=-1" for field in fields)])
    with recorded() as written:
        answer = post(world, asked, twice)
    check(answer, written, name)


@pytest.mark.parametrize("name", routes.writing())
def test_a_double_submit_is_no_break(world: World, name: str) -> None:
    asked = working(world, name)
    body = encoded(plain(asked.form))
    first, second = post(world, asked, body), post(world, asked, body)
    assert_fine(first, name)
    assert_fine(second, f"{name}, again")
