"""What people mean by the words they type: stars, prices, stock, places and kinds said in words become filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from marketplace.catalogue.queries.filters import Filters
from marketplace.catalogue.queries.spoken import kind_called, province_in, set_number_in
from marketplace.core import search
from marketplace.core.money import parse_vnd
from marketplace.core.text import clean, fold, lowered

LONGEST = 200
_STAR_WORDS = {"ba": 3, "bon": 4, "nam": 5, "three": 3, "four": 4, "five": 5}
_NUMBER = r"[345]|ba|bon|nam|three|four|five"
_STAR = re.compile(
    rf"\b(?:(?:ocop|dat|hang)\s+)*(?P<least>(?:tu|tren|it nhat|toi thieu|from)\s+)?(?P<star>{_NUMBER})"
    rf"(?:\s*(?:-|–|den|hoac|or|to)\s*(?P<other>{_NUMBER}))?\s*(?:sao|stars?|\*+|★+|⭐+)(?!\w)"
    r"(?P<up>\s+(?:tro len|and up|or more))?(?:\s+ocop\b)?"
)
# numbers in words, as they stand beside "nghìn" and "triệu"
_DIGITS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9}
_TENS = {"muoi": 10, "chuc": 10, "tram": 100}
_DIGIT = "|".join(_DIGITS)
_SPOKEN = rf"(?:(?:{_DIGIT}|muoi|nua)\b(?:\s+(?:{_DIGIT}|muoi|chuc|tram|ruoi|linh|le)\b)*|tram\s+(?:ruoi|{_DIGIT})\b)"
_FIGURE = rf"\d[\d.,]*|{_SPOKEN}"
_SCALE = (
    r"\s*(?P<{0}>tram(?:\s*(?:k|nghin|ngan))?\b|k|nghin|ngan|tr|trieu|cu)?(?P<{0}_half>\s*ruoi\b)?\s*(?:d|dong|vnd|₫)?"
)
_AMOUNT = rf"(?P<amount>{_FIGURE}){_SCALE.format('scale')}(?!\w)"
_UPPER = rf"(?P<upper>{_FIGURE}){_SCALE.format('upper_scale')}(?!\w)"
_UNDER = re.compile(
    rf"(?:\bgia\s+)?(?:\b(?:duoi|under|below|max|toi da|khong qua|nho hon|re hon|it hon|less than)\b|<=?)\s*{_AMOUNT}"
)
_OVER = re.compile(rf"(?:\bgia\s+)?(?:\b(?:tren|over|above|from|tu|hon|lon hon|more than)\b|>=?)\s*{_AMOUNT}")
_BETWEEN = re.compile(
    rf"(?:\bgia\s+)?\b(?:(?:tu|khoang|tam|from)\s+)?(?P<amount>{_FIGURE}){_SCALE.format('scale')}"
    rf"\s*(?:-|–|den|toi|to)\s*{_UPPER}"
)
_ABOUT = re.compile(rf"(?:\bgia\s+)?\b(?P<word>khoang|tam|about|around)\s+{_AMOUNT}")
_Taken = Iterator[tuple[int, int, dict[str, Any]]]
_SCALES = {"nghin": "k", "ngan": "k", "trieu": "tr", "cu": "tr"}
_SWITCHES = {
    "in_stock": re.compile(r"\b(?:con hang|co san|san hang|hang san|in stock|available)\b"),
    "wholesale": re.compile(
        r"\b(?:(?:gia|mua|ban|nhap|lay|bo)\s+(?:si|buon)(?!\s+m[ae]\b)|mua so luong lon|wholesale|in bulk)\b"
    ),
    "in_season": re.compile(r"\b(?:(?:dang\s+)?(?:vao|dung|trong) mua|mua nay|dang mua|in season)\b"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One filter that was said in words: its field, and the query without these words."""

    field: str
    without: str


@dataclass(frozen=True, slots=True)
class Wish:
    """The words that are searched for, and the filters with what other words asked for."""

    text: str
    filters: Filters
    parts: tuple[Part, ...] = ()

    @property
    def is_understood(self) -> bool:
        """Some of the words became filters."""
        return bool(self.parts)


# said in words that may as well be part of a name
NAMES = ("provinces", "groups", "sets")


def understood(filters: Filters, *, names_too: bool = True) -> Wish:
    """Take the words that are filters out of the query; a filter that was chosen is never overruled by words."""
    text = clean(filters.q[:LONGEST])
    if filters.as_typed:
        return Wish(text, replace(filters, q=text))
    reading = _Reading(text, filters)
    for read in _READERS if names_too else _READERS[: -len(_OF_NAMES)]:
        reading.take(read)
    rest = clean(reading.rest)
    if names_too and search.says_something(rest) and (called := kind_called(_plain(rest))):
        field, value = called
        if reading.keep(field, value, rest):
            rest = ""
    left = rest if search.says_something(rest) else ""
    if not left:
        reading.found |= {"place_words": "", "called": ""}
    return Wish(left, replace(filters, q=text, **reading.found), tuple(reading.parts))


