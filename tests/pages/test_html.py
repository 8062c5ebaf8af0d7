"""Each page kind, in both languages: valid HTML, one heading, labels, nothing inline, nothing left untranslated."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from marketplace.web.security import HEADERS
from tests.access.world import World
from tests.html import assert_valid_html
from tests.pages.kinds import LANGUAGES, LISTS, MANY, REFUSALS, Stage, in_language, page_routes, shown, stage
from tests.pages.rules import faults, is_english

GOOD = '<html lang="vi"><head><title>Chợ</title></head><body><main><h1>Chợ</h1>{}</main></body></html>'


def assert_good(answer: TestResponse, language: str, what: str, status: int = 200) -> None:
    assert (what, answer.status_code, answer.mimetype) == (what, status, "text/html")
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert [*faults(answer.text, language)] == [], what
    assert_valid_html(answer.text, what)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", page_routes())
def test_every_page_is_good(world: World, name: str, language: str) -> None:
    assert_good(shown(world, name, language), language, name)


@pytest.fixture(scope="module", params=[0, 1, MANY])
def items(world: World, request: pytest.FixtureRequest) -> Stage:
    return stage(world, request.param)


@pytest.mark.parametrize("language", LANGUAGES[:1])
@pytest.mark.parametrize("address", LISTS)
def test_every_list_is_good_with_nothing_one_and_many(items: Stage, address: str, language: str) -> None:
    answer = items.show(address, language)
    if answer.status_code == 302:  # nothing to check out leads to the cart
        assert address == "/checkout"
        return
    assert_good(answer, language, address)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", REFUSALS)
def test_every_refusal_is_good(world: World, kind: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, ask = REFUSALS[kind]
    monkeypatch.setattr(World, "client", _speaking(world, language))
    assert_good(ask(world), language, kind, status)


def _speaking(world: World, language: str) -> object:
    plain = World.client

    def client(self: World, role: str) -> object:
        made = plain(self, role)
        made.set_cookie("lang", language)
        return made

    return client


def test_signed_in_pages_are_kept_by_no_cache(world: World) -> None:
    client = world.client("manager")
    for address in ("/desk", "/desk/orders", "/desk/products", "/desk/stock", "/orders", "/me", "/me/notices"):
        assert (address, client.get(address).headers["Cache-Control"]) == (address, "no-store, private")


def test_a_language_is_remembered(world: World) -> None:
    client = world.client("anonymous")
    client.get(in_language("/", "en"))
    assert '<html lang="en">' in client.get("/products").text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<h1>Hai</h1>", "2 h1"),
        ('<p style="color: red">x</p>', "inline style at p"),
        ("<script>go()</script>", "inline script go()"),
        ('<a onclick="go()">x</a>', "inline handler onclick at a"),
        ('<input name="q">', "no label: input q"),
        ("<p>Skip to the content</p>", "not translated: 'Skip to the content'"),
    ],
)
def test_the_rules_bite(text: str, fault: str) -> None:
    assert [*faults(GOOD.format(text), "vi")] == [fault]


def test_the_rules_let_a_good_page_be() -> None:
    fine = (
        '<p lang="en">Skip to the content</p><label>Tên <input name="q"></label><label for="a">x</label><input id="a">'
    )
    assert [*faults(GOOD.format(fine), "vi")] == []
    assert not is_english("Bánh đậu xanh")
