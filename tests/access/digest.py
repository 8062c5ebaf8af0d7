"""What the database holds, as one digest a table: equal before and after means that nothing changed."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any, cast

from sqlalchemy import text

from marketplace.core.database import Base, db
from tests.postgres import libpq

# counted before anything is decided: tries to sign in, and who is signed in where
COUNTERS = {"sign_in_attempts", "sign_ins"}
# thousands of rows of the official lists, which nobody changes: their number is enough
LISTS = {"wards", "province_succession"}
# how many rows a table has, and the youngest transaction that wrote one
WRITTEN = "SELECT '{table}', count(*), max(xmin::text::bigint) FROM {table}"


def digests() -> dict[str, str]:
    """Each table by name, with its number of rows; reads past what the session remembers, and past the models."""
    db.session.rollback()
    # a driver's own rows: to read a contract's text as its model does takes ten times as long
    told = _told(cast(Any, db.session.connection().connection.dbapi_connection))
    db.session.rollback()
    return told


class Standing:
    """The database as it stands now; its rows are read only when somebody has written since."""

    def __init__(self) -> None:
        db.session.rollback()
        self._held = _HeldServer() if _on_server() else _HeldFile()
        self._stamp = self._held.stamp()

    def changes(self) -> dict[str, tuple[str, str]]:
        """The tables that differ since, each with its rows and digest then and now; asked once."""
        db.session.rollback()
        try:
            return {} if self._held.stamp() == self._stamp else changed(_told(self._held.past), digests())
        finally:
            self._held.close()


class _HeldFile:
    """SQLite: from its first look on, `past` sees the same rows, whatever others write; `present` counts commits."""

    def __init__(self) -> None:
        path = str(db.engine.url.database)
        self.past = sqlite3.connect(path, isolation_level=None)
        self.past.execute("BEGIN")
        self.past.execute("SELECT count(*) FROM sqlite_master").fetchone()
        self.present = sqlite3.connect(path, isolation_level=None)

    def stamp(self) -> object:
        return self.present.execute("PRAGMA data_version").fetchone()

    def close(self) -> None:
        self.past.close()
        self.present.close()


class _HeldServer:
    """PostgreSQL: `past` holds a snapshot; each table tells the youngest transaction that wrote into it."""

    def __init__(self) -> None:
        import psycopg

        self.past = psycopg.connect(libpq(db.engine.url.render_as_string(hide_password=False)), autocommit=True)
        self.past.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.past.execute("SELECT pg_current_snapshot()")

    def stamp(self) -> object:
        asked = " UNION ALL ".join(WRITTEN.format(table=name) for name in _names())
        found = db.session.execute(text(asked)).all()
        db.session.rollback()
        return found

    def close(self) -> None:
        self.past.close()


def _on_server() -> bool:
    return db.engine.dialect.name == "postgresql"


def _names() -> list[str]:
    return [table.name for table in Base.metadata.sorted_tables if table.name not in COUNTERS]


def _told(driver: Any) -> dict[str, str]:
    digest = _of_server if _on_server() else _of_file
    return {name: digest(driver, name) for name in _names()}


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
