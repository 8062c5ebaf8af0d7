"""Facets: how many products each choice would show, from the table of counts or counted up to a limit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all

from marketplace.catalogue.models import Product
from marketplace.catalogue.queries.filters import STARS, Filters, conditions, in_season, star_now
from marketplace.catalogue.queries.groups import groups
from marketplace.catalogue.queries.names import Named, Names
from marketplace.catalogue.queries.tallies import EVERYTHING, Given, Tally, months_now, tallies
from marketplace.core.database import db
from marketplace.core.i18n import locale

# what the table does not know is counted no further than this
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: how many products choosing it (alone in its facet) would show, None where unknown."""

    value: str
    label: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facets:
    """The facets of a list; values that would show nothing are left out unless chosen.

    `former` are the units that went into one of today's, by its slug, where there were several.
    """

    provinces: list[Choice]
    former: dict[str, list[Choice]]
    groups: list[Choice]
    sets: list[Choice]
    stars: list[Choice]
    in_stock: int | None
    wholesale: int | None
    in_season: int | None


@dataclass(slots=True)
class Counts:
    """Numbers of products by facet and value; a value is an id, a star, a month, or 1 for a switch.

    Facets in `unknown` have more than were counted: their numbers only say which values come first.
    """

    total: int = 0
    total_is_least: bool = False
    by_facet: Tally = field(default_factory=lambda: defaultdict(Counter))
    unknown: set[str] = field(default_factory=set)


ALL, PAIR = "", "pair"
VALUES = ("province", "set", "star")
SWITCHES = ("in_stock", "wholesale", "season")


@dataclass(frozen=True, slots=True)
class Question:
    """One list that is counted: under which facets' conditions, and for which facets its numbers are."""

    under: frozenset[str]
    counts: tuple[str, ...]


def counted(filters: Filters, base: Select[Any], names: Names, *, is_search: bool) -> Counts:
    """Every number of the page, in at most two queries; a facet that has a choice is counted without it."""
    asked = conditions(filters, names)
    if asked.keys() - {"price_min", "price_max"}:
        asked = conditions(filters, names, by_price=False)
    chosen = _chosen(filters, names)
    own = {facet: Question(frozenset(asked) - {facet}, (facet,)) for facet in VALUES if facet in asked}
    rest = tuple(facet for facet in (*VALUES, *SWITCHES) if facet not in own)
    questions = {ALL: Question(frozenset(asked), ("total", *rest)), **own}
    kept = {} if is_search else _kept(questions, chosen)
    if not is_search and (pair := _pair(frozenset(asked), chosen)):
        kept[PAIR] = pair
    told = tallies(kept) if kept else {}
    counts = Counts()
    for name in told.keys() & questions.keys():
        _take(counts, questions[name], told[name], chosen)
    open_questions = {name: question for name, question in questions.items() if name not in told}
    if open_questions:
        _count(counts, open_questions, base, asked, filters)
    if PAIR in told:
        counts.total, counts.total_is_least = _total_of_pair(told[PAIR], kept[PAIR], chosen), False
    return counts


# --- from the table --------------------------------------------------------------------------------------------------


def _chosen(filters: Filters, names: Names) -> dict[str, list[Given]]:
    """The values that are asked for, by facet, as the table names them."""
    values: dict[str, Sequence[int]] = {
        "province": names.units(filters.provinces) if filters.provinces else (),
        "set": names.set_ids(filters.all_sets),
        "star": tuple(dict.fromkeys(filters.stars)),
        "in_stock": (1,) if filters.in_stock else (),
        "wholesale": (1,) if filters.wholesale else (),
        "season": months_now() if filters.in_season else (),
    }
    return {facet: [(facet, value) for value in found] for facet, found in values.items()}


def _kept(questions: Mapping[str, Question], chosen: Mapping[str, list[Given]]) -> dict[str, Sequence[Given]]:
    """The questions that the table answers: those under no condition, or under those of one facet."""
    return {
        name: chosen[next(iter(question.under))] if question.under else [EVERYTHING]
        for name, question in questions.items()
        if len(question.under) < 2 and question.under <= chosen.keys()
    }


def _pair(under: Collection[str], chosen: Mapping[str, list[Given]]) -> list[Given] | None:
    """Where two facets are asked for the table knows the total: the values of the one among those of the other."""
    return chosen[min(under)] if len(under) == 2 and under <= chosen.keys() else None  # type: ignore[operator]


def _total_of_pair(tally: Tally, given: Sequence[Given], chosen: Mapping[str, list[Given]]) -> int:
    known = {facet for facet, _value in given}
    return sum(tally[facet][value] for facet, values in chosen.items() if facet not in known for _, value in values)


def _take(counts: Counts, question: Question, tally: Tally, chosen: Mapping[str, list[Given]]) -> None:
    total = tally["total"][1]
    for facet in question.counts:
        if facet == "total":
            counts.total = total
        elif facet in question.under:
            counts.by_facet[facet][1] = total
        elif facet == "season":
            counts.by_facet[facet][1] = sum(tally[facet][month] for month in months_now())
        else:
            counts.by_facet[facet] = tally[facet]


# --- counted ---------------------------------------------------------------------------------------------------------


