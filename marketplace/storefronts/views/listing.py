"""What the page of a list shows: filters with their counts, chips of those in force, a way on where nothing fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import request, url_for

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.queries import Choice, Facets, Listing, Sort
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.i18n import ngettext
from marketplace.web.filters import number, vnd
from marketplace.web.requests import asked_for, query_flag

# names in the address and the filters that they are
SWITCHES = {"in_stock": "in_stock", "wholesale": "wholesale", "season": "in_season"}
LISTS = ("province", "group", "set", "star")
# what a filter is called, and the names in the address that it has
FACETS = {
    "q": (_l("the words"), ("q",)),
    "province": (_l("the province"), ("province",)),
    "set": (_l("the product set"), ("group", "set")),
    "star": (_l("the stars"), ("star",)),
    "price_min": (_l("the lowest price"), ("price_min",)),
    "price_max": (_l("the highest price"), ("price_max",)),
    "in_stock": (_l("“in stock”"), ("in_stock",)),
    "wholesale": (_l("“with wholesale prices”"), ("wholesale",)),
    "season": (_l("“in season now”"), ("season",)),
}


def address(**changes: Any) -> str:
    """This list with something changed; every change begins at its first page."""
    return url_for("storefronts.products", **{**asked_for("page", "lang"), **changes})


def listing_context(found: Listing) -> dict[str, Any]:
    """What the list's template reads."""
    asked = found.filters
    chips = [*_understood(found), *_chosen(found)]
    return {
        "page": found.page,
        "asked": asked,
        "heading": _heading(found),
        "result_words": _result_words(found),
        "left_out_words": left_out_words(found.left_out),
        "filter_groups": _groups(found),
        "switches": _switches(found),
        "chosen_items": chips,
        "found_words": found.wish.text,
        "keep": {"q": asked.q, "sort": _kept_sort(), **({"as_typed": "1"} if asked.as_typed else {})},
        "literal_url": address(as_typed=1) if found.wish.is_understood else None,
        "sort": asked.sort.value,
        "sorts": [(sort.value, sort.label) for sort in Sort],
        "sort_keep": _without_sort(),
        "thin": not found.page.items or bool(asked.q),
        **_empty(found),
    }


def _kept_sort() -> str:
    return request.args.get("sort", "")[:20]


def _without_sort() -> dict[str, list[str]]:
    known = {"q", "as_typed", *LISTS, "price_min", "price_max", *SWITCHES}
    return {name: values[:80] for name, values in request.args.to_dict(flat=False).items() if name in known}


def _heading(found: Listing) -> str:
    asked = found.filters
    if asked.q:
        return _("Results for “%(words)s”", words=asked.q)
    chosen = [one.label for one in (*_kinds(found.facets), *found.facets.provinces) if one.chosen]
    return chosen[0] if len(chosen) == 1 else _("All products")


def _result_words(found: Listing) -> str:
    if found.total_is_least:
        return _("%(count)s+ products", count=number(found.total))
    return ngettext("%(num)s product", "%(num)s products", found.total)


def left_out_words(phrases: list[str]) -> str:
    """What is said where some of the words had to be left out."""
    words = ", ".join(f"“{phrase}”" for phrase in phrases)
    return _("Nothing on sale fits all your words. These goods fit without %(words)s.", words=words) if words else ""


class Option(NamedTuple):
    """One choice as the page shows it, with the finer ones under it."""

    name: str
    value: str
    label: str
    number: int | None
    checked: bool
    under: tuple[Any, ...] = ()
    under_words: str = ""


def _groups(found: Listing) -> list[dict[str, Any]]:
    facets = found.facets
    return [
        {"legend": _("Kind of product"), "options": _tree_of_sets(facets), "shown": 8},
        {"legend": _("Province"), "options": _tree_of_places(facets), "shown": 6},
        {"legend": _("OCOP stars"), "options": _stars(facets.stars), "shown": 3},
    ]


def _kinds(facets: Facets) -> list[Choice]:
    """Groups and sets, a group of one set only once."""
    alone = {str(group.sets[0]) for group in catalogue.groups() if len(group.sets) == 1}
    sets = {one.value: one for one in facets.sets}
    return [*_groups_of_several(facets), *(one for one in sets.values() if one.value not in alone or one.chosen)]


def _groups_of_several(facets: Facets) -> list[Choice]:
    several = {group.slug for group in catalogue.groups() if len(group.sets) > 1}
    return [one for one in facets.groups if one.value in several]


