"""The demonstration's own data files."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"

Row = dict[str, Any]


@lru_cache
def rows(name: str) -> list[Row]:
    """The records of one file."""
    content = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    found: list[Row] = next(value for key, value in content.items() if not key.startswith("_"))
    return found


def sku_of(kind: str, place: int) -> str:
    """The platform's number of one pack of a kind."""
    number = next(index for index, row in enumerate(rows("listings"), start=1) if row["id"] == kind)
    return f"OC{number:04d}-{place + 1}"


def months_before(day: date, months: int) -> date:
    """The day that many months earlier, at most the 28th."""
    whole = day.year * 12 + day.month - 1 - months
    return date(whole // 12, whole % 12 + 1, min(day.day, 28))
