"""Public pages that are rendered once for many readers: kept in memory while nothing that they show has changed.

A view names what its page shows by `shows(scopes)`; before a kept page is given out, one question to the database asks
whether any of these changed. What differs from reader to reader stays outside: only guests without anything pending get
kept pages, and the form token, which is each reader's own, is put in at the end. What a page shows besides (similar
goods, days) may be as old as `OLDEST`.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, cast

from flask import Flask, current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from marketplace.core import clock, i18n
from marketplace.core.actors import ActorKind
from marketplace.web.requests import actor

OLDEST = timedelta(seconds=20)
MOST_CHARACTERS = 4_000_000
MOST_NOTED = 5_000
LONGEST_ADDRESS = 300
NEVER_SHOWN = {"_permanent", "csrf_token", "guest", "grants", "_fresh", "_id"}
LISTS = 0
# stands for the form token in kept pages; nobody outside this process can know it
_TOKEN = f"token-{secrets.token_hex(12)}"

View = Callable[..., ResponseReturnValue]
Stamp = tuple[int, ...]
StampSource = Callable[[Sequence[int]], Stamp]


@dataclass(frozen=True, slots=True)
class _Page:
    html: str
    scopes: tuple[int, ...]
    stamp: Stamp
    made_at: datetime


class Shelf:
    """The pages of one process, the least recently read ones going first when there are too many characters."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        """An empty shelf for so many characters of HTML."""
        self._most, self._size = most, 0
        self._pages: OrderedDict[Hashable, _Page] = OrderedDict()
        self._lock = threading.Lock()
        self.scopes: dict[Hashable, tuple[int, ...]] = {}

    def clear(self) -> None:
        """Take every page away."""
        with self._lock:
            self._pages.clear()
            self.scopes.clear()
            self._size = 0

    def note(self, key: Hashable, scopes: tuple[int, ...]) -> None:
        """Remember what a page shows, so that its stamp can be read before it is made the next time."""
        if len(self.scopes) >= MOST_NOTED:
            self.scopes.clear()
        self.scopes[key] = scopes

    def get(self, key: Hashable) -> _Page | None:
        """A page that is not too old to be asked about."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page if page is not None and clock.now() - page.made_at <= OLDEST else None

    def put(self, key: Hashable, page: _Page) -> None:
        """Keep a page; others make room for it."""
        with self._lock:
            self._forget(key)
            self._pages[key] = page
            self._size += len(page.html)
            while self._size > self._most:
                self._forget(next(iter(self._pages)))

    def _forget(self, key: Hashable) -> None:
        gone = self._pages.pop(key, None)
        self._size -= len(gone.html) if gone else 0


def stamps_from(app: Flask, source: StampSource) -> None:
    """Name the question that tells the last change of each of some scopes."""
    app.extensions["kept_stamps"] = source


def vary_by(app: Flask, source: Callable[[], Hashable]) -> None:
    """Name something that guests' pages show and that differs between them, such as how many goods lie in the cart."""
    app.extensions.setdefault("kept_varies", []).append(source)


def register(app: Flask) -> None:
    """Make an empty shelf, and the form token that templates ask for one that can be put in later."""
    app.extensions["kept_pages"] = Shelf()
    app.jinja_env.globals["csrf_token"] = form_token


def form_token() -> str:
    """The reader's form token, or what stands for it in a page that is kept for all."""
    return _TOKEN if g.get("is_for_all") else cast(str, generate_csrf())


def shows(*scopes: int) -> None:
    """Say what the page of this request shows: a product (its id), a seller (her id below zero), lists (0)."""
    g.page_scopes = scopes


def kept(view: View) -> View:
    """A GET view whose page may be kept; one that names no scopes is made anew each time."""

    @wraps(view)
    def shown(**arguments: Any) -> ResponseReturnValue:
        key = _key()
        if key is None:
            return view(**arguments)
        shelf = cast(Shelf, current_app.extensions["kept_pages"])
        scopes = shelf.scopes.get(key, ())
        # the stamp is read before the page is made: what changes meanwhile makes it stale at once, never fresh
        stamp = cast(StampSource, current_app.extensions["kept_stamps"])(scopes) if scopes else ()
        page = shelf.get(key)
        if page is not None and (page.scopes, page.stamp) == (scopes, stamp):
            return make_response(_filled(page.html))
        return _made(lambda: view(**arguments), shelf, key, stamp)

    return shown


def _key() -> Hashable | None:
    """What a guest's page depends on besides the data, or None where it is hers alone."""
    reader = actor()
    if reader.kind is not ActorKind.GUEST or reader.grants or "_flashes" in session:
        return None
    if request.method != "GET" or len(request.full_path) > LONGEST_ADDRESS:
        return None
    varies = tuple(source() for source in current_app.extensions.get("kept_varies", ()))
    return (request.url_root, request.full_path, i18n.locale(), clock.today(), _remembered(), varies)


def _remembered() -> Hashable:
    """What the session knows of a guest that a public page may show."""
    return tuple(sorted((name, str(value)) for name, value in session.items() if name not in NEVER_SHOWN))


def _made(view: Callable[[], ResponseReturnValue], shelf: Shelf, key: Hashable, stamp: Stamp) -> ResponseReturnValue:
    known, made_at = _remembered(), clock.now()
    g.is_for_all = True
    try:
        answer = make_response(view())
    finally:
        g.is_for_all = False
    html = answer.get_data(as_text=True)
    scopes = tuple(g.get("page_scopes", ()))
    # a view that remembered something, or wrote the reader's own token into the page, has made a page for her alone
    if answer.status_code == 200 and scopes and _remembered() == known and "csrf_token" not in g:
        if shelf.scopes.get(key) == scopes:
            shelf.put(key, _Page(html, scopes, stamp, made_at))
        else:
            shelf.note(key, scopes)
    answer.set_data(_filled(html))
    return answer


def _filled(html: str) -> str:
    return html.replace(_TOKEN, generate_csrf()) if _TOKEN in html else html
