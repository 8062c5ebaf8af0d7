"""Each page kind in a real browser: nothing that axe complains of, nothing wider than a phone, targets to hit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask

from marketplace.orders.services import placing
from tests.access.world import World, build
from tests.bad_input.routes import working
from tests.browser import DESKTOP, EXPECTED, PHONE
from tests.clients import Client
from tests.pages.kinds import page_routes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

    from tests.servers import LiveServer

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
# what a thumb has to hit: 24 px wherever it is no link inside a sentence, 44 px high for what a page is there for
SMALL = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter(one => one.type !== 'hidden' && one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .map(one => {
    const label = ['radio', 'checkbox'].includes(one.type) && one.labels.length ? one.labels[0] : one;
    const box = label.getBoundingClientRect();
    const inline = getComputedStyle(one).display === 'inline' && one.tagName === 'A';
    const main = one.matches('.button-primary, .button-secondary, .bottom-bar a, .stepper button, .input');
    const least = main ? 44 : inline ? 0 : 24;
    const small = box.height + 0.5 < least || (box.width + 0.5 < Math.min(least, 24));
    return small && box.width > 1 ? `${one.outerHTML.slice(0, 90)}: ${box.width} × ${box.height}` : '';
  }).filter(Boolean)"""


@pytest.fixture(scope="module")
def world(live_app: Flask) -> Iterator[World]:
    """The world behind the live server."""
    live_app.test_client_class = Client
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(placing, "MOST_UNPAID", 1_000_000)
        yield build(live_app)


@pytest.fixture(scope="module")
def open_at(browser: Browser, live_server: LiveServer, world: World) -> Iterator[Callable[..., Page]]:
    """`open_at(viewport, route)`: a route's page as somebody who may sees it, without a word in its console."""
    contexts: dict[int, BrowserContext] = {}

    def opened(viewport: ViewportSize, name: str) -> Page:
        if viewport["width"] not in contexts:
            contexts[viewport["width"]] = _context(browser, live_server, viewport)
        context = contexts[viewport["width"]]
        for before in context.pages:
            before.close()
        asked = working(world, name)
        _be(context, world.client(asked.role), live_server.url)
        return _listened(context.new_page(), asked.address)

    yield opened
    for context in contexts.values():
        context.close()


def _context(browser: Browser, live_server: LiveServer, viewport: ViewportSize) -> BrowserContext:
    phone = viewport["width"] < 600
    context = browser.new_context(
        base_url=live_server.url, viewport=viewport, locale="vi-VN", is_mobile=phone, has_touch=phone
    )
    context.set_default_timeout(10_000)
    return context


def _be(context: BrowserContext, client: Client, url: str) -> None:
    """Carry a client's session over into the browser."""
    context.clear_cookies()
    cookie = client.get_cookie("session")
    if cookie is not None:
        context.add_cookies([{"name": "session", "value": cookie.value, "url": url}])


def _listened(page: Page, address: str) -> Page:
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    assert [line for line in said if not EXPECTED.search(line)] == []
    return page


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("name", page_routes())
def test_a_page_fits_a_phone_a_desk_computer_and_everybody(open_at: Callable[..., Page], name: str) -> None:
    page = open_at(PHONE, name)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(SMALL) == []
    assert violations(page) == []
    page.set_viewport_size(DESKTOP)
    assert page.evaluate(OVERFLOW) == 0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<img src="/favicon.ico">', "image-alt"),
        ('<p class="pale">nhạt</p>', "color-contrast"),
        ('<input name="q">', "label"),
    ],
)
def test_axe_bites(open_at: Callable[..., Page], body: str, told: str) -> None:
    page = open_at(PHONE, "GET storefronts.about")
    page.evaluate("body => document.querySelector('main').insertAdjacentHTML('beforeend', body)", body)
    page.evaluate("document.querySelectorAll('.pale').forEach(one => { one.style.color = '#ddd'; })")
    assert told in {line.split(":")[0] for line in violations(page)}


def test_a_small_target_and_a_wide_page_are_seen(open_at: Callable[..., Page]) -> None:
    page = open_at(PHONE, "GET storefronts.about")
    page.evaluate("""() => document.querySelector('main').insertAdjacentHTML('beforeend',
      '<button class="button button-primary" id="small">x</button><div id="wide">x</div>')""")
    page.evaluate("""() => { small.style.minHeight = small.style.height = '20px'; small.style.padding = 0;
      wide.style.width = '600px'; }""")
    assert len(page.evaluate(SMALL)) == 1
    assert page.evaluate(OVERFLOW) > 0
