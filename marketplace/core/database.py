"""The database: one declarative base, the column types, `writing()` around every change and `lock()` inside it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    event,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator

BUSY_MILLISECONDS = 10_000


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments, which would shift by seven hours unseen."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives naive values back: they are UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only for INTEGER, which there holds 64 bits as well.
BigId = BigInteger().with_variant(Integer(), "sqlite")
PlainJson = JSON().with_variant(JSONB(), "postgresql")

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
Vnd = Annotated[int, mapped_column(BigInteger)]
Ref = Annotated[str, mapped_column(String(32), unique=True)]


class Base(DeclarativeBase):
    """What every table shares: names of constraints and the types that Python types stand for."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(type_annotation_map={datetime: UtcDateTime(), dict[str, Any]: PlainJson, list[Any]: PlainJson})


db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": True})


def enumerated(kind: type[StrEnum], name: str, **options: Any) -> Mapped[Any]:
    """A column that holds one of an enum's values as text, with a named CHECK on both databases."""
    column_type = Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(column_type, **options)


def not_negative(*columns: str) -> tuple[CheckConstraint, ...]:
    """A named CHECK for each column that must never fall below zero."""
    return tuple(CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative") for column in columns)


def insert_into(table: Any) -> Any:
    """An INSERT that knows ON CONFLICT in the dialect of the present database."""
    dialect = db.engine.dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def gather_statistics() -> None:
    """Let the database look at what its tables hold, by which it chooses ways through them: milliseconds on SQLite.

    PostgreSQL does so by itself a minute after much has changed, SQLite only when it is told.
    """
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA analysis_limit = 1000"))
    db.session.execute(text("ANALYZE"))


def table_of(kind: type[Any]) -> Table:
    """The table of a model, for statements that hand out rows and no objects."""
    return cast(Table, kind.__table__)


Finisher = Callable[[Session], None]
_finishers: list[Finisher] = []


def before_commit(finisher: Finisher) -> Finisher:
    """Register what `writing()` does last, just before it commits."""
    if finisher not in _finishers:
        _finishers.append(finisher)
    return finisher


@contextmanager
def writing() -> Iterator[None]:
    """One act in one transaction: begins it for writing, commits it once, or leaves nothing of it."""
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("writing() does not nest")
    if session.info.get("read_only"):
        raise RuntimeError("a GET never writes")
    session.rollback()
    session.connection(execution_options={"write": True})
    session.info["writing"] = True
    try:
        yield
        session.flush()
        for finisher in _finishers:
            finisher(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        for key in set(session.info) - {"read_only"}:
            del session.info[key]


def forbid_writing() -> None:
    """Make this request's session one that only reads."""
    db.session().info["read_only"] = True


def lock(*things: Any) -> None:
    """Reload rows under lock, by table and id, so that what is checked next stays true until the commit."""
    session = db.session()
    if not session.info.get("writing"):
        raise RuntimeError("lock() belongs inside writing()")
    by_class: defaultdict[type[Any], set[int]] = defaultdict(set)
    for thing in things:
        by_class[type(thing)].add(thing.id)
    for kind in sorted(by_class, key=lambda one: str(one.__tablename__)):
        locked(kind, by_class[kind])


def locked(kind: type[Any], ids: Iterable[int]) -> list[Any]:
    """Rows of one table reloaded under lock in id order."""
    statement = select(kind).where(kind.id.in_(sorted(set(ids)))).order_by(kind.id)
    return list(db.session.scalars(under_lock(kind, statement)))


def under_lock(kind: type[Any], statement: Select[Any]) -> Select[Any]:
    """A statement that reloads rows of one table under lock; it belongs inside writing()."""
    # rows that only point to these may come and go meanwhile: waiting for those, too, could close a ring
    return statement.with_for_update(of=kind, key_share=True).execution_options(populate_existing=True)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def append_only(table: str, dialect: str) -> list[str]:
    """The SQL after which rows of a table can only be added: no change, no removal, no emptying."""
    if dialect == "sqlite":
        return [
            refusal_trigger(table, "change", "UPDATE", dialect),
            refusal_trigger(table, "removal", "DELETE", dialect),
        ]
    return [
        REFUSING_FUNCTION,
        refusal_trigger(table, "change", "UPDATE", dialect),
        refusal_trigger(table, "removal", "DELETE", dialect),
        f"CREATE TRIGGER {table}_refuses_emptying BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()",
    ]


# neither ":" nor "%" may stand in this SQL: migrations run it through drivers that would fill them
REFUSING_FUNCTION = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_TABLE_NAME || ' only grows'; END $$"
)


def refusal_trigger(table: str, what: str, act: str, dialect: str, *, when: str = "") -> str:
    """One trigger that refuses an act on a table's rows, or only `when` a condition on OLD and NEW holds."""
    name, condition = f"{table}_refuses_{what}", f" WHEN ({when})" if when else ""
    head = f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW{condition}"
    if dialect == "sqlite":
        return f"{head} BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
    return f"{head} EXECUTE FUNCTION refuse_change()"
