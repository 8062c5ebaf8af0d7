"""Figures inside clauses: `[mức phạt]` is filled from the terms, `[… khu vực]` is a gap that people fill themselves.

So one figure stands in one place: whoever changes the penalty changes the clause that speaks of it.
"""

from __future__ import annotations

import re
from typing import Any

from marketplace.contracts.terms import sums
from marketplace.contracts.terms.naming import Terms, Unit, choice_label, unit
from marketplace.contracts.terms.spelling import spelled
from marketplace.contracts.terms.texts import figures
from marketplace.core.i18n import speaking

NAME = re.compile(r"\[([^\[\]…]{1,60})\]")
BLANK = re.compile(r"\[…\s*([^\[\]]{1,80})\]")
DEPOSIT = "sums.deposit"
IN_WORDS = "in_words"


def filled(text: str, terms: Terms) -> str:
    """A clause as people read it: the figures of the terms in place of their names, gaps left open."""
    return NAME.sub(lambda match: value_of(terms, match[1]) or match[0], text)


def names_in(text: str) -> list[str]:
    """The names of figures that a text uses."""
    known = figures()
    return [name for name in NAME.findall(text) if name in known]


def value_of(terms: Terms, name: str) -> str:
    """The figure behind a name, written in Vietnamese; empty where the name is not known or nothing is filled in."""
    path = figures().get(name)
    if path is None:
        return ""
    if path == DEPOSIT:
        return _vnd(sums.deposit(terms))
    if path == IN_WORDS:
        return spelled(int(terms["totals"]["total_vnd"]))
    return written(at(terms, path), path)


def at(terms: Terms, path: str) -> Any:
    """What stands at a path of plain objects; None where there is nothing."""
    found: Any = terms
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def written(value: Any, path: str) -> str:
    """A value in Vietnamese, as a contract writes it."""
    if value in (None, ""):
        return ""
    kind = unit(path)
    if kind is Unit.DAY:
        year, month, day = str(value).split("-")
        return f"{day}/{month}/{year}"
    if kind is Unit.CHOICE:
        with speaking("vi"):
            return choice_label(path, str(value))
    return _number(value, kind)


def _number(value: Any, kind: Unit) -> str:
    if kind is Unit.VND:
        return _vnd(int(value))
    if kind is Unit.PERCENT:
        return f"{str(value).replace('.', ',')}%"
    return f"{int(value):,}".replace(",", ".") if kind in (Unit.QUANTITY, Unit.DAYS, Unit.COUNT) else str(value)


def _vnd(amount: int) -> str:
    return f"{amount:,}".replace(",", ".") + " đồng"
