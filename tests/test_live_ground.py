"""The live server and the browser in front of it: what journeys stand on."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from flask import Flask
from playwright.sync_api import Error, Page
from sqlalchemy import text

from marketplace.core.database import db, writing
from tests.servers import LiveServer


def test_server_and_worker_run_on_a_database_of_their_own(live_server: LiveServer, live_app: Flask) -> None:
    with urlopen(f"{live_server.url}/healthz", timeout=10) as answer:  # noqa: S310 - an address of ours
        assert answer.status == 200
    with live_app.app_context(), writing():
        db.session.execute(text("INSERT INTO counters (name, last) VALUES ('seen by both', 1)"))
    assert [process.poll() for process in live_server.processes] == [None, None]


def test_a_phone_and_a_desk_computer_see_the_page_at_their_size(phone: Page, desktop: Page) -> None:
    for page, width in ((phone, 360), (desktop, 1280)):
        page.goto("/")
        assert page.evaluate("[innerWidth, document.documentElement.lang]") == [width, "vi"]


def test_a_page_reaches_no_other_host(phone: Page) -> None:
    with pytest.raises(Error, match="ERR_FAILED"):
        phone.goto("http://shop.example/")
