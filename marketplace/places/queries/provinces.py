"""Provinces and communes by slug and by code, with the units from before the reform."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from marketplace.core.database import db, table_of
from marketplace.core.reference import kept_rows, watch
from marketplace.core.text import fold, slugify
from marketplace.places.models import Province, Ward

SLUG = re.compile(r"[a-z0-9-]{1,40}")
CODE = re.compile(r"[0-9]{5}")
DATA = Path(__file__).resolve().parents[1] / "data"
# towns first, then the countryside, then the islands: the order of official lists
_WARD_KINDS = ("phường", "xã", "đặc khu")


def province_by_slug(slug: str, today: bool = False) -> Province | None:
    """The unit, of today or of before, that a slug or a nickname means; `today` leads on to its successor."""
    if not SLUG.fullmatch(slug):
        return None
    found = db.session.scalar(select(Province).where(Province.slug == slug)) or _by_nickname(slug)
    return found.now if found and today else found


def _by_nickname(slug: str) -> Province | None:
    """What people also call a unit; today's comes first where two have one nickname."""
    known = select(Province).order_by(Province.version.desc(), Province.code)
    named = (one for one in db.session.scalars(known) if slug in {slugify(str(alias)) for alias in one.aliases})
    return next(named, None)


def all_today() -> list[Province]:
    """The 34 units of today in Vietnamese alphabetical order."""
    return _sorted(db.session.scalars(select(Province).where(Province.successor_id.is_(None))))


class Unit(NamedTuple):
    """A unit of today, for pages that only name it or reckon how far it is."""

    id: int
    code: str
    slug: str
    name: str
    region: str

    @property
    def now(self) -> Unit:
        """Itself: it is of today."""
        return self


watch(Province)


def units_today() -> list[Unit]:
    """The 34 units of today in the same order, read in one query and kept for a while."""
    return kept_rows("units today", _read_units)


def _read_units() -> list[Unit]:
    units = table_of(Province).c
    wanted = select(*(units[name] for name in Unit._fields)).where(units.successor_id.is_(None))
    rows = (Unit(*row) for row in db.session.execute(wanted))
    return sorted(rows, key=lambda one: (fold(one.name), one.code))


def names_today() -> list[tuple[str, str]]:
    """Slug and name of the 34 units of today, in the same order, for a list to choose from."""
    return [(one.slug, one.name) for one in units_today()]


def all_old() -> list[Province]:
    """The 63 units of before the reform in Vietnamese alphabetical order."""
    return _sorted(db.session.scalars(select(Province).where(Province.successor_id.is_not(None))))


def _sorted(provinces: Iterable[Province]) -> list[Province]:
    return sorted(provinces, key=lambda one: (fold(one.name), one.code))


def matching_ids(province: Province) -> list[int]:
    """The ids of a unit and of those that went into it: goods from all of them count as from here."""
    older = select(Province.id).where(Province.successor_id == province.id).order_by(Province.id)
    return [province.id, *db.session.scalars(older)]


def wards_of(province: Province) -> list[Ward]:
    """The wards, communes and special zones of a unit of today (an old unit: of its successor), as lists show them."""
    wards = db.session.scalars(select(Ward).where(Ward.province_id == (province.successor_id or province.id)))
    return sorted(wards, key=_place_in_list)


def ward_names(province: Province) -> list[tuple[str, str]]:
    """Code and name of the same, for a list to choose from."""
    units = table_of(Ward).c
    found = select(units.code, units.name, units.folded).where(
        units.province_id == (province.successor_id or province.id)
    )
    return [(one.code, one.name) for one in sorted(db.session.execute(found), key=_place_in_list)]


def _place_in_list(ward: Any) -> tuple[int, str, str]:
    kinds = [number for number, kind in enumerate(_WARD_KINDS) if ward.name.lower().startswith(kind)]
    return (kinds[0] if kinds else len(_WARD_KINDS), ward.folded, ward.code)


def ward_by_code(code: str) -> Ward | None:
    """The ward, commune or special zone with this code of today."""
    return db.session.scalar(select(Ward).where(Ward.code == code)) if CODE.fullmatch(code) else None


def is_same_province(one: Province, other: Province) -> bool:
    """Both lie in the same unit of today."""
    return one.now.id == other.now.id


def is_same_region(one: Province, other: Province) -> bool:
    """Both lie in the same region of the country as it is divided today."""
    return one.now.region == other.now.region


@cache
def tiles() -> dict[str, Any]:
    """The tile map of the country: `columns`, `rows`, and for each code of today its column and row."""
    loaded: dict[str, Any] = json.loads((DATA / "tiles.json").read_text(encoding="utf-8"))
    return loaded
