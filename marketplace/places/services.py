"""Loading the official lists of provinces and communes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.core import reference
from marketplace.core.database import db, insert_into
from marketplace.core.text import clean
from marketplace.places.models import FormerWard, Province, Ward, WardSuccession
from marketplace.places.queries import DATA
from marketplace.places.queries.names import plain

Row = dict[str, Any]


def load() -> str:
    """Write the provinces and communes of the data files into the database; a second call only brings corrections."""
    provinces = load_provinces()
    ids = _ids_by_code()
    wards = [_ward(ward, ids) for ward in _read("wards.json")["wards"]]
    _store(Ward, wards, ["code"])
    former = load_former_wards()
    return f"{provinces}, {len(wards)} communes of today, {former} of before"


def load_former_wards() -> int:
    """Write the communes of before the reform, each with the units of today that took it in; answers how many."""
    listed = _read("former_wards.json")["provinces"]
    olds = _ids_by_code(today=False)
    units = [
        (olds[code], district, *written.split("|"))
        for code, districts in listed.items()
        for district, names in districts.items()
        for written in names
    ]
    _store(FormerWard, [_former(*unit[:4]) for unit in units], ["province_id", "district", "name"])
    _store_successions(units)
    return len(units)


def _store_successions(units: Sequence[tuple[Any, ...]]) -> None:
    wards: dict[str, int] = dict(db.session.execute(select(Ward.code, Ward.id)).all())
    known = select(FormerWard.province_id, FormerWard.district, FormerWard.name, FormerWard.id)
    formers = {(province, district, name): id_ for province, district, name, id_ in db.session.execute(known)}
    rows = [
        {"former_id": formers[province, clean(district), clean(name)], "ward_id": wards[code]}
        for province, district, _code, name, codes in units
        for code in codes.split()
    ]
    db.session.execute(insert_into(WardSuccession).on_conflict_do_nothing(), rows)


def _former(province_id: int, district: str, code: str, name: str) -> Row:
    return {
        "code": code,
        "name": clean(name),
        "folded": plain(name),
        "district": clean(district),
        "district_folded": plain(district),
        "province_id": province_id,
    }


def load_provinces() -> str:
    """Write the provinces of today and of before the reform into the database, each old one with its successor."""
    units = _read("provinces.json")
    _store(Province, [_province(unit, "2025", None) for unit in units["today"]], ["code", "version"])
    successors = _ids_by_code()
    older = [_province(unit, "2004", successors[unit["new_code"]]) for unit in units["old"]]
    _store(Province, older, ["code", "version"])
    reference.changed()
    return f"{len(units['today'])} provinces of today, {len(older)} of before"


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _ids_by_code(today: bool = True) -> dict[str, int]:
    known = select(Province.code, Province.id).where(Province.successor_id.is_(None) == today)
    return dict(db.session.execute(known).all())


def _province(unit: Row, version: str, successor_id: int | None) -> Row:
    return {
        "code": unit["code"],
        "version": version,
        "slug": unit["slug"],
        "name": clean(unit["short"]),
        "full_name": clean(unit["name"]),
        "name_en": clean(unit["name_en"]),
        "region": clean(unit["region"]),
        "valid_from": _day(unit["valid_from"]),
        "valid_to": _day(unit["valid_to"]),
        "successor_id": successor_id,
        "latitude": unit["lat"],
        "longitude": unit["lon"],
        "aliases": [clean(alias) for alias in unit["aliases"]],
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _ward(ward: Row, provinces: dict[str, int]) -> Row:
    name = clean(ward["name"])
    return {"code": ward["code"], "name": name, "folded": plain(name), "province_id": provinces[ward["province"]]}


def _store(kind: type[Province | Ward | FormerWard], rows: Sequence[Row], known_by: list[str]) -> None:
    """Insert rows, or bring those that are there up to date."""
    insert = insert_into(kind)
    changes = {name: insert.excluded[name] for name in rows[0] if name not in known_by}
    db.session.execute(insert.on_conflict_do_update(index_elements=known_by, set_=changes), rows)
