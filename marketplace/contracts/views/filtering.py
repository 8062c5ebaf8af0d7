"""The filters that the demand board and the harvest calendar share: product sets and provinces, with counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from marketplace.catalogue.models import ProductSet
from marketplace.contracts.queries.board import Choice
from marketplace.places import queries as places
from marketplace.places.queries import Unit
from marketplace.web.requests import query_texts
from marketplace.web.templating import words_of

MOST_SETS = 26


def asked_sets() -> list[int]:
    """The numbers of the sets that the address asks for."""
    known = {str(number) for number in range(1, MOST_SETS + 1)}
    return [int(one) for one in query_texts("set") if one in known]


def asked_places() -> list[Unit]:
    """The provinces of today that the address asks for; old names lead to their successors."""
    today = {one.id: one for one in places.units_today()}
    named = (places.province_by_slug(slug, today=True) for slug in query_texts("province", most=40))
    found = dict.fromkeys(today[one.id] for one in named if one is not None and one.id in today)
    return list(found)


def sets_with(counts: Mapping[int, int], sets: Iterable[ProductSet], chosen: Sequence[int]) -> list[Choice]:
    """Sets that somebody names, and those that are asked for."""
    shown = (one for one in sets if counts.get(one.number) or one.number in chosen)
    return [Choice(str(one.number), str(words_of(one, "name")), counts.get(one.number, 0)) for one in shown]


def places_with(counts: Mapping[int, int], chosen: Sequence[Unit]) -> list[Choice]:
    """Provinces that somebody names, and those that are asked for."""
    shown = (one for one in places.units_today() if counts.get(one.id) or one in chosen)
    return [Choice(one.slug, one.name, counts.get(one.id, 0)) for one in shown]
