"""The live server and a real Chromium in front of it, as a phone and as a desk computer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.databases import Databases
from tests.servers import LiveServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
]
# the browser's own note on an answer of 4xx, which a journey may be after
EXPECTED = re.compile("Failed to load resource: the server responded with a status of 4")


@contextmanager
def served(databases: Databases, folder: Path, name: str, like: str = "") -> Iterator[LiveServer]:
    """gunicorn and the worker on a new database, copied from the one that is named."""
    from tests.conftest import settings_on

    database = databases.create(name, like)
    settings = settings_on(database.url, folder / (like or name))
    server = LiveServer(replace(settings, testing=False, demo=bool(like)), folder / name)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        database.remove()


def _own_name(request: pytest.FixtureRequest, worker_name: str) -> str:
    return f"{worker_name}_{re.sub(r'[^a-z0-9]+', '_', request.module.__name__.lower())[-40:]}"


@pytest.fixture(scope="module")
def live_server(
    databases: Databases, worker_folder: Path, worker_name: str, request: pytest.FixtureRequest
) -> Iterator[LiveServer]:
    """The site on a database of this module's own, empty but for what the migrations left."""
    with served(databases, worker_folder, f"live_{_own_name(request, worker_name)}") as server:
        yield server


@pytest.fixture(scope="session")
def demo_database(databases: Databases, worker_folder: Path, worker_name: str) -> Iterator[str]:
    """The name of a database into which the demonstration was loaded once; it is only copied."""
    from tests.conftest import settings_on

    name = f"demo_{worker_name}"
    database = databases.create(name)
    settings = replace(settings_on(database.url, worker_folder / name), testing=False)
    LiveServer(settings, worker_folder / name).command("demo", "load")
    yield name
    database.remove()


@pytest.fixture(scope="module")
def demo_server(
    databases: Databases, demo_database: str, worker_folder: Path, worker_name: str, request: pytest.FixtureRequest
) -> Iterator[LiveServer]:
    """The site with the demonstration in it, fresh for this module.

    A module whose pages start from the demonstration takes it as its live server:
    `@pytest.fixture(scope="module")`, `def live_server(demo_server): return demo_server`.
    """
    name = f"shown_{_own_name(request, worker_name)}"
    with served(databases, worker_folder, name, like=demo_database) as server:
        yield server


@pytest.fixture(scope="module")
def demo_app(
    databases: Databases, demo_database: str, worker_folder: Path, worker_name: str, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """An app of this process with the demonstration in it, for tests that look at many pages; fresh for this module."""
    from tests.conftest import built, release, settings_on

    database = databases.create(f"seen_{_own_name(request, worker_name)}", demo_database)
    app = built(replace(settings_on(database.url, worker_folder / demo_database), demo=True))
    yield app
    release(app)
    database.remove()


@pytest.fixture(scope="module")
def live_app(live_server: LiveServer) -> Iterator[Flask]:
    """An app of this process on the live server's database, to arrange what a journey starts from."""
    from marketplace import create_app
    from tests.conftest import release

    app = create_app(replace(live_server.settings, testing=True))
    yield app
    release(app)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium a worker, taken from the PATH; nothing is downloaded."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        pytest.skip("no Chromium on the PATH (Debian: apt-get install chromium libatomic1)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def _only_here(route: Route) -> None:
    host = urlsplit(route.request.url).hostname
    if host in ("127.0.0.1", "localhost"):
        route.continue_()
    else:
        route.abort()


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """`open_page(PHONE)`: a fresh visitor's page; the test fails if the page complained in its console."""
    contexts: list[Any] = []
    problems: list[str] = []

    def open_with(viewport: ViewportSize, **options: Any) -> Page:
        phone = viewport["width"] < 600
        thumb: dict[str, Any] = {"is_mobile": phone, "has_touch": phone, **options}
        context = browser.new_context(
            base_url=live_server.url, viewport=viewport, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **thumb
        )
        context.set_default_timeout(30_000)
        context.route("**/*", _only_here)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda line: problems.append(f"{page.url}: {line.text}") if line.type == "error" else None)
        return page

    yield open_with
    for context in contexts:
        context.close()
    unexpected = [problem for problem in problems if not EXPECTED.search(problem)]
    assert not unexpected, "The browser's console complained:\n" + "\n".join(unexpected)


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A page 360 × 740, touched by a thumb."""
    return open_page(PHONE)


@pytest.fixture
def desktop(open_page: Callable[..., Page]) -> Page:
    """A page 1280 × 900."""
    return open_page(DESKTOP)


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """The same journey twice, on the phone and on the desk computer."""
    return open_page(request.param)
