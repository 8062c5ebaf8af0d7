"""What the address of a list says."""

from __future__ import annotations

from typing import Any

from marketplace.catalogue.queries.filters import SET_NUMBERS, STARS, Filters, Sort
from marketplace.catalogue.queries.groups import groups
from marketplace.core.money import MOST_VND
from marketplace.web.paging import asked_page
from marketplace.web.requests import query_flag, query_number, query_text, query_texts

MOST_CHOICES = 40


def filters_in_address(**fixed: Any) -> Filters:
    """The filters that the present address asks for; what makes no sense in it is left out. `fixed` wins."""
    read: dict[str, Any] = {
        "q": query_text("q", most=200),
        "as_typed": query_flag("as_typed"),
        "provinces": tuple(query_texts("province", most=MOST_CHOICES)),
        "groups": tuple(group.slug for group in groups() if group.slug in set(query_texts("group", most=MOST_CHOICES))),
        "sets": _numbers("set", SET_NUMBERS),
        "stars": _numbers("star", STARS),
        "price_min": query_number("price_min", most=MOST_VND),
        "price_max": query_number("price_max", most=MOST_VND),
        "in_stock": query_flag("in_stock"),
        "wholesale": query_flag("wholesale"),
        "in_season": query_flag("season"),
        "sort": _sort(query_text("sort", most=12)),
        "page": asked_page(),
    }
    return Filters(**{**read, **fixed})


def _numbers(name: str, known: range | tuple[int, ...]) -> tuple[int, ...]:
    asked = (text for text in query_texts(name, most=MOST_CHOICES) if text.isascii() and text.isdecimal())
    return tuple(dict.fromkeys(number for text in asked if len(text) < 4 and (number := int(text)) in known))


def _sort(text: str) -> Sort:
    return Sort(text) if text in list(Sort) else Sort.RELEVANCE
