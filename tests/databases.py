"""A migrated database for every worker, and the way back to its first state between two tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.postgres import TemporaryPostgres, libpq

Migrate = Callable[[str], None]
Row = tuple[Any, ...]

# what a table that the migrations filled looked like: how many rows, and the youngest transaction that wrote one
FINGERPRINT = "SELECT count(*), max(xmin::text::bigint) FROM {table}"


class Database(Protocol):
    """One database of the tests; url is what SQLAlchemy connects to."""

    @property
    def url(self) -> str: ...

    def reset(self) -> None:
        """Back to the rows that the migrations left; nothing of the app may be connected."""

    def remove(self) -> None:
        """Drop it."""


class Databases(Protocol):
    """Hands out databases made from one migrated template."""

    def create(self, name: str, like: str = "") -> Database:
        """A database of its own for one worker or one live server; `like` names another one to copy."""


# --- SQLite: a file copied from the template -------------------------------------------------------------------------


@dataclass
class SqliteFile:
    """A copy of the template; the append-only triggers forbid deleting rows, so a reset copies again."""

    template: Path
    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def reset(self) -> None:
        self.remove()
        fresh = self.path.with_suffix(".fresh")
        shutil.copyfile(self.template, fresh)
        fresh.replace(self.path)

    def remove(self) -> None:
        for suffix in ("-wal", "-shm", ""):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


class SqliteFiles:
    """Copies of one migrated file."""

    def __init__(self, folder: Path, migrate: Migrate) -> None:
        self.folder = folder
        self.template = folder / "template.sqlite3"
        migrate(f"sqlite:///{self.template}")

    def create(self, name: str, like: str = "") -> SqliteFile:
        template = self.folder / f"{like}.sqlite3" if like else self.template
        database = SqliteFile(template, self.folder / f"{name}.sqlite3")
        database.reset()
        return database


# --- PostgreSQL: a database created from the template ----------------------------------------------------------------


@dataclass
class PostgresDatabase:
    """A reset deletes the rows a test wrote with triggers off: far cheaper than TRUNCATE or a new database."""

    server: str
    name: str
    filled: dict[str, Row] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    sequences: list[Row] = field(default_factory=list)
    keeper: Any = None

    @property
    def url(self) -> str:
        return self.server.replace("/postgres?", f"/{self.name}?", 1)

    def learn(self) -> None:
        """Remember which tables the migrations filled, and keep a copy of their rows."""
        with _connect(self.url) as connection:
            connection.execute("CREATE SCHEMA pristine")
            for (table,) in connection.execute(_TABLES).fetchall():
                seen = connection.execute(FINGERPRINT.format(table=table)).fetchone()
                if seen[0]:
                    self.filled[table] = seen
                    connection.execute(f"CREATE TABLE pristine.{table} AS TABLE public.{table}")
                else:
                    self.empty.append(table)
            self.sequences = connection.execute(_SEQUENCES).fetchall()

    def reset(self) -> None:
        connection = self._kept()
        for table in self._written(connection):
            connection.execute(f"DELETE FROM public.{table}")
        for table in self._changed(connection):
            self._restore(connection, table)
        names, values, asked = (list(column) for column in zip(*self.sequences, strict=True))
        connection.execute(_REWIND, (names, values, asked), prepare=True)

    def _kept(self) -> Any:
        """The connection that puts things back, kept from test to test: a new one would know no table yet."""
        if self.keeper is None or self.keeper.closed:
            self.keeper = _connect(self.url)
            self.keeper.execute("SET lock_timeout = '5s'")
            self.keeper.execute("SET session_replication_role = replica")
        return self.keeper

    def _written(self, connection: Any) -> list[str]:
        if not self.empty:
            return []
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in self.empty)
        return [table for (table,) in connection.execute(asked, prepare=True).fetchall()]

    def _changed(self, connection: Any) -> list[str]:
        return [
            table
            for table, seen in self.filled.items()
            if connection.execute(FINGERPRINT.format(table=table)).fetchone() != seen
        ]

    def _restore(self, connection: Any, table: str) -> None:
        columns = ", ".join(name for (name,) in connection.execute(_COLUMNS, (table.strip('"'),)).fetchall())
        connection.execute(f"DELETE FROM public.{table}")
        connection.execute(
            f"INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM pristine.{table}"
        )
        self.filled[table] = connection.execute(FINGERPRINT.format(table=table)).fetchone()

    def remove(self) -> None:
        with _connect(self.server) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


_TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# where each sequence stands, and whether it has been asked yet
_SEQUENCES = (
    "SELECT 'public.' || quote_ident(sequencename), coalesce(last_value, start_value), last_value IS NOT NULL "
    "FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
)
_REWIND = (
    "SELECT setval(name::regclass, value, asked) "
    "FROM unnest(%s::text[], %s::bigint[], %s::bool[]) AS kept(name, value, asked)"
)
_COLUMNS = (
    "SELECT quote_ident(column_name) FROM information_schema.columns "
    "WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"
)


def _connect(url: str) -> Any:
    import psycopg

    return psycopg.connect(libpq(url), autocommit=True)


class PostgresDatabases:
    """Databases of the session's one server; the first worker to come makes the migrated template."""

    template = "template_market"

    def __init__(self, server: str, migrate: Migrate) -> None:
        self.server = server
        with _connect(server) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self.template,)).fetchone():
                self._make_template(connection, migrate)

    def _make_template(self, connection: Any, migrate: Migrate) -> None:
        connection.execute("CREATE DATABASE template_unfinished")
        migrate(self.server.replace("/postgres?", "/template_unfinished?", 1))
        connection.execute(f"ALTER DATABASE template_unfinished RENAME TO {self.template}")

    def create(self, name: str, like: str = "") -> PostgresDatabase:
        database = PostgresDatabase(self.server, f"test_{name}")
        with _connect(self.server) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            template = f"test_{like}" if like else self.template
            connection.execute(f'CREATE DATABASE "{database.name}" TEMPLATE "{template}"')
        if not like:
            database.learn()
        return database


# --- which one -------------------------------------------------------------------------------------------------------


def engine_name() -> str:
    """The database of this run: sqlite or postgresql, from TEST_DATABASE."""
    name = os.environ.get("TEST_DATABASE") or "sqlite"
    if name not in ("sqlite", "postgresql"):
        raise SystemExit(f"TEST_DATABASE must be sqlite or postgresql, not {name!r}.")
    return name


def start_server() -> TemporaryPostgres | None:
    """Started once by the process that the workers come from; they find it in their environment."""
    if engine_name() != "postgresql" or os.environ.get("TEST_POSTGRES"):
        return None
    server = TemporaryPostgres()
    os.environ["TEST_POSTGRES"] = server.url()
    return server


def open_databases(folder: Path, migrate: Migrate) -> Databases:
    """The databases of this run, with their template migrated."""
    if engine_name() == "sqlite":
        return SqliteFiles(folder, migrate)
    return PostgresDatabases(os.environ["TEST_POSTGRES"], migrate)
