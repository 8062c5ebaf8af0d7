"""Provinces, groups and sets as people say them inside a query: "gạo quảng trị", "bánh kẹo hp", "thủ công mỹ nghệ"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.catalogue.queries.groups import groups
from marketplace.core.text import fold, lowered, slugify
from marketplace.places.queries import DATA

PLACE_WORDS = Path(__file__).resolve().parent.parent / "data" / "place_words.json"
SETS = PLACE_WORDS.with_name("sets.json")
_SET_NUMBER = re.compile(r"\b(?:bo(?: san pham| tieu chi)?(?: so)?|product set) (?P<number>\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said: the words, where they stand, and the value of the filter that they mean."""

    start: int
    end: int
    value: Any


def province_in(text: str, aligned: str) -> Spoken | None:
    """The one province that a text names (`aligned` is the text folded, letter for letter); towns stay words."""
    units = _units()
    for match in _names_pattern().finditer(aligned):
        said = re.sub(r"\s+", " ", match[0])
        slug = units.get(said)
        if slug and _is_meant(text[match.start() : match.end()], said):
            return Spoken(match.start(), match.end(), (slug,))
    return None


def set_number_in(aligned: str) -> Spoken | None:
    """The number of a set: "bộ sản phẩm 13"."""
    match = _SET_NUMBER.search(aligned)
    known = match and int(match["number"]) in range(1, 27)
    return Spoken(match.start(), match.end(), (int(match["number"]),)) if match and known else None


def kind_called(words: str) -> tuple[str, Any] | None:
    """The filter and its value where these folded words are all of a group's or a set's name."""
    return _kinds().get(words)


def _is_meant(typed: str, said: str) -> bool:
    """A single syllable with other accents is another word: huệ is no Huế; two are a name with a slip."""
    return " " in said or fold(typed) == lowered(typed) or lowered(typed) in _single()


@cache
def _provinces() -> dict[str, str]:
    """Every name of a province in lower case with its slug; a name that still stands means the unit of today."""
    units = json.loads((DATA / "provinces.json").read_text(encoding="utf-8"))
    words = _words()
    found: dict[str, str] = {}
    for unit in (*units["today"], *units["old"]):
        slug = unit.get("slug") or slugify(unit["short"])
        for name in (unit["short"], *unit["aliases"]):
            if lowered(name) not in words["towns"] and fold(name) not in words["other_things"]:
                found.setdefault(lowered(name), slug)
    return found


@cache
def _words() -> dict[str, list[str]]:
    return dict(json.loads(PLACE_WORDS.read_text(encoding="utf-8")))


@cache
def _single() -> frozenset[str]:
    return frozenset(name for name in _provinces() if " " not in name)


@cache
def _units() -> dict[str, str]:
    return {_plain(name): slug for name, slug in reversed(_provinces().items())}


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", fold(name)))


@cache
def _names_pattern() -> re.Pattern[str]:
    """Provinces and towns, the longest first, so that Điện Biên Phủ is not read as Điện Biên."""
    names = {*_units(), *map(_plain, _words()["towns"])}
    forms = (r"[\s.-]+".join(map(re.escape, name.split())) for name in sorted(names, key=lambda n: (-len(n), n)))
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)")


@cache
def _kinds() -> dict[str, tuple[str, Any]]:
    """Names of groups and sets of more than one word, in both languages, folded."""
    sets = json.loads(SETS.read_text(encoding="utf-8"))
    named: Iterator[tuple[str, tuple[str, Any]]] = (
        (name, filtered)
        for name, filtered in [
            *((one[key], ("sets", (one["number"],))) for one in sets for key in ("name", "name_en")),
            *((name, ("groups", (one.slug,))) for one in groups() for name in (one.name, one.name_en)),
        ]
    )
    return {plain: filtered for name, filtered in named if " " in (plain := _plain(name))}
