"""Communes as people look for them: by today's name, by a former one, with or without accents, one letter wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.core.database import db
from marketplace.core.search.nearness import one_slip
from marketplace.core.text import clean, lowered
from marketplace.places.models import FormerWard, Province, Ward
from marketplace.places.queries.addresses import read_address
from marketplace.places.queries.names import WARD_KINDS, bare, plain
from marketplace.places.queries.provinces import CODE, DATA, matching_ids

SHORTEST = 2
MOST_ROWS = 60


@dataclass(slots=True)
class Commune:
    """A unit of today, and the former units (with district and province) by whose name it was found."""

    ward: Ward
    former: list[FormerWard] = field(default_factory=list)


def find_communes(text: str, province: Province | None = None, *, most: int = 12) -> list[Commune]:
    """Units of today whose own or former name holds these words, nearest first; a slip of the finger is forgiven.

    A code of five digits finds the unit of today and those that took in the former one; an address finds its commune.
    """
    if CODE.fullmatch(text):
        return _with_code(text)
    words = plain(text)
    if len(words) < SHORTEST and not words.isdecimal():
        return []
    found = _holding(words, text, province) or _in_address(text, province)
    return (found or _holding(_mended(words), text, province))[:most]


def _with_code(code: str) -> list[Commune]:
    today = db.session.scalars(_wards().where(Ward.code == code))
    return merged(today, db.session.scalars(_formers().where(FormerWard.code == code)))


def _in_address(text: str, province: Province | None) -> list[Commune]:
    reading = read_address(text, province)
    return merged(reading.wards if not reading.former else [], reading.former)


def _holding(words: str, text: str, province: Province | None) -> list[Commune]:
    today = list(db.session.scalars(_wards().where(_has(Ward, words), *_in(Ward, province))))
    former = list(db.session.scalars(_formers().where(_has(FormerWard, words), *_in(FormerWard, province))))
    today.sort(key=lambda unit: _distance(unit, words, text))
    former.sort(key=lambda unit: _distance(unit, words, text))
    return merged(today, former)


def _has(kind: type[Ward | FormerWard], words: str) -> ColumnElement[bool]:
    return kind.folded.contains(words, autoescape=True)


def _wards() -> Select[Ward]:
    return select(Ward).options(joinedload(Ward.province)).order_by(Ward.folded, Ward.code).limit(MOST_ROWS)


def _formers() -> Select[FormerWard]:
    whole = (joinedload(FormerWard.province), selectinload(FormerWard.successors).joinedload(Ward.province))
    return select(FormerWard).options(*whole).order_by(FormerWard.folded, FormerWard.id).limit(MOST_ROWS)


def _in(kind: type[Ward | FormerWard], province: Province | None) -> list[ColumnElement[bool]]:
    return [] if province is None else [kind.province_id.in_(matching_ids(province.now))]


def _distance(unit: Ward | FormerWard, words: str, text: str) -> tuple[int, bool, str]:
    """Exactly this name, then names that begin with the words, then names that hold them; the typed accents first."""
    name, core = unit.folded, bare(unit.folded, WARD_KINDS)
    other_accents = lowered(clean(text)) not in lowered(unit.name)
    if words in (name, core):
        return 0, other_accents, core
    return (1 if core.startswith(words) or name.startswith(words) else 2), other_accents, core


def merged(today: Iterable[Ward], former: Iterable[FormerWard]) -> list[Commune]:
    """Each unit of today once: those found by their own name first, then those that took in a former one."""
    found: dict[int, Commune] = {}
    for ward in today:
        found.setdefault(ward.id, Commune(ward))
    for unit in former:
        for ward in unit.successors:
            found.setdefault(ward.id, Commune(ward)).former.append(unit)
    return list(found.values())


def _mended(words: str) -> str:
    """The words with each unknown one replaced by a known one that lies one slip away."""
    known = _syllables()
    return " ".join(word if word in known else next(iter(one_slip(word, known)), word) for word in words.split())


@cache
def _syllables() -> frozenset[str]:
    """Every word in the name of a commune, of today or before."""
    today = [unit["name"] for unit in json.loads((DATA / "wards.json").read_text(encoding="utf-8"))["wards"]]
    listed = json.loads((DATA / "former_wards.json").read_text(encoding="utf-8"))["provinces"].values()
    former = [unit.split("|")[1] for districts in listed for units in districts.values() for unit in units]
    return frozenset(word for name in (*today, *former) for word in plain(name).split())