class _Reading:
    """A query of which words are taken out, one filter after the other."""

    def __init__(self, text: str, filters: Filters) -> None:
        self.text = self.rest = text
        self.filters = filters
        self.found: dict[str, Any] = {}
        self.parts: list[Part] = []

    def take(self, read: _Read) -> None:
        """Take out what one reader finds."""
        for start, end, fields in read(self.rest, _aligned(self.rest)):
            words = self.rest[start:end]
            self.rest = f"{self.rest[:start]} {self.rest[end:]}"
            for field, value in fields.items():
                self.keep(field, value, words)

    def keep(self, field: str, value: Any, words: str) -> bool:
        """Note a filter that was said, unless one was chosen; what makes no sense was only words."""
        if value is None or getattr(self.filters, field):
            return False
        self.found[field] = value
        if field == "provinces":
            self.found |= {"place_words": words, "called": self.text}
        self.parts.append(Part(field, clean(self.text.replace(words, " ", 1))))
        return True


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _aligned(text: str) -> str:
    """The folded text, letter for letter, so that what is found in it can be cut out of the original."""
    folded = ((letter, fold(letter)) for letter in text)
    return "".join(plain if len(plain) == 1 else letter for letter, plain in folded)


def _stars(match: re.Match[str]) -> tuple[int, ...]:
    low, high = (_star(match[name]) for name in ("star", "other"))
    if match["least"] or match["up"]:
        high = 5
    return tuple(sorted(range(low, (high or low) + 1), reverse=True)) or (low,)


def _star(word: str | None) -> int:
    return 0 if word is None else int(word) if word.isdecimal() else _STAR_WORDS[word]


def _price(amount: str, scale: str | None, half: str | None = None) -> int | None:
    """The amount in đồng; a bare number below a thousand means thousands, as people say it."""
    said = scale or ""
    price = _spoken(amount, said) if amount[0].isalpha() else _written(amount, said)
    return price + _written("1", said) // 2 if price and half and said else price  # type: ignore[operator]


def _written(amount: str, said: str) -> int | None:
    if said.startswith("tram"):
        return _hundreds(amount)
    read = parse_vnd(amount.strip(".,") + _SCALES.get(said, said))
    return read * 1000 if read is not None and read < 1000 and not said else read


def _spoken(words: str, said: str) -> int | None:
    """An amount in words: "hai trăm rưỡi" are 250 thousand; a number below ten without its thousands is none."""
    whole, last, unit = 0.0, 0.0, 1.0
    for word in words.split():
        if word in _TENS:
            last, unit = max(last, 1) * _TENS[word], _TENS[word]
            whole, last = whole + last, 0
        elif word == "ruoi":
            whole += unit / 2
        else:
            last = 0.5 if word == "nua" else _DIGITS.get(word, 0)
    scale = {"k": 1_000, "tr": 1_000_000}.get(_SCALES.get(said, said), 100_000 if said.startswith("tram") else 0)
    number = whole + last
    return int(number * scale) if scale else int(number * 1_000) if number >= _TENS["muoi"] else None


def _hundreds(amount: str) -> int | None:
    """Hundreds of thousands: "2 trăm" of đồng buys nothing, so it always means 200.000 ₫."""
    whole = amount.strip(".,")
    return int(whole) * 100_000 if whole.isdecimal() and int(whole) < 100 else None


def _about(text: str, aligned: str) -> _Taken:
    """A quarter less to a quarter more than "khoảng 200k"; tấm and tám are words of rice, not "tầm"."""
    match = _ABOUT.search(aligned)
    meant = (
        match
        and (match["scale"] or match["amount"][0].isalpha())
        and lowered(text[slice(*match.span("word"))]) not in ("tấm", "tám")
    )
    price = _price(match["amount"], match["scale"], match["scale_half"]) if match and meant else None
    if match and price:
        yield match.start(), match.end(), {"price_min": price * 3 // 4, "price_max": price * 5 // 4}


def _between(match: re.Match[str]) -> dict[str, int | None]:
    """Both ends of a range; the scale of the higher end is that of the lower too, where only it has one."""
    low = _price(match["amount"], match["scale"] or match["upper_scale"], match["scale_half"])
    high = _price(match["upper"], match["upper_scale"], match["upper_scale_half"])
    is_money = bool(match["scale"] or match["upper_scale"])
    sensible = low is not None and high is not None and low < high and is_money
    return {"price_min": low, "price_max": high} if sensible else {}


def _limit(field: str, match: re.Match[str]) -> dict[str, int | None]:
    price = _price(match["amount"], match["scale"], match["scale_half"])
    return {} if price is None else {field: price}


_Read = Callable[[str, str], _Taken]


def _by(pattern: re.Pattern[str], fields: Callable[[re.Match[str]], dict[str, Any]]) -> _Read:
    def read(_text: str, aligned: str) -> _Taken:
        match = pattern.search(aligned)
        if match and (said := fields(match)):
            yield match.start(), match.end(), said

    return read


def _switched(field: str) -> Callable[[re.Match[str]], dict[str, Any]]:
    return lambda _match: {field: True}


def _province(text: str, aligned: str) -> _Taken:
    if said := province_in(text, aligned):
        yield said.start, said.end, {"provinces": said.value}


def _set_number(_text: str, aligned: str) -> _Taken:
    if said := set_number_in(aligned):
        yield said.start, said.end, {"sets": said.value}


_OF_NAMES: tuple[_Read, ...] = (_set_number, _province)
_READERS: tuple[_Read, ...] = (
    _by(_STAR, lambda match: {"stars": _stars(match)}),
    _by(_BETWEEN, _between),
    _by(_UNDER, lambda match: _limit("price_max", match)),
    _by(_OVER, lambda match: _limit("price_min", match)),
    _about,
    *(_by(pattern, _switched(name)) for name, pattern in _SWITCHES.items()),
    *_OF_NAMES,
)
