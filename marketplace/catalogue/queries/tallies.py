"""Counts of visible products by one value, alone or among those with another one, from the table kept beside them.

The table is always right: what its triggers noted and nobody has added up yet is added while reading, and a star whose
certificate has ended since is taken off.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, false, func, literal, null, or_, select, union_all

from marketplace.catalogue.models import ALL_MONTHS, ListingChange, ListingCount, Product
from marketplace.catalogue.queries.filters import TODAY, visible
from marketplace.core import clock
from marketplace.core.database import db

Tally = defaultdict[str, Counter[int]]
Given = tuple[str, int]

EVERYTHING: Given = ("", 0)
# a season of the whole year is one value; others are one for each of their months
WHOLE_YEAR = 0
MOST_STATEMENTS = 64
CELL = ("origin_id", "set_id", "star", "in_stock", "has_wholesale", "season_months")


def months_now() -> tuple[int, int]:
    """The values of the season that are in season today."""
    return WHOLE_YEAR, clock.today().month


def values_of(cell: Any) -> list[Given]:
    """The values that products of one kind are counted under."""
    switches = (("in_stock", cell.in_stock), ("wholesale", cell.has_wholesale))
    return [
        ("province", cell.origin_id),
        ("set", cell.set_id),
        *([("star", cell.star)] if cell.star else []),
        *((name, 1) for name, is_on in switches if is_on),
        *(("season", value) for value in _seasons(cell.season_months)),
    ]


def _seasons(months: int) -> list[int]:
    if months == ALL_MONTHS:
        return [WHOLE_YEAR]
    return [month for month in range(1, 13) if months >> (month - 1) & 1]


def projected(cell: Any, among: Container[Given] | None = None) -> Iterator[tuple[str, int, str, int]]:
    """Rows of the table that count products of this kind, all or those of some givens: (given, its value, facet, …)."""
    values = values_of(cell)
    for given in (EVERYTHING, *values):
        if among is None or given in among:
            yield (*given, "total", 1)
            yield from ((*given, *other) for other in values if other[0] != given[0])


def tallies(asked: Mapping[str, Sequence[Given]]) -> dict[str, Tally]:
    """Counts among the products that have one of the given values (of one facet), by the name of the question.

    One query; no question is dearer in a large market than in a small one.
    """
    wanted = defaultdict(list)
    for name, givens in asked.items():
        for given in givens:
            wanted[given].append(name)
    found: dict[str, Tally] = {name: defaultdict(Counter) for name in asked}
    for row in db.session.execute(_statement(tuple(sorted(wanted)))):
        given, given_value, facet, value, *_cell, number = row
        if given is not None:
            for name in wanted[given, given_value]:
                found[name][facet][value] += number
        else:
            for one, one_value, facet, value in projected(row, wanted):
                for name in wanted[one, one_value]:
                    found[name][facet][value] += number
    return found


@lru_cache(maxsize=MOST_STATEMENTS)
def _statement(wanted: Iterable[Given]) -> Any:
    """The sums, what was noted since, and the stars that ended since, as of one moment."""
    by_facet = defaultdict(list)
    for facet, value in wanted:
        by_facet[facet].append(value)
    here = (and_(ListingCount.given == facet, ListingCount.given_value.in_(v)) for facet, v in by_facet.items())
    columns = (ListingCount.given, ListingCount.given_value, ListingCount.facet, ListingCount.value)
    blank = (null().label(name) for name in CELL)
    sums = select(*columns, *blank, ListingCount.number).where(or_(false(), *here), ListingCount.number != 0)
    noted = [getattr(ListingChange, name) for name in CELL]
    changes = _cells(noted, func.sum(ListingChange.number)).group_by(*noted)
    return union_all(sums, changes, *_ended())


def _ended() -> Iterator[Any]:
    """Products that were counted with a star that may no longer be shown: once less with it, once more without."""
    for star, sign in ((Product.star, -1), (literal(0), 1)):
        values = [star if name == "star" else getattr(Product, name) for name in CELL]
        ended = _cells(values, sign * func.count()).where(Product.star_until < TODAY, visible())
        ended = ended.where(Product.star.is_not(None))
        yield ended.group_by(*(getattr(Product, name) for name in CELL))


def _cells(values: Sequence[Any], number: Any) -> Any:
    names = ("given", "given_value", "facet", "value")
    blank = (null().label(name) for name in names)
    return select(*blank, *(one.label(name) for one, name in zip(values, CELL, strict=True)), number.label("number"))
