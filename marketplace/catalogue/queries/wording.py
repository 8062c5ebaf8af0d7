"""What people mean by the words they type: stars, prices, stock and wholesale said in words become filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from marketplace.catalogue.queries.filters import Filters
from marketplace.core import search
from marketplace.core.money import parse_vnd
from marketplace.core.text import clean, fold

LONGEST = 200
_STAR_WORDS = {"ba": 3, "bon": 4, "nam": 5, "three": 3, "four": 4, "five": 5}
_STAR = re.compile(
    r"\b(?:ocop\s+)?(?P<star>[345]|ba|bon|nam|three|four|five)\s*(?:sao|stars?|\*+|★+|⭐+)(?!\w)(?:\s+ocop\b)?"
)
_AMOUNT = r"(?P<amount>\d[\d.,]*)\s*(?P<scale>k|nghin|ngan|tr|trieu)?\s*(?:d|dong|vnd)?(?!\w)"
_UNDER = re.compile(rf"(?:\bgia\s+)?(?:\bduoi\b|\bunder\b|<)\s*{_AMOUNT}")
_OVER = re.compile(rf"(?:\bgia\s+)?(?:\btren\b|\bover\b|>)\s*{_AMOUNT}")
_SCALES = {"nghin": "k", "ngan": "k", "trieu": "tr"}
_SWITCHES = {
    "in_stock": re.compile(r"\b(?:con hang|in stock)\b"),
    "wholesale": re.compile(r"\b(?:(?:gia|mua|ban)\s+(?:si|buon)(?!\s+ma\b)|wholesale)\b"),
    "in_season": re.compile(r"\b(?:(?:dang\s+)?(?:vao|dung) mua|in season)\b"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """The words that are searched for, the filters with what the words asked for, and whether they asked for any."""

    text: str
    filters: Filters
    is_understood: bool


def understood(filters: Filters) -> Wish:
    """Take the words that are filters out of the query; a filter that was chosen is never overruled by words."""
    rest = text = clean(filters.q[:LONGEST])
    found: dict[str, Any] = {}
    for name, (pattern, read) in _READERS.items():
        if match := pattern.search(_aligned(rest)):
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
            if not getattr(filters, name):
                found[name] = read(match)
    found = {name: value for name, value in found.items() if value is not None}
    text_left = clean(rest) if search.says_something(rest) else ""
    return Wish(text_left, replace(filters, q=text, **found), bool(found))


def _aligned(text: str) -> str:
    """The folded text, letter for letter, so that what is found in it can be cut out of the original."""
    folded = ((letter, fold(letter)) for letter in text)
    return "".join(plain if len(plain) == 1 else letter for letter, plain in folded)


def _stars(match: re.Match[str]) -> tuple[int, ...]:
    word = match["star"]
    return (int(word) if word.isdecimal() else _STAR_WORDS[word],)


def _price(match: re.Match[str]) -> int | None:
    """The amount in đồng; a bare number below a thousand means thousands, as people say it."""
    scale = match["scale"] or ""
    amount = parse_vnd(match["amount"].strip(".,") + _SCALES.get(scale, scale))
    return amount * 1000 if amount is not None and amount < 1000 and not scale else amount


_Reader = tuple[re.Pattern[str], Callable[[re.Match[str]], Any]]
_READERS: dict[str, _Reader] = {
    "stars": (_STAR, _stars),
    "price_max": (_UNDER, _price),
    "price_min": (_OVER, _price),
    **{name: (pattern, lambda _match: True) for name, pattern in _SWITCHES.items()},
}
