"""Every province and every product set, as addresses name them and as pages call them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, literal, select, union_all

from marketplace.catalogue.models import ProductSet
from marketplace.core.database import db
from marketplace.core.reference import kept_rows, watch
from marketplace.places.models import Province


class Named(NamedTuple):
    """One unit or set; `value` is what addresses call it, `successor_id` is 0 where there is none."""

    id: int
    value: str
    name: str
    name_en: str
    successor_id: int


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """All of them by what they are."""

    provinces: list[Named]
    sets: list[Named]

    def units(self, slugs: Iterable[str]) -> list[int]:
        """The ids of these units and of those that went into them."""
        named = {unit.id for unit in self.provinces if unit.value in set(slugs)}
        return [unit.id for unit in self.provinces if unit.id in named or unit.successor_id in named]

    def one_of_today(self, slugs: Iterable[str]) -> int | None:
        """The id where exactly one unit is named, and it is one of today."""
        named = [unit for unit in self.provinces if unit.value in set(slugs)]
        return named[0].id if len(named) == 1 and not named[0].successor_id else None

    def set_ids(self, numbers: Iterable[int]) -> list[int]:
        """The ids of the sets with these numbers."""
        return [group.id for group in self.sets if int(group.value) in set(numbers)]


watch(ProductSet)


def names() -> Names:
    """All of them, read in one query and kept for a while."""
    return kept_rows("names", _read)


def _read() -> Names:
    unit = (Province.id, Province.slug, Province.name, Province.name, func.coalesce(Province.successor_id, 0))
    number = func.lower(ProductSet.number.cast(Province.slug.type))
    group = (ProductSet.id, number, ProductSet.name, ProductSet.name_en, literal(0))
    labels = ("id", "value", "name", "name_en", "successor_id")
    statements: list[Any] = [
        select(literal(facet).label("facet"), *(c.label(name) for c, name in zip(columns, labels, strict=True)))
        for facet, columns in {"province": unit, "set": group}.items()
    ]
    found: defaultdict[str, list[Named]] = defaultdict(list)
    for facet, *columns in db.session.execute(union_all(*statements)):
        found[facet].append(Named(*columns))
    return Names(found["province"], found["set"])
