"""What the page of a list shows: filters with their counts, chips of those in force, a way on where nothing fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import request, url_for

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.queries import Listing, Sort
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.web.filters import number, vnd
from marketplace.web.requests import asked_for, query_flag

# names in the address and the filters that they are
SWITCHES = {"in_stock": "in_stock", "wholesale": "wholesale", "season": "in_season"}
LISTS = ("province", "set", "star")


def address(**changes: Any) -> str:
    """This list with something changed; every change begins at its first page."""
    return url_for("storefronts.products", **{**asked_for("page", "lang"), **changes})


def listing_context(found: Listing) -> dict[str, Any]:
    """What the list's template reads."""
    asked = found.filters
    chips = list(_chosen(found))
    return {
        "page": found.page,
        "asked": asked,
        "heading": _heading(found),
        "result_words": _result_words(found),
        "filter_groups": _groups(found),
        "switches": _switches(found),
        "chosen_items": chips,
        "keep": {"q": asked.q, "sort": _kept_sort()},
        "sort": asked.sort.value,
        "sorts": [(sort.value, sort.label) for sort in Sort],
        "sort_keep": _without_sort(),
        "thin": not found.page.items or bool(asked.q),
        **_empty(found),
    }


def _kept_sort() -> str:
    return request.args.get("sort", "")[:20]


def _without_sort() -> dict[str, list[str]]:
    known = {"q", *LISTS, "price_min", "price_max", *SWITCHES}
    return {name: values[:80] for name, values in request.args.to_dict(flat=False).items() if name in known}


def _heading(found: Listing) -> str:
    asked = found.filters
    if asked.q:
        return _("Results for “%(words)s”", words=asked.q)
    chosen = [one.label for one in (*found.facets.sets, *found.facets.provinces) if one.chosen]
    return chosen[0] if len(chosen) == 1 else _("All products")


def _result_words(found: Listing) -> str:
    if found.total_is_least:
        return _("%(count)s+ products", count=number(found.total))
    return ngettext("%(num)s product", "%(num)s products", found.total)


def _groups(found: Listing) -> list[dict[str, Any]]:
    facets = found.facets
    return [
        {"legend": _("Province"), "name": "province", "options": _options(facets.provinces), "shown": 6},
        {"legend": _("OCOP stars"), "name": "star", "options": _stars(facets.stars), "shown": 3},
        {"legend": _("Product set"), "name": "set", "options": _options(facets.sets), "shown": 8},
    ]


def _options(choices: Any) -> list[dict[str, Any]]:
    return [{"value": one.value, "label": one.label, "count": one.count, "checked": one.chosen} for one in choices]


def _stars(choices: Any) -> list[dict[str, Any]]:
    return [{**option, "label": _star_words(option["value"])} for option in _options(choices)]


def _star_words(value: str) -> str:
    return ngettext("%(num)s star", "%(num)s stars", int(value))


def _switches(found: Listing) -> list[dict[str, Any]]:
    asked, facets = found.filters, found.facets
    labels = {"in_stock": _("In stock"), "wholesale": _("With wholesale prices"), "season": _("In season now")}
    return [
        {"name": name, "label": labels[name], "checked": getattr(asked, field), "count": getattr(facets, field)}
        for name, field in SWITCHES.items()
    ]


def _chosen(found: Listing) -> Iterator[dict[str, str]]:
    """The filters in the address, each with the address without it."""
    facets = found.facets
    for name, choices in (("province", facets.provinces), ("set", facets.sets), ("star", _named_stars(facets.stars))):
        for one in choices:
            if one.chosen and one.value in request.args.getlist(name):
                rest = [value for value in request.args.getlist(name) if value != one.value]
                yield {"label": one.label, "remove_url": address(**{name: rest})}
    for name, label in (("price_min", _("from %(sum)s")), ("price_max", _("up to %(sum)s"))):
        amount = getattr(found.filters, name)
        if amount is not None and request.args.get(name):
            yield {"label": label % {"sum": vnd(amount)}, "remove_url": address(**{name: None})}
    for switch in _switches(found):
        if switch["checked"] and query_flag(switch["name"]):
            yield {"label": switch["label"], "remove_url": address(**{switch["name"]: None})}


def _named_stars(choices: Any) -> list[Any]:
    return [catalogue.Choice(one.value, _star_words(one.value), one.count, one.chosen) for one in choices]


def _empty(found: Listing) -> dict[str, Any]:
    """What an empty result says: why, what else to type, and what others look at."""
    if found.page.items:
        return {}
    why = _("No product on sale fits all of this. Take a filter off, or try other words.")
    if found.filters.q:
        why = _("We found no product for “%(words)s”. Check the spelling, or try fewer words.", words=found.filters.q)
    tips = [{"label": words, "url": url_for("storefronts.products", q=words)} for words in found.suggestions]
    return {"empty_sentence": why, "suggestions": tips, "instead": catalogue.popular(limit=6)}
