"""What each field of terms may hold: texts are cleaned, numbers and days read strictly; anything else is refused.

A refusal names the field by its path (`lines.L1.quantity`) and says how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from marketplace.contracts.terms.naming import CHOICES, label
from marketplace.core.i18n import gettext as _
from marketplace.core.money import MOST_VND
from marketplace.core.refusals import Refused
from marketplace.core.text import clean

Shape = Callable[[Any, str], Any]

MOST_QUANTITY = 999_999_999
MOST_LINES = 100
MOST_CLAUSES = 60
MOST_DAYS = 200
_WHOLE = re.compile(r"[0-9]{1,9}")
_RATE = re.compile(r"[0-9]{1,2}([.,][0-9]{1,2})?")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


def refuse(path: str, sentence: str) -> Refused:
    """A refusal at a field."""
    return Refused(sentence, field=path)


def text(most: int, *, lines: bool = False) -> Shape:
    """A text of at most so many characters, cleaned."""

    def read(value: Any, path: str) -> str:
        if value is None:
            return ""
        if not isinstance(value, str) or "\ufffd" in value:
            raise refuse(path, _("%(what)s could not be read. Please type it again.", what=label(path)))
        cleaned = clean(value, lines=lines)
        if len(cleaned) > most:
            raise refuse(path, _("%(what)s: at most %(most)s characters, please.", what=label(path), most=most))
        return cleaned

    return read


def whole(least: int, most: int) -> Shape:
    """A whole number within bounds."""

    def read(value: Any, path: str) -> int:
        number = int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else value
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            sentence = _(
                "%(what)s: please type a whole number from %(least)s to %(most)s.",
                what=label(path),
                least=_written(least),
                most=_written(most),
            )
            raise refuse(path, sentence)
        return number

    return read


def _written(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def quantity(value: Any, path: str) -> str:
    """A whole number of units as a decimal string."""
    return str(whole(0, MOST_QUANTITY)(value, path))


def rate(most: int) -> Shape:
    """Per cent a year with at most two decimals, as a decimal string: "10", "8.5"."""

    def read(value: Any, path: str) -> str:
        typed = str(value).strip().replace(",", ".") if isinstance(value, str | int) else ""
        if not _RATE.fullmatch(typed) or isinstance(value, bool) or _above(typed, most):
            raise refuse(
                path,
                _("%(what)s: please type a number of per cent from 0 to %(most)s.", what=label(path), most=most),
            )
        head, _dot, tail = typed.partition(".")
        tail = tail.rstrip("0")
        return f"{int(head)}.{tail}" if tail else str(int(head))

    return read


def _above(typed: str, most: int) -> bool:
    head, _dot, tail = typed.partition(".")
    return int(head) > most or (int(head) == most and bool(tail.strip("0")))


def day(value: Any, path: str) -> str | None:
    """A day as YYYY-MM-DD, or none."""
    if value in (None, ""):
        return None
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise refuse(path, _("%(what)s: please choose a day of the calendar.", what=label(path)))
    return found.isoformat()


def choice(value: Any, path: str) -> str:
    """One of the choices of the field."""
    if not isinstance(value, str) or value not in {one.value for one in CHOICES[path]}:
        raise refuse(path, _("%(what)s: please choose one of the list.", what=label(path)))
    return value


def maybe(shape: Shape) -> Shape:
    """The shape, or nothing: an empty text counts as nothing."""

    def read(value: Any, path: str) -> Any:
        return None if value in (None, "") else shape(value, path)

    return read


def record(**shapes: Shape) -> Shape:
    """An object with exactly these fields; what is missing reads as None, what is more is dropped."""

    def read(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refuse(path, _("%(what)s could not be read. Please type it again.", what=label(path)))
        return {name: shape(value.get(name), f"{path}.{name}" if path else name) for name, shape in shapes.items()}

    return read


def many(shape: Shape, most: int, *, keyed: bool = True) -> Shape:
    """A list of at most so many objects, named by their key (each once) or by their place."""

    def read(value: Any, path: str) -> list[Any]:
        rows = [] if value is None else value
        if not isinstance(rows, list) or len(rows) > most:
            raise refuse(path, _("At most %(most)s entries, please.", most=most))
        names = [_key(row, path) if keyed else str(place) for place, row in enumerate(rows)]
        if len(set(names)) < len(names):
            raise refuse(path, _("Two entries have the same key. Please remove one of them."))
        return [shape(row, f"{path}.{name}") for name, row in zip(names, rows, strict=True)]

    return read


def _key(row: Any, path: str) -> str:
    return key(row.get("key") if isinstance(row, Mapping) else None, path)


def key(value: Any, path: str) -> str:
    """The key of a line or clause: Latin letters, digits, hyphens."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise refuse(path, _("An entry has no key. Please add it again."))
    return value


VND = whole(0, MOST_VND)
PARTY = record(
    ref=text(40),
    legal_name=text(200),
    legal_form=text(80),
    tax_code=text(20),
    address=text(300),
    province=record(code=text(10), name=text(80)),
    representative=text(120),
    title=text(120),
    phone=text(40),
    email=text(254),
    bank=maybe(record(name=text(120), number=text(40), holder=text(120))),
)
LINE = record(
    key=key,
    sku=maybe(text(40)),
    product=text(200),
    pack=text(120),
    unit=text(40),
    star=maybe(whole(1, 5)),
    certificate=maybe(record(number=text(80), valid_until=day)),
    quality=text(2000, lines=True),
    quantity=quantity,
    tolerance_percent=whole(0, 50),
    price_vnd=VND,
    vat_percent=whole(0, 20),
)
CLAUSE = record(
    key=key,
    title=text(200),
    text=text(8000, lines=True),
    source=text(10),
    version=maybe(whole(1, 100_000)),
)
TERMS = record(
    title=text(200),
    parties=record(seller=PARTY, buyer=PARTY),
    lines=many(LINE, MOST_LINES),
    price_rule=record(kind=choice, percent=whole(0, 90), note=text(1000, lines=True)),
    schedule=many(record(due_on=day, line=text(40), quantity=quantity), MOST_DAYS, keyed=False),
    delivery=record(
        place=text(300), terms=choice, freight_vnd=VND, loss_percent=whole(0, 50), packaging=text(2000, lines=True)
    ),
    payment=record(days=whole(0, 365), deposit_percent=whole(0, 100), late_interest_percent=rate(20)),
    penalty=record(percent=whole(0, 100)),
    term=record(valid_from=day, valid_to=day),
    law=record(settlement=choice, place=text(200), copies=whole(2, 20)),
    clauses=many(CLAUSE, MOST_CLAUSES),
    references=record(
        parent=maybe(text(32)),
        prior=maybe(text(32)),
        contract=maybe(text(32)),
        rationale=maybe(text(40)),
        amends_version=maybe(whole(1, 100_000)),
    ),
)
