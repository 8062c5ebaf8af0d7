"""Two languages: Vietnamese first, English second; catalogues are read from their .po files, one a feature."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy

LOCALES = ("vi", "en")
DEFAULT_LOCALE = "vi"
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"

_speaking: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


def locale() -> str:
    """The language being spoken now: `vi` or `en`."""
    return _speaking.get()


def speak(code: str) -> None:
    """Speak a language from here on (a request sets it once)."""
    _speaking.set(code if code in LOCALES else DEFAULT_LOCALE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for a while, for instance a receiver's while her letter is written."""
    token = _speaking.set(code if code in LOCALES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _speaking.reset(token)


def gettext(message: str, **values: Any) -> str:
    """A message in the language spoken now, its `%(name)s` places filled."""
    text = _catalogue(locale()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """A message that counts: `%(num)s` is filled with the number."""
    return _catalogue(locale()).ngettext(singular, plural, num) % {"num": num, **values}


def lazy_gettext(message: str, **values: Any) -> Any:
    """A message that is translated each time it is shown."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


@lru_cache
def _catalogue(code: str) -> NullTranslations:
    merged = Catalog(locale=code)
    for path in sorted((TRANSLATIONS / code).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if message.id and message.string:
                    merged[message.id] = message
    if not len(merged):
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)
