"""What every template may say without being handed it."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask.templating import Environment as FlaskEnvironment
from markupsafe import Markup

from marketplace.core import clock, i18n
from marketplace.web.paging import page_url
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, asked_for
from marketplace.web.security import settings

# all fragments are forgotten together when they have that many characters
MOST_DRAWN = 3_000_000
MOST_ADDRESSES = 2_000


def quick_url_for(endpoint: str, **values: Any) -> str:
    """What `url_for` answers, kept for those who ask again: the head and foot of every page name the same addresses."""
    if endpoint.startswith(".") or not has_request_context():
        return url_for(endpoint, **values)
    kept: dict[Any, str] = current_app.extensions.setdefault("addresses", {})
    key = (endpoint, request.url_root, *((name, type(value), value) for name, value in values.items()))
    try:
        known = kept.get(key)
    except TypeError:
        return url_for(endpoint, **values)
    if known is None:
        if len(kept) >= MOST_ADDRESSES:
            kept.clear()
        known = kept[key] = url_for(endpoint, **values)
    return known


def language_url(code: str) -> str:
    """This page in another language."""
    if request.endpoint is None or request.method not in {"GET", "HEAD"}:
        return url_for("storefronts.home", lang=code)
    return url_for(request.endpoint, **{**(request.view_args or {}), **asked_for(), "lang": code})


def canonical_url() -> str:
    """This page's address without language or session matters."""
    if request.endpoint is None:
        return settings().site_url
    arguments = {**(request.view_args or {}), **asked_for("lang", "key")}
    return settings().site_url.rstrip("/") + url_for(request.endpoint, **arguments)


def words_of(thing: Any, field: str) -> Markup | str:
    """A person's words in the reader's language, or the Vietnamese ones marked as such."""
    english = getattr(thing, f"{field}_en", "") if i18n.locale() == "en" else ""
    if english or i18n.locale() == "vi":
        return str(english or getattr(thing, field))
    return Markup('<span lang="vi">{}</span>').format(getattr(thing, field))


def as_written(text: str) -> Markup | str:
    """What a seller wrote in Vietnamese, marked as such where the page speaks another language."""
    return text if i18n.locale() == "vi" or not text else Markup('<span lang="vi">{}</span>').format(text)


class Drawn:
    """What macros drew in this process."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.fragments: dict[Any, Markup] = {}
        self.size = 0

    def put(self, key: Any, fragment: Markup) -> None:
        """Keep one; two threads that do so at once only miscount a little."""
        if self.size >= MOST_DRAWN:
            self.fragments, self.size = {}, 0
        self.fragments[key] = fragment
        self.size += len(fragment)


def drawn_once(macro: Callable[..., Markup], thing: Any, *given: Any) -> Markup:
    """What a macro draws of a value that is equal wherever it looks the same, kept for those who ask again."""
    drawn: Drawn = current_app.extensions.setdefault("drawn_once", Drawn())
    try:
        key = (macro.name, thing, given, i18n.locale(), request.script_root)  # type: ignore[attr-defined]
        known = drawn.fragments.get(key)
    except TypeError:
        return macro(thing, *given)
    if known is None:
        known = macro(thing, *given)
        drawn.put(key, known)
    return known


class Environment(FlaskEnvironment):
    """Flask's, but templates share one set of globals: importing macros then compares names in no time."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """All globals, and those of one template where it has any."""
        return super().make_globals(d) if d else self.globals


def _context() -> dict[str, Any]:
    return {
        "current_actor": actor(),
        "locale": i18n.locale(),
        "today": clock.today(),
        "settings": settings(),
        "demo_banner": settings().demo,
        "refusal": g.get("refusal"),
    }


def _header_panels() -> list[Markup]:
    return panels(Slot.HEADER, actor(), ["header"])["header"]


def _bottom_panels() -> list[Markup]:
    return panels(Slot.BOTTOM_BAR, actor(), ["bottom"])["bottom"]


def _desk_menu() -> list[Markup]:
    return panels(Slot.DESK_MENU, actor(), ["desk"])["desk"]


def register(app: Flask) -> None:
    """Make these known to every template."""
    app.context_processor(_context)
    app.jinja_env.globals.update(
        url_for=quick_url_for,
        language_url=language_url,
        canonical_url=canonical_url,
        words_of=words_of,
        drawn_once=drawn_once,
        as_written=as_written,
        page_url=page_url,
        header_panels=_header_panels,
        bottom_panels=_bottom_panels,
        desk_menu=_desk_menu,
        locales=i18n.LOCALES,
    )
