"""How values are written for people: money, days, weights, numbers, months."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from flask import Flask
from markupsafe import Markup, escape

from marketplace.core import clock
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import locale

_KEEP = "\u00a0"
_SUM = re.compile(r"(?<=\d) ₫")
_REF = re.compile(r"\b([A-Z]{2}-\d{4}-\d{6})\b")


def vnd(amount: int) -> str:
    """1.250.000 ₫ in both languages, held together."""
    return f"{amount:,}".replace(",", ".") + f"{_KEEP}₫"


def number(value: float) -> str:
    """A number with the marks of the language."""
    return _written(value, locale())


class Figure(int):
    """A number in a sentence that is put together later: written with the marks of the reader's language."""

    def __str__(self) -> str:
        return number(int(self))


@lru_cache(maxsize=4096)
def _written(value: float, language: str) -> str:
    """Lists say the same numbers again and again."""
    return format_decimal(value, locale=language)


def day(value: date | datetime | None) -> str:
    """22/11/2026 in both languages."""
    if value is None:
        return ""
    return format_date(clock.local(value) if isinstance(value, datetime) else value, "dd/MM/yyyy", locale=locale())


def moment(value: datetime | None) -> str:
    """22/11/2026 14:05 on a Vietnamese clock."""
    return "" if value is None else format_datetime(clock.local(value), "dd/MM/yyyy HH:mm", locale=locale())


def ago(value: datetime) -> str:
    """How long ago, in words."""
    return format_timedelta(value - clock.now(), add_direction=True, locale=locale())


def weight(grams: int) -> str:
    """300 g or 1,5 kg, held together."""
    if grams < 1000:
        return f"{grams}{_KEEP}g"
    return f"{format_decimal(grams / 1000, format='#,##0.###', locale=locale())}{_KEEP}kg"


def months(values: Iterable[int]) -> str:
    """Months as a reader says them: runs are joined and may pass the new year (12, 1, 2 → 12–2)."""
    present = sorted(set(values))
    if len(present) == 12:
        return _("all year")
    starts = [m for m in present if (m - 2) % 12 + 1 not in present]
    return ", ".join(_run(start, present) for start in starts)


def _run(start: int, present: list[int]) -> str:
    end = start
    while end % 12 + 1 in present:
        end = end % 12 + 1
    return str(start) if start == end else f"{start}–{end}"


def whole(text: str) -> Markup:
    """A ref or number that must not break over two lines."""
    return Markup('<span class="nowrap">{}</span>').format(text)


def unbroken(text: str) -> Markup:
    """A sentence in which refs (DH-2026-000136) and sums stay on one line; its words are escaped."""
    held = _SUM.sub(_KEEP + "₫", str(escape(text)))
    return Markup(_REF.sub(r'<span class="nowrap">\1</span>', held))  # noqa: S704 - escaped just here


def register(app: Flask) -> None:
    """Make the filters known to every template."""
    for filter_ in (vnd, number, day, moment, ago, weight, months, whole, unbroken):
        app.add_template_filter(filter_, filter_.__name__)
