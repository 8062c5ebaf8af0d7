"""Every province and every product set, as addresses name them and as pages call them; one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, literal, select, union_all

from marketplace.catalogue.models import ProductSet
from marketplace.core.database import db
from marketplace.places.models import Province


@dataclass(frozen=True, slots=True)
class Names:
    """Rows of (facet, id, value, name, name_en, successor_id or 0)."""

    provinces: list[Row[Any]]
    sets: list[Row[Any]]

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


def names() -> Names:
    """All of them, in one query."""
    unit = (Province.id, Province.slug, Province.name, Province.name, func.coalesce(Province.successor_id, 0))
    number = func.lower(ProductSet.number.cast(Province.slug.type))
    group = (ProductSet.id, number, ProductSet.name, ProductSet.name_en, literal(0))
    labels = ("id", "value", "name", "name_en", "successor_id")
    statements: list[Any] = [
        select(literal(facet).label("facet"), *(c.label(name) for c, name in zip(columns, labels, strict=True)))
        for facet, columns in {"province": unit, "set": group}.items()
    ]
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in db.session.execute(union_all(*statements)):
        found[row.facet].append(row)
    return Names(found["province"], found["set"])
