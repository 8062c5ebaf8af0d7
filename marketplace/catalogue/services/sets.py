"""The 26 product sets, as the data files of the project name them."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from marketplace.catalogue.models import ProductSet
from marketplace.core.database import db

SETS = Path(__file__).resolve().parent.parent / "data" / "sets.json"


def load_sets() -> int:
    """Write the 26 sets into the database, or bring their names up to date; answers how many there are."""
    known = {one.number: one for one in db.session.scalars(select(ProductSet))}
    rows = json.loads(SETS.read_text(encoding="utf-8"))
    for row in rows:
        one = known.get(row["number"]) or ProductSet(number=row["number"])
        one.industry, one.name, one.name_en = row["industry"], row["name"], row["name_en"]
        db.session.add(one)
    return len(rows)
