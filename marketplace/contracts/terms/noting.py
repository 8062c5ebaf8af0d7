"""Why something was changed: a note at each line or clause that differs, sent along with a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.contracts.terms.differing import Changes
from marketplace.core.text import clean

MOST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Notable:
    """One line, figure or clause that differs: the field of its note, and what it is called."""

    field: str
    called: str


def notable(found: Changes) -> list[Notable]:
    """What may have a note of its own, in the order of the page; sums that follow from others have none."""
    named: dict[str, str] = {}
    fields = [(one.path, one.label) for one in found.numbers] + [(one.path, one.label) for one in found.others]
    for path, label in fields:
        first, _dot, rest = path.partition(".")
        if first == "lines":
            named.setdefault(f"lines.{rest.partition('.')[0]}", label.rpartition(": ")[0] or label)
        elif first != "totals":
            named.setdefault(path, label)
    named |= {f"clauses.{one.key}": one.title for one in found.clauses}
    return [Notable(f"note.{path}", called) for path, called in named.items()]


def with_notes(comment: str, found: Changes, typed: Mapping[str, str]) -> str:
    """The word to the other side and, each in a row of its own, the notes at what differs."""
    notes = ((one, clean(typed.get(one.field, ""))[:MOST_NOTE]) for one in notable(found))
    return "\n".join(row for row in (comment, *(f"• {one.called}: {note}" for one, note in notes if note)) if row)
