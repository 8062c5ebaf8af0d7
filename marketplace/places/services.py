"""Loading the official lists of provinces and communes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.core.database import db, insert_into
from marketplace.core.text import clean, fold
from marketplace.places.models import Province, Ward
from marketplace.places.queries import DATA

Row = dict[str, Any]
BATCH = 1000


def load() -> str:
    """Write the provinces and communes of the data files into the database; a second call only brings corrections."""
    provinces = load_provinces()
    ids = _ids_by_code()
    wards = [_ward(ward, ids) for ward in _read("wards.json")["wards"]]
    _store(Ward, wards, ["code"])
    return f"{provinces}, {len(wards)} communes"


def load_provinces() -> str:
    """Write the provinces of today and of before the reform into the database, each old one with its successor."""
    units = _read("provinces.json")
    _store(Province, [_province(unit, "2025", None) for unit in units["today"]], ["code", "version"])
    successors = _ids_by_code()
    older = [_province(unit, "2004", successors[unit["new_code"]]) for unit in units["old"]]
    _store(Province, older, ["code", "version"])
    return f"{len(units['today'])} provinces of today, {len(older)} of before"


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _ids_by_code() -> dict[str, int]:
    today = select(Province.code, Province.id).where(Province.successor_id.is_(None))
    return dict(db.session.execute(today).all())


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
    return {"code": ward["code"], "name": name, "folded": fold(name), "province_id": provinces[ward["province"]]}


def _store(kind: type[Province | Ward], rows: Sequence[Row], known_by: list[str]) -> None:
    """Insert rows, or bring those that are there up to date, a batch a statement."""
    for batch in _batches(rows):
        insert = insert_into(kind).values(batch)
        changes = {name: insert.excluded[name] for name in batch[0] if name not in known_by}
        db.session.execute(insert.on_conflict_do_update(index_elements=known_by, set_=changes))


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
