"""The country, and one province of today or of before July 2025."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.catalogue import queries as catalogue
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import locale
from marketplace.core.refusals import NotSeen
from marketplace.places import queries as places
from marketplace.places.models import Province
from marketplace.storefronts import bp, queries
from marketplace.storefronts.queries import Fact
from marketplace.storefronts.views import linked_data
from marketplace.storefronts.views.home import country
from marketplace.web.filters import day, number
from marketplace.web.kept import LISTS, kept, shows
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor

SHELF = 24
# labels that say already that a figure was only aimed at
SAID_IN_THE_LABEL = ("Mục tiêu", "Hạn", "Target", "Yearly target", "Deadline")


@bp.get("/provinces")
@kept
def provinces() -> ResponseReturnValue:
    """The map, the 34 units of today and what the others became."""
    shows(LISTS)
    today = places.all_today()
    merged = [one for one in places.all_old() if one.name != one.now.name]
    drawn = country(today, catalogue.counts_by_province())
    return render_template("storefronts/provinces.html", merged=merged, **drawn)


@bp.get("/provinces/<slug>")
@kept
def province(slug: str) -> ResponseReturnValue:
    """One unit: its names, its goods, what was reported there; a nickname leads to the unit's own address."""
    found = places.province_by_slug(slug[:60])
    if found is None:
        raise NotSeen
    if found.slug != slug:
        return redirect(url_for("storefronts.province", slug=found.slug), code=301)
    shows(LISTS)
    return render_template("storefronts/province.html", **_page(found))


def _page(found: Province) -> dict[str, Any]:
    counts = catalogue.counts_by_province() if found.is_today else catalogue.counts_by_origin()
    slugs = [found.slug, *(one.slug for one in found.predecessors)]
    trail = [
        (_("Provinces"), url_for("storefronts.provinces")),
        (found.name, url_for("storefronts.province", slug=found.slug)),
    ]
    return {
        "province": found,
        "heading": found.full_name if locale() == "vi" else found.name_en,
        "sentence": sentence(found),
        "total": counts.get(found.slug, 0),
        "goods": catalogue.cards_of_province(found, limit=SHELF),
        "relatives": _relatives(found),
        "facts": _groups(queries.facts_of(slugs)),
        "trail": linked_data.breadcrumbs(trail),
        "province_panels": panels(Slot.PROVINCE, actor(), [found.slug])[found.slug],
    }


def sentence(found: Province) -> str:
    """What became of the unit, or what it was made of."""
    if not found.is_today:
        same = found.name == found.now.name
        what = _("%(name)s as it was until 30 June 2025; since 1 July 2025 part of today's %(now)s.")
        gone = _("%(name)s, since 1 July 2025 part of %(now)s. Its goods keep the name of where they come from.")
        return (what if same else gone) % {"name": found.name, "now": found.now.name}
    others = [one.name for one in found.predecessors if one.name != found.name]
    if not others:
        return _("OCOP goods from %(name)s, straight from those who make them.", name=found.name)
    joined = ", ".join(others)
    return _("OCOP goods from %(name)s; since 1 July 2025 with %(others)s.", name=found.name, others=joined)


def _relatives(found: Province) -> list[dict[str, str]]:
    """Units that went into this one, or the one it went into with the others."""
    if found.is_today and len(found.predecessors) == 1:
        return []
    units = [found.now, *found.now.predecessors]
    return [_relative(one, one.id == found.id) for one in units]


def _relative(unit: Province, selected: bool) -> dict[str, Any]:
    same_name = not unit.is_today and unit.name == unit.now.name
    label = _("%(name)s (until June 2025)", name=unit.name) if same_name else unit.name
    today = _("%(name)s (today)", name=unit.name)
    return {
        "label": today if unit.is_today else label,
        "url": url_for("storefronts.province", slug=unit.slug),
        "selected": selected,
    }


def _groups(facts: list[Fact]) -> list[dict[str, Any]]:
    """The figures under the article that they were read in."""
    return [
        {"source": source, "year": year, "rows": [_row(fact) for fact in rows]}
        for (source, year), rows in groupby(facts, key=lambda fact: (fact.source, fact.source_year))
    ]


def _row(fact: Fact) -> dict[str, Any]:
    english = locale() == "en"
    label = fact.label_en if english else fact.label_vi
    return {
        "label": label,
        "figure": figure(fact),
        "unit": fact.unit_en if english else fact.unit_vi,
        "year": fact.year,
        "goal": fact.is_goal and not label.startswith(SAID_IN_THE_LABEL),
    }


def figure(fact: Fact) -> str:
    """A fact's value as people read it."""
    if isinstance(fact.value, date):
        return day(fact.value)
    if isinstance(fact.value, tuple):
        return f"{number(fact.value[0])}–{number(fact.value[1])}"
    words = {">=": _("at least %(value)s"), ">": _("over %(value)s"), "~": _("about %(value)s")}
    return words.get(fact.op, "%(value)s") % {"value": number(fact.value)}
