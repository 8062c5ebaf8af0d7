"""What has changed between two versions of terms: numbers in a table, clauses word by word, the rest as texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from marketplace.contracts.terms.filling import filled
from marketplace.contracts.terms.naming import NUMBERS, Terms, Unit, label, unit
from marketplace.contracts.terms.patching import patch, patched
from marketplace.contracts.terms.redlining import Segments, marked, words_redline
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled

__all__ = [
    "Changes",
    "ClauseChange",
    "How",
    "Number",
    "Other",
    "changes",
    "marked",
    "patch",
    "patched",
    "words_redline",
]

# the order of the page
PAGE = (
    "title",
    "parties",
    "lines",
    "totals",
    "delivery",
    "schedule",
    "price_rule",
    "payment",
    "penalty",
    "term",
    "law",
)
FIGURES = (
    "quantity",
    "tolerance_percent",
    "price_vnd",
    "vat_percent",
    "amount_vnd",
    "goods_vnd",
    "vat_vnd",
    "total_vnd",
)
# the keys of lines are shown by their goods, the sums of lines and of the whole by the server
UNSHOWN = ("schema", "kind", "paper", "key", "source", "version")


class How(Labelled):
    """What happened to a clause or a line."""

    ADDED = "added", _l("added")
    REMOVED = "removed", _l("removed")
    CHANGED = "changed", _l("changed")
    MOVED = "moved", _l("moved")


class Number(NamedTuple):
    """A number that is another one now; None where it was not there. `percent` is None where it cannot be said."""

    path: str
    label: str
    old: int | str | None
    new: int | str | None
    percent: Decimal | None

    @property
    def unit(self) -> Unit:
        """In what it counts."""
        return unit(self.path)


class Other(NamedTuple):
    """A text, a day or a choice that is another one now; None where it was not there."""

    path: str
    label: str
    old: str | None
    new: str | None

    @property
    def unit(self) -> Unit:
        """How it is written."""
        return unit(self.path)


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause that came, went, moved or says something else; the redline is of the text with its figures filled in."""

    key: str
    title: str
    how: How
    redline: Segments
    old_title: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything between two versions; false where there is nothing."""

    numbers: list[Number] = field(default_factory=list)
    clauses: list[ClauseChange] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.numbers or self.clauses or self.others)


def changes(old: Terms, new: Terms) -> Changes:
    """The numbers, clauses and other fields that differ, each in the order of the page."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    order = list(dict.fromkeys([*after, *before]))
    found = Changes(clauses=_clauses(old, new))
    for path in order:
        if before.get(path) != after.get(path):
            named = label(path, new if path in after else old)
            _put(found, path, named, before.get(path), after.get(path))
    found.numbers.sort(key=lambda one: _place(one.path))
    found.others.sort(key=lambda one: _place(one.path))
    return found


def _place(path: str) -> tuple[int, int, str, int]:
    """Where a field stands on the page; stored terms have their names in the order of the alphabet."""
    first, _dot, rest = path.partition(".")
    line, _dot, name = rest.rpartition(".")
    section = PAGE.index(first) if first in PAGE else len(PAGE)
    return section, len(line), line, FIGURES.index(name) if name in FIGURES else -1


def _put(found: Changes, path: str, named: str, old: Any, new: Any) -> None:
    if unit(path) in NUMBERS:
        found.numbers.append(Number(path, named, old, new, _percent(old, new)))
    elif (old or "") != (new or ""):
        found.others.append(Other(path, named, _said(old), _said(new)))


def _said(value: Any) -> str | None:
    return None if value is None else str(value)


def _percent(old: Any, new: Any) -> Decimal | None:
    """By how many per cent a number grew (or shrank), to one decimal; not from nothing."""
    if old is None or new is None or not Decimal(str(old)):
        return None
    grown = (Decimal(str(new)) - Decimal(str(old))) * 100 / Decimal(str(old))
    return grown.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _leaves(terms: Terms) -> Iterator[tuple[str, Any]]:
    """Every field but the clauses, with its path; lines by their key."""
    for name, value in terms.items():
        if name not in (*UNSHOWN, "clauses"):
            yield from _below(name, value)


def _below(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name not in UNSHOWN:
                yield from _below(f"{path}.{name}", one)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            key = one.get("key", str(place)) if isinstance(one, Mapping) else str(place)
            yield from _below(f"{path}.{key}", one)
    else:
        yield path, value


def _clauses(old: Terms, new: Terms) -> list[ClauseChange]:
    before = {one["key"]: one for one in old["clauses"]}
    after = {one["key"]: one for one in new["clauses"]}
    moved = _moved([key for key in before if key in after], [key for key in after if key in before])
    found = [_change(key, before.get(key), one, old, new, key in moved) for key, one in after.items()]
    gone = [
        ClauseChange(key, one["title"], How.REMOVED, [("delete", filled(one["text"], old))])
        for key, one in before.items()
        if key not in after
    ]
    return [*(one for one in found if one is not None), *gone]


def _change(
    key: str, was: Mapping[str, Any] | None, now: Mapping[str, Any], old: Terms, new: Terms, moved: bool
) -> ClauseChange | None:
    if was is None:
        return ClauseChange(key, now["title"], How.ADDED, [("insert", filled(now["text"], new))])
    if was["text"] != now["text"]:
        redline = words_redline(filled(was["text"], old), filled(now["text"], new))
        return ClauseChange(key, now["title"], How.CHANGED, redline, was["title"])
    if was["title"] != now["title"]:
        return ClauseChange(key, now["title"], How.CHANGED, words_redline(was["title"], now["title"]), was["title"])
    return ClauseChange(key, now["title"], How.MOVED, []) if moved else None


def _moved(before: list[str], after: list[str]) -> set[str]:
    """The fewest clauses whose move explains the new order: those outside of the longest run kept in order."""
    places = {key: place for place, key in enumerate(before)}
    longest: list[list[str]] = []
    for key in after:
        runs = [run for run in longest if places[run[-1]] < places[key]]
        longest.append([*_longest(runs), key])
    kept = set(_longest(longest))
    return {key for key in after if key not in kept}


def _longest(runs: list[list[str]]) -> list[str]:
    return max(runs, key=len) if runs else []
