"""Facets: how many products each choice would show, counted in one statement and named in another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select, union_all

from marketplace.catalogue.models import Product, ProductSet
from marketplace.catalogue.queries.filters import STARS, Filters, conditions, star_now
from marketplace.core.database import db
from marketplace.core.i18n import locale
from marketplace.places.models import Province


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: how many products choosing it (alone in its facet) would show."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facets:
    """The facets of a list; values that would show nothing are left out unless chosen."""

    provinces: list[Choice]
    sets: list[Choice]
    stars: list[Choice]
    in_stock: int
    wholesale: int
    in_season: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of products by facet and value; a value is an id or a star, or 1 for a switch."""

    by_facet: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def total(self) -> int:
        """Products that meet every condition."""
        return self.by_facet["total"][1]


ALL = ""
VALUES = ("province", "set", "star")
SWITCHES = ("total", "in_stock", "wholesale", "season")


def counted(filters: Filters, base: Select[Any]) -> Counts:
    """Every number of the page in one query; a facet that has a choice is counted once more without it."""
    asked = conditions(filters)
    chosen = [facet for facet in VALUES if facet in asked]
    statements = [_cells(facet, base, [asked[name] for name in asked if name != facet]) for facet in (ALL, *chosen)]
    counts = Counts()
    for cell in db.session.execute(union_all(*statements)):
        counted_here = (
            [name for name in (*VALUES, *SWITCHES) if name not in chosen] if cell.facet == ALL else [cell.facet]
        )
        for name in counted_here:
            counts.by_facet[name][getattr(cell, name)] += cell.number
    return counts


def _cells(facet: str, base: Select[Any], wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """How many products share all their values: far fewer rows than products, read in one pass over them."""
    switches = conditions(Filters(in_stock=True, wholesale=True, in_season=True))
    columns: dict[str, Any] = {
        "province": Product.origin_id,
        "set": Product.set_id,
        "star": func.coalesce(star_now(), 0),
    }
    columns |= {name: case((condition, 1), else_=0) for name, condition in switches.items()}
    found = base.where(*wanted).with_only_columns(*(column.label(name) for name, column in columns.items())).subquery()
    shown = (literal(facet).label("facet"), literal(1).label("total"), *found.c, func.count().label("number"))
    return select(*shown).group_by(*found.c)


def facets_of(counts: Counts, filters: Filters) -> Facets:
    """The counts with their names, as a page shows them."""
    names = _names()
    numbers = counts.by_facet
    return Facets(
        provinces=_provinces(names["province"], numbers["province"], filters.provinces),
        sets=_sets(names["set"], numbers["set"], filters.sets),
        stars=_stars(numbers["star"], filters.stars),
        in_stock=numbers["in_stock"][1],
        wholesale=numbers["wholesale"][1],
        in_season=numbers["season"][1],
    )


def _names() -> dict[str, list[Row[Any]]]:
    """Every province and every set in one query: (facet, id, value, name, name_en, successor or 0)."""
    unit = (Province.id, Province.slug, Province.name, Province.name, func.coalesce(Province.successor_id, 0))
    number = func.lower(ProductSet.number.cast(Province.slug.type))
    group = (ProductSet.id, number, ProductSet.name, ProductSet.name_en, literal(0))
    facets = {"province": unit, "set": group}
    labels = ("id", "value", "name", "name_en", "successor_id")
    statements: list[Any] = [
        select(literal(facet).label("facet"), *(c.label(name) for c, name in zip(columns, labels, strict=True)))
        for facet, columns in facets.items()
    ]
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in db.session.execute(union_all(*statements)):
        found[row.facet].append(row)
    return found


def _provinces(units: Iterable[Row[Any]], numbers: Counter[int], chosen: tuple[str, ...]) -> list[Choice]:
    """Today's units with what comes from their predecessors, most goods first; an old unit only where it is chosen."""
    units = list(units)
    whole: Counter[int] = Counter()
    for unit in units:
        for one in {unit.id, unit.successor_id or unit.id}:
            whole[one] += numbers[unit.id]
    shown = [unit for unit in units if unit.value in chosen or (whole[unit.id] and not unit.successor_id)]
    choices = [Choice(unit.value, unit.name, whole[unit.id], unit.value in chosen) for unit in shown]
    return sorted(choices, key=lambda choice: (-choice.count, choice.value))


def _sets(groups: Iterable[Row[Any]], numbers: Counter[int], chosen: tuple[int, ...]) -> list[Choice]:
    shown = [group for group in groups if numbers[group.id] or int(group.value) in chosen]
    choices = [Choice(g.value, _label(g), numbers[g.id], int(g.value) in chosen) for g in shown]
    return sorted(choices, key=lambda choice: int(choice.value))


def _label(group: Row[Any]) -> str:
    return str(group.name_en if locale() == "en" and group.name_en else group.name)


def _stars(numbers: Counter[int], chosen: tuple[int, ...]) -> list[Choice]:
    shown = [star for star in STARS if numbers[star] or star in chosen]
    return [Choice(str(star), "★" * star, numbers[star], star in chosen) for star in shown]
