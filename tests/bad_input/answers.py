"""What every answer to bad input has in common: a status that says so, a sentence at its field, what was typed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse

from marketplace.core.text import clean
from tests.bad_input.values import HOSTILE

FINE = {200, 301, 302, 303, 304, 400, 401, 403, 404, 405, 413, 415, 422, 429}
LEAKS = ("Traceback (most recent", "sqlalchemy.", "psycopg", "sqlite3.", 'File "/')
SPOKEN = {"alert", "status"}
VOID = {"input", "img", "br", "hr", "meta", "link", "wbr", "source", "area", "col"}


class Page(HTMLParser):
    """The controls of a page by name, and the text below each id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.controls: list[dict[str, str]] = []
        self.texts: dict[str, str] = {}
        self.alerts: list[str] = []
        self.open: list[tuple[str, str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag in ("input", "select", "textarea", "fieldset"):
            self.controls.append({"tag": tag, "value": "", **known})
        if tag not in VOID:
            self.open.append((tag, known.get("id", ""), known.get("role") in SPOKEN))

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, _id, _alert in self.open}:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        for tag, name, alert in self.open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data
            if alert:
                self.alerts.append(data.strip())
            if tag == "textarea":
                self.controls[-1]["value"] += data


def assert_fine(answer: TestResponse, what: str) -> None:
    """No break, no trace of our insides, nothing of theirs put into the page."""
    assert answer.status_code in FINE, f"{what}: {answer.status}"
    if answer.mimetype == "text/html":
        for leak in (*LEAKS, *HOSTILE):
            assert leak not in answer.text, f"{what}: the page holds {leak!r}"
    assert not any("\n" in value or "\r" in value for _name, value in answer.headers), what


def assert_said(answer: TestResponse, what: str) -> Page:
    """A refused form says why: at a field, tied to it, or for the whole page."""
    page = Page(answer.text)
    wrong = [control for control in page.controls if control.get("aria-invalid") == "true"]
    for control in wrong:
        said = [page.texts.get(name, "").strip() for name in control.get("aria-describedby", "").split()]
        assert any(said), f"{what}: {control.get('name')} is wrong, but nothing tied to it says why"
    assert wrong or any(page.alerts) or _fieldset_says(page), f"{what}: 422 without a sentence"
    return page


def _fieldset_says(page: Page) -> bool:
    return any("-error" in control.get("aria-describedby", "") for control in page.controls)


def assert_kept(page: Page, name: str, typed: str, what: str) -> None:
    """What was typed stands in the field again, as far as a field of its kind can hold it."""
    boxes = [control for control in page.controls if control.get("name") == name and _holds_text(control)]
    if boxes and clean(typed):
        held = [clean(box["value"])[:20] for box in boxes]
        assert clean(typed)[:20] in held, f"{what}: {name} holds {held}, typed was {clean(typed)[:20]!r}"


def _holds_text(control: dict[str, Any]) -> bool:
    typed = control["tag"] == "input" and control.get("type", "text") in {"text", "email", "tel", "number", "search"}
    return typed or control["tag"] == "textarea"
