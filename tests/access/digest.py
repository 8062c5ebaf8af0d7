"""What the database holds, as one digest a table: equal before and after means that nothing changed."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select

from marketplace.core.database import Base, db

# counted before anything is decided: tries to sign in, and who is signed in where
COUNTERS = {"sign_in_attempts", "sign_ins"}
# thousands of rows of the official lists, which nobody changes: their number is enough
LISTS = {"wards", "province_succession"}


def digests() -> dict[str, str]:
    """Each table by name; reads past what the session remembers."""
    db.session.rollback()
    return {table.name: _digest(table) for table in Base.metadata.sorted_tables if table.name not in COUNTERS}


def _digest(table: object) -> str:
    if table.name in LISTS:  # type: ignore[attr-defined]
        return str(db.session.scalar(select(func.count()).select_from(table)))  # type: ignore[arg-type]
    rows = sorted(map(repr, db.session.execute(select(table))))  # type: ignore[call-overload]
    return f"{len(rows)}:{hashlib.sha256(chr(10).join(rows).encode()).hexdigest()[:12]}"


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The tables that differ, each with its rows and digest before and after."""
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}
