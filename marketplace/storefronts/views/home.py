"""The first page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.queries import Card
from marketplace.core import clock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.i18n import ngettext
from marketplace.places import queries as places
from marketplace.places.models import Province
from marketplace.storefronts import bp, queries
from marketplace.storefronts.views import linked_data
from marketplace.web.kept import LISTS, kept, shows
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor
from marketplace.web.templating import words_of

# cards side by side on a wide screen
ROW = 6
EXAMPLES = ("bánh đậu xanh", "gao quang tri", "mật ong 4 sao", "mien dong cao bang", "hải dương")
MONTHS = (
    _l("January"), _l("February"), _l("March"), _l("April"), _l("May"), _l("June"), _l("July"), _l("August"),
    _l("September"), _l("October"), _l("November"), _l("December"),
)  # fmt: skip


@bp.get("/")
@kept
def home() -> ResponseReturnValue:
    """What this is, what is in season, where goods come from, what anybody can do here."""
    shows(LISTS)
    counts = catalogue.market_counts()
    return render_template(
        "storefronts/home.html",
        examples=EXAMPLES,
        figures=queries.market_figures(counts),
        season=_full_rows(catalogue.in_season_now(limit=2 * ROW)),
        favourites=catalogue.popular(limit=ROW),
        month=MONTHS[clock.today().month - 1],
        groups=set_groups(counts.by_set),
        site_data=linked_data.site(),
        home_panels=panels(Slot.HOME, actor(), ["home"])["home"],
        **country(places.all_today(), counts.by_province),
    )


def _full_rows(cards: list[Card]) -> list[Card]:
    """As many cards as fill their rows."""
    return cards[: len(cards) // ROW * ROW] or cards


def country(provinces: Sequence[Province], counts: Mapping[str, int]) -> dict[str, Any]:
    """The map and the list of today's provinces, as the template draws them."""
    drawn = queries.tile_map(provinces, counts)
    tiles = [{**asdict(tile), "url": url_for("storefronts.province", slug=tile.slug)} for tile in drawn.tiles]
    rows = [{"slug": one.slug, "name": one.name, "count": counts.get(one.slug, 0)} for one in provinces]
    return {"map": {**asdict(drawn), "tiles": [_with_words(tile) for tile in tiles]}, "provinces": rows}


def _with_words(tile: dict[str, Any]) -> dict[str, Any]:
    return {**tile, "words": ngettext("%(num)s product", "%(num)s products", tile["count"])}


def set_groups(counts: Mapping[int, int]) -> list[dict[str, Any]]:
    """The 26 sets under their six industries, with how many goods each has."""
    tiles = {
        one.number: {
            "number": one.number,
            "name": words_of(one, "name"),
            "count": counts.get(one.number, 0),
            "url": url_for("storefronts.products", set=one.number),
        }
        for one in catalogue.sets()
    }
    groups = [
        {"label": industry.label, "sets": [tiles[number] for number in numbers if number in tiles]}
        for industry, numbers in catalogue.sets_by_industry().items()
    ]
    return [group for group in groups if group["sets"]]