def _count(
    counts: Counts,
    questions: Mapping[str, Question],
    base: Select[Any],
    asked: Mapping[str, ColumnElement[bool]],
    filters: Filters,
) -> None:
    """Count what no table tells, up to a limit that grows with the page that is asked for."""
    most = max(MOST_COUNTED, (filters.page + 2) * filters.per_page)
    wanted = {name: [asked[facet] for facet in asked if facet in one.under] for name, one in questions.items()}
    statements = [_cells(name, base, met, most + 1) for name, met in wanted.items()]
    seen: Counter[str] = Counter()
    for cell in db.session.execute(union_all(*statements)):
        seen[cell.question] += cell.number
        for facet in questions[cell.question].counts:
            if facet != "total":
                counts.by_facet[facet][getattr(cell, facet)] += cell.number
    for name, question in questions.items():
        if seen[name] > most:
            counts.unknown.update(question.counts)
    if ALL in questions:
        counts.total, counts.total_is_least = min(seen[ALL], most), seen[ALL] > most


def _cells(question: str, base: Select[Any], wanted: Sequence[ColumnElement[bool]], most: int) -> Select[Any]:
    """How many products share all their values: far fewer rows than products, read in one pass over them."""
    switches = {
        "in_stock": Product.in_stock.is_(True),
        "wholesale": Product.has_wholesale.is_(True),
        "season": in_season(),
    }
    columns: dict[str, Any] = {
        "province": Product.origin_id,
        "set": Product.set_id,
        "star": func.coalesce(star_now(), 0),
    }
    columns |= {name: case((condition, 1), else_=0) for name, condition in switches.items()}
    found = base.where(*wanted).with_only_columns(*(column.label(name) for name, column in columns.items()))
    cut = found.limit(most).subquery()
    shown = (literal(question).label("question"), *cut.c, func.count().label("number"))
    return select(*shown).group_by(*cut.c)


# --- as a page shows them --------------------------------------------------------------------------------------------


def facets_of(counts: Counts, filters: Filters, names: Names) -> Facets:
    """The counts with their names; where they are not known every name is offered, without a number."""
    numbers, unknown = counts.by_facet, counts.unknown
    switches = {name: None if name in unknown else numbers[name][1] for name in SWITCHES}
    return Facets(
        provinces=_provinces(names.provinces, numbers["province"], filters.provinces, "province" in unknown),
        former=_former(names.provinces, numbers["province"], filters.provinces, "province" in unknown),
        groups=_groups(names.sets, numbers["set"], filters.groups, "set" in unknown),
        sets=_sets(names.sets, numbers["set"], filters.sets, "set" in unknown),
        stars=_stars(numbers["star"], filters.stars, "star" in unknown),
        in_stock=switches["in_stock"],
        wholesale=switches["wholesale"],
        in_season=switches["season"],
    )


def _provinces(
    units: Iterable[Named], numbers: Counter[int], chosen: tuple[str, ...], is_unknown: bool
) -> list[Choice]:
    """Today's units with what comes from their predecessors, most goods first; an old unit only where it is chosen."""
    units = list(units)
    whole: Counter[int] = Counter()
    for unit in units:
        for one in {unit.id, unit.successor_id or unit.id}:
            whole[one] += numbers[unit.id]
    offered = [unit for unit in units if unit.value in chosen or not unit.successor_id]
    shown = [unit for unit in offered if unit.value in chosen or whole[unit.id] or is_unknown]
    ordered = sorted(shown, key=lambda unit: (-whole[unit.id], unit.value))
    return _known([(unit.value, unit.name, whole[unit.id], unit.value in chosen) for unit in ordered], is_unknown)


def _former(
    units: Iterable[Named], numbers: Counter[int], chosen: tuple[str, ...], is_unknown: bool
) -> dict[str, list[Choice]]:
    """What comes from each of the units that went into one of today's, by the slug of that one."""
    slugs = {unit.id: unit.value for unit in units}
    older: defaultdict[str, list[Named]] = defaultdict(list)
    for unit in units:
        if unit.successor_id:
            older[slugs[unit.successor_id]].append(unit)
    return {
        slug: _known([(u.value, u.name, numbers[u.id], u.value in chosen) for u in merged], is_unknown)
        for slug, merged in older.items()
        if len(merged) > 1
    }


def _sets(sets: Iterable[Named], numbers: Counter[int], chosen: tuple[int, ...], is_unknown: bool) -> list[Choice]:
    ordered = sorted(sets, key=lambda group: int(group.value))
    shown = [group for group in ordered if numbers[group.id] or int(group.value) in chosen or is_unknown]
    return _known([(g.value, _label(g), numbers[g.id], int(g.value) in chosen) for g in shown], is_unknown)


def _groups(sets: Iterable[Named], numbers: Counter[int], chosen: tuple[str, ...], is_unknown: bool) -> list[Choice]:
    """The groups in the programme's order with what all their sets have."""
    ids = {int(one.value): one.id for one in sets}
    whole = {group.slug: sum(numbers[ids[number]] for number in group.sets if number in ids) for group in groups()}
    shown = [group for group in groups() if whole[group.slug] or group.slug in chosen or is_unknown]
    return _known([(one.slug, one.label, whole[one.slug], one.slug in chosen) for one in shown], is_unknown)


def _label(group: Named) -> str:
    return str(group.name_en if locale() == "en" and group.name_en else group.name)


def _stars(numbers: Counter[int], chosen: tuple[int, ...], is_unknown: bool) -> list[Choice]:
    shown = [star for star in STARS if numbers[star] or star in chosen or is_unknown]
    return _known([(str(star), "★" * star, numbers[star], star in chosen) for star in shown], is_unknown)


def _known(choices: Iterable[tuple[str, str, int, bool]], is_unknown: bool) -> list[Choice]:
    found = [Choice(*choice) for choice in choices]
    return [replace(choice, count=None) for choice in found] if is_unknown else found
