"""The data sets: the demonstration and bulk goods, built by the project's own commands; copies to be changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.servers import ROOT, environment
from tests.postgres import NoPostgres, TemporaryPostgres, libpq

ORDERS_A_PRODUCT = 0.2


class Engine(Protocol):
    """Where data sets live."""

    name: str

    def url(self, data: str) -> str:
        """The SQLAlchemy address of one data set."""

    def copy(self, data: str, to: str) -> str:
        """A copy of a data set that nobody uses now; answers its address."""


@dataclass
class Sqlite:
    """One file a data set."""

    folder: Path
    name: str = "SQLite"

    def url(self, data: str) -> str:
        """The file's address."""
        return f"sqlite:///{self.folder / data}.sqlite3"

    def copy(self, data: str, to: str) -> str:
        """Copy the file; a checkpoint at the last close left nothing beside it."""
        for suffix in ("-wal", "-shm"):
            (self.folder / f"{to}.sqlite3{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{data}.sqlite3", self.folder / f"{to}.sqlite3")
        return self.url(to)


@dataclass
class Postgres:
    """One database a data set, on a temporary server that no disk slows down."""

    server: TemporaryPostgres
    name: str = "PostgreSQL"

    def url(self, data: str) -> str:
        """The database's address."""
        return self.server.url(data)

    def create(self, data: str) -> None:
        """An empty database."""
        self._run(f'CREATE DATABASE "{data}"')

    def copy(self, data: str, to: str) -> str:
        """A database made from another one."""
        self._run(f'DROP DATABASE IF EXISTS "{to}" WITH (FORCE)')
        self._run(f'CREATE DATABASE "{to}" TEMPLATE "{data}"')
        return self.url(to)

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(libpq(self.server.url()), autocommit=True) as connection:
            connection.execute(statement)


def engines(folder: Path, wanted: Sequence[str]) -> list[Sqlite | Postgres]:
    """The databases that this machine has; PostgreSQL comes from requirements-dev.txt or PG_BIN."""
    found: list[Sqlite | Postgres] = [Sqlite(folder)] if "sqlite" in wanted else []
    if "postgresql" in wanted:
        try:
            found.append(Postgres(TemporaryPostgres()))
        except NoPostgres as missing:
            print(f"PostgreSQL is left out: {missing}")
    return found


def build(on: Sequence[Sqlite | Postgres], sizes: Sequence[int], folder: Path) -> dict[str, float]:
    """Make every data set, the engines at the same time; answers seconds by engine."""
    with ThreadPoolExecutor() as pool:
        return dict(zip((one.name for one in on), pool.map(lambda one: _build(one, sizes, folder), on), strict=True))


def _build(engine: Sqlite | Postgres, sizes: Sequence[int], folder: Path) -> float:
    begun, before = time.monotonic(), ""
    for size in sizes:
        data = name_of(size)
        if before:
            engine.copy(before, data)
        elif isinstance(engine, Postgres):
            engine.create(data)
        orders = str(int(size * ORDERS_A_PRODUCT))
        commands = [["demo", "load", "--products", str(size), "--orders", orders], ["audit", "seal"]]
        for words in commands if before else [["db", "upgrade"], *commands]:
            flask(engine.url(data), folder, *words)
        settle(engine, data)
        before = data
    return time.monotonic() - begun


def name_of(size: int) -> str:
    """The name of a data set."""
    return f"market{size}"


def flask(url: str, folder: Path, *words: str) -> str:
    """Run a command of the project on a data set."""
    told = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "marketplace", *words],
        cwd=ROOT, env=environment(url, folder) | {"DEMO": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    if told.returncode:
        raise RuntimeError(f"flask {' '.join(words)} failed:\n{told.stdout}{told.stderr}")
    return told.stdout


def settle(engine: Sqlite | Postgres, data: str) -> None:
    """What a database in use does by itself after a while: statistics are gathered."""
    if isinstance(engine, Postgres):
        import psycopg

        with psycopg.connect(libpq(engine.url(data)), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        return
    import sqlite3

    with suppress(sqlite3.OperationalError):
        file = sqlite3.connect(engine.folder / f"{data}.sqlite3")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.close()