def _tree_of_sets(facets: Facets) -> tuple[Option, ...]:
    """The groups with their sets under them; a group of one set is that set."""
    groups, sets = {one.value: one for one in facets.groups}, {one.value: one for one in facets.sets}
    tree: list[Option] = []
    for group in catalogue.groups():
        under = [sets[str(number)] for number in group.sets if str(number) in sets]
        if len(group.sets) == 1:
            tree += _options(under, "set")
        elif group.slug in groups:
            (option,) = _options([groups[group.slug]], "group")
            words = ngettext("%(num)s product set", "%(num)s product sets", len(under))
            tree.append(option._replace(under=_options(under, "set"), under_words=words))
    return tuple(tree)


def _tree_of_places(facets: Facets) -> tuple[Option, ...]:
    """The units of today, each with the former ones that went into it."""
    former = {one.value for choices in facets.former.values() for one in choices}
    today = [one for one in facets.provinces if one.value not in former]
    words, former_ones = _("By former province"), facets.former
    return tuple(
        option._replace(under=_former(option.label, former_ones[option.value]), under_words=words)
        if option.value in former_ones
        else option
        for option in _options(today, "province")
    )


def _former(name: str, choices: list[Choice]) -> tuple[Option, ...]:
    options = _options([one for one in choices if one.count != 0 or one.chosen], "province")
    until = _("%(name)s (until June 2025)", name=name)
    return tuple(option._replace(label=until) if option.label == name else option for option in options)


def _options(choices: Any, name: str) -> tuple[Option, ...]:
    return tuple(Option(name, one.value, one.label, one.count, one.chosen) for one in choices)


def _stars(choices: Any) -> tuple[Option, ...]:
    return tuple(option._replace(label=_star_words(option.value)) for option in _options(choices, "star"))


def _star_words(value: str) -> str:
    return ngettext("%(num)s star", "%(num)s stars", int(value))


def _switches(found: Listing) -> list[dict[str, Any]]:
    asked, facets = found.filters, found.facets
    labels = {"in_stock": _("In stock"), "wholesale": _("With wholesale prices"), "season": _("In season now")}
    return [
        {"name": name, "label": labels[name], "checked": getattr(asked, field), "count": getattr(facets, field)}
        for name, field in SWITCHES.items()
    ]


def _understood(found: Listing) -> Iterator[dict[str, str]]:
    """The filters that were said in the words, each with the address without these words."""
    for part in found.wish.parts:
        yield {"label": _said(part.field, found), "remove_url": address(q=part.without or None)}


def _said(field: str, found: Listing) -> str:
    """A filter that was said in the words, as its chip calls it."""
    asked, facets = found.filters, found.facets
    switches = {SWITCHES[each["name"]]: str(each["label"]) for each in _switches(found)}
    if field in switches:
        return switches[field]
    if field in ("price_min", "price_max"):
        return _price_words(field, getattr(asked, field))
    if field == "stars":
        return ", ".join(_star_words(str(star)) for star in sorted(asked.stars))
    choices = {"provinces": facets.provinces, "groups": facets.groups, "sets": facets.sets}[field]
    return ", ".join(one.label for one in choices if one.chosen)


def _price_words(name: str, amount: int) -> str:
    label = _("from %(sum)s") if name == "price_min" else _("up to %(sum)s")
    return label % {"sum": vnd(amount)}


def _chosen(found: Listing) -> Iterator[dict[str, str]]:
    """The filters in the address, each with the address without it."""
    facets = found.facets
    lists = (facets.provinces, facets.groups, facets.sets, _named_stars(facets.stars))
    for name, choices in zip(LISTS, lists, strict=True):
        for one in choices:
            if one.chosen and one.value in request.args.getlist(name):
                rest = [value for value in request.args.getlist(name) if value != one.value]
                yield {"label": one.label, "remove_url": address(**{name: rest})}
    for name in ("price_min", "price_max"):
        amount = getattr(found.filters, name)
        if amount is not None and request.args.get(name):
            yield {"label": _price_words(name, amount), "remove_url": address(**{name: None})}
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
    ways = list(_ways_out(found))
    return {"empty_sentence": why, "suggestions": tips, "ways_out": ways, "instead": catalogue.popular(limit=6)}


def _ways_out(found: Listing) -> Iterator[dict[str, Any]]:
    """The filters of the address that stand in the way, with how many products there are without each."""
    for facet, count in sorted(found.ways_out.items(), key=lambda way: -way[1]):
        what, names = FACETS[facet]
        if any(name in request.args for name in names):
            url = address(**dict.fromkeys(names))
            yield {"label": _("Without %(filter)s", filter=what), "url": url, "count": count}
