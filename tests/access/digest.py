"""What the database holds, as one digest a table: equal before and after means that nothing changed."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from marketplace.core.database import Base, db

# counted before anything is decided: tries to sign in, and who is signed in where
COUNTERS = {"sign_in_attempts", "sign_ins"}
# thousands of rows of the official lists, which nobody changes: their number is enough
LISTS = {"wards", "province_succession"}


def digests() -> dict[str, str]:
    """Each table by name, with its number of rows; reads past what the session remembers, and past the models."""
    db.session.rollback()
    # a driver's own rows: to read a contract's text as its model does takes ten times as long
    driver = cast(Any, db.session.connection().connection.dbapi_connection)
    digest = _of_server if db.engine.dialect.name == "postgresql" else _of_file
    names = (table.name for table in Base.metadata.sorted_tables)
    told = {name: digest(driver, name) for name in names if name not in COUNTERS}
    db.session.rollback()
    return told


def _of_file(driver: Any, name: str) -> str:
    if name in LISTS:
        return str(driver.execute(f"SELECT count(*) FROM {name}").fetchone()[0])
    rows = driver.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()
    return f"{len(rows)}:{hashlib.sha256(repr(rows).encode()).hexdigest()[:12]}"


def _of_server(driver: Any, name: str) -> str:
    all_rows = "string_agg(one::text, chr(10) ORDER BY one::text)"
    rest = "" if name in LISTS else f" || ':' || left(md5(coalesce({all_rows}, '')), 12)"
    return str(driver.execute(f"SELECT count(*){rest} FROM {name} AS one").fetchone()[0])


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The tables that differ, each with its rows and digest before and after."""
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}
