"""What the press wrote about the programme in four provinces: figures with their year and source."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

FACTS = Path(__file__).resolve().parent.parent / "data" / "facts.json"


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure: `value` is a number, a pair of numbers or a day; `op` says whether it is a floor or about so much."""

    place: str
    label_vi: str
    label_en: str
    value: int | tuple[int, int] | date
    op: str
    unit_vi: str
    unit_en: str
    year: str
    kind: str
    source: str
    source_year: int

    @property
    def is_goal(self) -> bool:
        """Something aimed at, not something reached."""
        return self.kind != "actual"


def facts_of(slugs: Iterable[str]) -> list[Fact]:
    """The facts of these units, in their order."""
    wanted = set(slugs)
    return [fact for fact in _facts() if fact.place in wanted]


@lru_cache
def _facts() -> tuple[Fact, ...]:
    rows = json.loads(FACTS.read_text(encoding="utf-8"))["facts"]
    return tuple(_fact(row) for row in sorted(rows, key=lambda row: int(row["order"])))


def _fact(row: dict[str, Any]) -> Fact:
    source = row["source"]
    same = ("place", "label_vi", "label_en", "op", "unit_vi", "unit_en", "year", "kind")
    return Fact(
        **{name: row[name] or "" for name in same},
        value=_value(row),
        source=source["title"],
        source_year=source["year"],
    )


def _value(row: dict[str, Any]) -> int | tuple[int, int] | date:
    value = row["value"]
    if row["value_type"] == "date":
        return date.fromisoformat(value)
    return (value[0], value[1]) if row["value_type"] == "range" else int(value)
