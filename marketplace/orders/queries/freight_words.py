"""A freight table in words and figures: a template to begin with, examples, what differs between two of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.orders.queries.freight import Distance, Freight
from marketplace.orders.states import Zone
from marketplace.places.models import Province
from marketplace.web.filters import vnd, weight

# where readers think of first when they think of a place far away
KNOWN = ("ha-noi", "ho-chi-minh", "da-nang", "hai-phong", "can-tho", "hue")
EXAMPLE_GRAMS = (500, 1_000, 5_000)


def sample() -> Freight:
    """Something sensible to begin with: what parcels of this weight cost at the usual carriers."""
    distances = {
        Zone.SAME_PROVINCE: Distance([[1_000, 20_000], [3_000, 26_000]], 1_000, 4_000, 1, 2),
        Zone.SAME_REGION: Distance([[1_000, 25_000], [3_000, 36_000]], 1_000, 6_000, 2, 3),
        Zone.ELSEWHERE: Distance([[1_000, 32_000], [3_000, 48_000]], 1_000, 8_000, 3, 5),
    }
    return Freight(None, 0, False, "", [], distances)


def figures_of(table: Freight | None) -> dict[str, Any] | None:
    """A table as plain figures, the same for the same table."""
    if table is None:
        return None
    names = ("extra_grams", "extra_vnd", "days_least", "days_most")
    return {
        **{name: getattr(table, name) for name in ("free_above_vnd", "least_order_vnd", "pick_up")},
        "note": len(table.pick_up_note),
        "not_served": sorted(table.not_served),
        "zones": {
            zone.value: {
                "steps": [[int(up_to), int(price)] for up_to, price in distance.steps],
                **{name: getattr(distance, name) for name in names},
            }
            for zone, distance in sorted(table.distances.items())
        },
    }


def mark_of(table: Freight | None) -> str:
    """A short mark that changes with anything in the table."""
    told = json.dumps([figures_of(table), table.pick_up_note if table else ""], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of the table, as it is saved and as it was typed."""

    label: str
    saved: str
    typed: str


def differences(saved: Freight | None, typed: Freight, names: dict[str, str]) -> list[Difference]:
    """What differs, part by part; `names` are those of the provinces by code."""
    before, after = _parts(saved, names), _parts(typed, names)
    return [Difference(label, before[label], after[label]) for label in after if before[label] != after[label]]


def _parts(table: Freight | None, names: dict[str, str]) -> dict[str, str]:
    told = {str(zone.label): _distance(table.distances.get(zone) if table else None) for zone in Zone}
    free, least = (table.free_above_vnd, table.least_order_vnd) if table else (None, 0)
    told[_("Free delivery from")] = vnd(free) if free else "–"
    told[_("Least order")] = vnd(least) if least else "–"
    fetch = table is not None and table.pick_up
    told[_("Pick-up")] = (table.pick_up_note or _("yes")) if table and fetch else "–"
    away = [names.get(code, code) for code in sorted(table.not_served)] if table else []
    told[_("Not delivered to")] = ", ".join(away) or "–"
    return told


def _distance(distance: Distance | None) -> str:
    if distance is None:
        return "–"
    steps = [_("up to %(weight)s %(sum)s", weight=weight(up_to), sum=vnd(price)) for up_to, price in distance.steps]
    more = _("each %(weight)s more %(sum)s", weight=weight(distance.extra_grams), sum=vnd(distance.extra_vnd))
    days = _("%(least)s–%(most)s days", least=distance.days_least, most=distance.days_most)
    return "; ".join([*steps, more, days])


@dataclass(frozen=True, slots=True)
class Example:
    """What parcels of some weights cost to one place: `prices` are (grams, đồng or None while something is missing)."""

    place: str
    prices: Sequence[tuple[int, int | None]]


def examples(distances: dict[Zone, Distance], home: Province, today: Sequence[Province]) -> dict[Zone, Example]:
    """A few parcels for each distance, to a place that everybody knows."""
    places = {zone: _place_of(zone, home, today) for zone in Zone}
    return {
        zone: Example(place.name, [(grams, _price(distances.get(zone), grams)) for grams in EXAMPLE_GRAMS])
        for zone, place in places.items()
        if place is not None
    }


def _price(distance: Distance | None, grams: int) -> int | None:
    if distance is None or not distance.steps or not distance.extra_grams:
        return None
    return distance.price(grams)


def _place_of(zone: Zone, home: Province, today: Sequence[Province]) -> Province | None:
    if zone is Zone.SAME_PROVINCE:
        return home
    near = zone is Zone.SAME_REGION
    fit = [one for one in today if one.id != home.id and (one.region == home.region) is near]
    return min(fit, key=lambda one: KNOWN.index(one.slug) if one.slug in KNOWN else len(KNOWN), default=None)
