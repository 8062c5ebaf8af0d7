"""The trail: one append-only row for every change of state, money, stock or rights, sealed into an HMAC chain.

Rows are numbered per subject in the transaction that they record; one sealer gives them their place in the chain a
moment later, so that writers never queue behind it. Rows hold refs and figures, never names.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import (
    Base,
    Id,
    append_only,
    before_commit,
    db,
    insert_into,
    refusal_trigger,
    table_of,
    writing,
)

FIRST_SEAL = "0" * 64
BATCH = 500
UNSEALED = text("seal_number IS NULL")


class AuditEntry(Base):
    """One thing that happened to one subject."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_ref", "number"),
        Index("ix_audit_entries_unsealed", "id", postgresql_where=UNSEALED, sqlite_where=UNSEALED),
    )

    id: Mapped[Id]
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_ref: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_ref: Mapped[str] = mapped_column(String(64))
    organisation_ref: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    before: Mapped[str | None] = mapped_column(String(64))
    after: Mapped[str | None] = mapped_column(String(64))
    figures: Mapped[dict[str, Any]]
    seal_number: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    seal: Mapped[str | None] = mapped_column(String(64))


class AuditSubject(Base):
    """How many rows a subject has: the source of their numbers, and what a missing last row is noticed by."""

    __tablename__ = "audit_subjects"
    __table_args__ = (UniqueConstraint("kind", "ref"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(32))
    ref: Mapped[str] = mapped_column(String(64))
    last_number: Mapped[int]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about."""

    kind: str
    ref: str


def subject_of(thing: Any) -> Subject:
    """The subject that a thing with a ref is: its table's name and its ref."""
    return Subject(str(thing.__tablename__), str(thing.ref))


def record(
    subject: Subject, action: str, *, by: Actor, before: str | None = None, after: str | None = None, **figures: Any
) -> None:
    """Write down that something happened; the row is stored with the act, or not at all."""
    row = {
        "subject_kind": subject.kind,
        "subject_ref": subject.ref,
        "at": clock.now(),
        "actor_kind": by.kind.value,
        "actor_ref": by.ref,
        "organisation_ref": by.organisation_ref,
        "action": action,
        "before": before,
        "after": after,
        "figures": {name: plain(value) for name, value in figures.items()},
    }
    db.session().info.setdefault("audit", []).append(row)


def plain(value: Any) -> Any:
    """A figure as JSON holds it: days and exact numbers as text."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@before_commit
def _store(session: Session) -> None:
    rows: list[dict[str, Any]] = session.info.pop("audit", [])
    if not rows:
        return
    last = _reserve_numbers(session, rows)
    for row in reversed(rows):
        key = (row["subject_kind"], row["subject_ref"])
        row["number"] = last[key]
        last[key] -= 1
    session.execute(_entries(), rows)


def _reserve_numbers(session: Session, rows: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """The last number of each subject once these rows are counted; subjects are taken in order, so no deadlock."""
    counted = Counter((row["subject_kind"], row["subject_ref"]) for row in rows)
    values = [{"kind": kind, "ref": ref, "last_number": count} for (kind, ref), count in sorted(counted.items())]
    returned = session.execute(_subjects(db.engine.dialect.name), values)
    return {(kind, ref): last for kind, ref, last in returned}


@cache
def _entries() -> Any:
    """What comes back is not needed, but lets all rows travel in one statement."""
    table = table_of(AuditEntry)
    return table.insert().returning(table.c.id)


@cache
def _subjects(_dialect: str) -> Any:
    insert = insert_into(table_of(AuditSubject))
    upsert = insert.on_conflict_do_update(
        index_elements=["kind", "ref"], set_={"last_number": AuditSubject.last_number + insert.excluded.last_number}
    )
    return upsert.returning(AuditSubject.kind, AuditSubject.ref, AuditSubject.last_number)


def waiting() -> bool:
    """Whether rows wait for their seal; reads only."""
    return db.session.scalar(select(AuditEntry.id).where(AuditEntry.seal_number.is_(None)).limit(1)) is not None


def seal(key: str) -> int:
    """Give waiting rows their place in the chain, oldest first; returns how many (at most one batch)."""
    if not waiting():
        return 0
    with writing():
        _take_sealer()
        number, seal_before = _head()
        fresh = select(AuditEntry).where(AuditEntry.seal_number.is_(None)).order_by(AuditEntry.id).limit(BATCH)
        entries = list(db.session.scalars(fresh))
        for entry in entries:
            number += 1
            seal_before = _seal_of(key, seal_before, number, entry)
            entry.seal_number, entry.seal = number, seal_before
    return len(entries)


def _take_sealer() -> None:
    """One sealer at a time: the row of the sealer itself is the lease."""
    insert = insert_into(AuditSubject).values(kind="sealer", ref="sealer", last_number=0)
    db.session.execute(
        insert.on_conflict_do_update(index_elements=["kind", "ref"], set_={"last_number": AuditSubject.last_number})
    )


def _head() -> tuple[int, str]:
    last = select(AuditEntry.seal_number, AuditEntry.seal).where(AuditEntry.seal_number.is_not(None))
    row = db.session.execute(last.order_by(AuditEntry.seal_number.desc()).limit(1)).first()
    return (row[0] or 0, row[1] or "") if row else (0, FIRST_SEAL)


def head() -> tuple[int, str]:
    """The last seal: its number and its value."""
    return _head()


def _seal_of(key: str, seal_before: str, number: int, entry: AuditEntry) -> str:
    content = [
        number,
        entry.subject_kind,
        entry.subject_ref,
        entry.number,
        entry.at.isoformat(),
        entry.actor_kind,
        entry.actor_ref,
        entry.organisation_ref,
        entry.action,
        entry.before,
        entry.after,
        entry.figures,
    ]
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key.encode(), (seal_before + written).encode(), hashlib.sha256).hexdigest()


def verify(key: str, *, known_head: str | None = None) -> list[str]:
    """Every fault found in the trail up to its head: edits, removals, gaps, a changed order, a lost head."""
    faults = [*_chain_faults(key), *_numbering_faults(), *_uncounted()]
    if known_head and db.session.scalar(select(AuditEntry.id).where(AuditEntry.seal == known_head)) is None:
        faults.append(f"the known head {known_head} is not in the chain")
    return faults


def _chain_faults(key: str) -> list[str]:
    faults: list[str] = []
    expected, seal_before = 1, FIRST_SEAL
    sealed = select(AuditEntry).where(AuditEntry.seal_number.is_not(None)).order_by(AuditEntry.seal_number)
    for entry in db.session.scalars(sealed.execution_options(yield_per=BATCH)):
        number = entry.seal_number or 0
        if number != expected:
            faults.append(f"seal {expected} is missing")
        if not hmac.compare_digest(_seal_of(key, seal_before, number, entry), entry.seal or ""):
            faults.append(f"seal {number} does not fit {entry.subject_kind} {entry.subject_ref} no. {entry.number}")
        expected, seal_before = number + 1, entry.seal or ""
    return faults


def _numbering_faults() -> list[str]:
    """Subjects whose rows are not exactly the numbers from one to the last that was given."""
    rows, least, most = func.count(), func.min(AuditEntry.number), func.max(AuditEntry.number)
    kind, ref = AuditEntry.subject_kind, AuditEntry.subject_ref
    figures = rows.label("rows"), least.label("least"), most.label("most")
    counted = select(kind, ref, *figures).group_by(kind, ref).subquery()
    last = AuditSubject.last_number
    complete = (counted.c.rows == last) & (counted.c.least == 1) & (counted.c.most == last)
    statement = (
        select(AuditSubject.kind, AuditSubject.ref, last, counted.c.rows)
        .outerjoin(counted, (counted.c.subject_kind == AuditSubject.kind) & (counted.c.subject_ref == AuditSubject.ref))
        .where(AuditSubject.kind != "sealer", or_(counted.c.rows.is_(None), ~complete))
        .order_by(AuditSubject.kind, AuditSubject.ref)
    )
    found = db.session.execute(statement)
    return [f"{kind} {ref} should have rows 1 to {last}, has {rows or 0}" for kind, ref, last, rows in found]


def _uncounted() -> list[str]:
    """Subjects that have rows but whose count is gone."""
    kind, ref = AuditEntry.subject_kind, AuditEntry.subject_ref
    counted = (AuditSubject.kind == kind) & (AuditSubject.ref == ref)
    statement = select(kind, ref).outerjoin(AuditSubject, counted).where(AuditSubject.id.is_(None)).distinct()
    return [f"{kind} {ref} has rows but no count" for kind, ref in db.session.execute(statement)]


# --- what the database itself refuses --------------------------------------------------------------------------------

# named one by one: a migration that has run must not change with the model
_WRITTEN_ONCE: tuple[str, ...] = (
    "id",
    "subject_kind",
    "subject_ref",
    "number",
    "at",
    "actor_kind",
    "actor_ref",
    "organisation_ref",
)
_WRITTEN_ONCE += ("action", "before", "after", "figures")


def _only_sealing(same: str) -> str:
    """The condition under which a change is refused: anything but filling an empty seal."""
    changed = " OR ".join(f"NEW.{column} {same} OLD.{column}" for column in _WRITTEN_ONCE)
    unsealed = "OLD.seal_number IS NULL AND OLD.seal IS NULL"
    return f"NOT ({unsealed} AND NEW.seal_number IS NOT NULL AND NEW.seal IS NOT NULL) OR {changed}"


def _triggers(dialect: str, same: str) -> list[str]:
    lowered = f"NEW.last_number < OLD.last_number OR NEW.kind {same} OLD.kind OR NEW.ref {same} OLD.ref"
    own = {
        "audit_entries": refusal_trigger("audit_entries", "change", "UPDATE", dialect, when=_only_sealing(same)),
        "audit_subjects": refusal_trigger("audit_subjects", "change", "UPDATE", dialect, when=lowered),
    }
    return [
        own[table] if statement.startswith(f"CREATE TRIGGER {table}_refuses_change ") else statement
        for table in own
        for statement in append_only(table, dialect)
    ]


TRIGGERS: dict[str, list[str]] = {
    "sqlite": _triggers("sqlite", "IS NOT"),
    "postgresql": _triggers("postgresql", "IS DISTINCT FROM"),
}


def triggers(dialect: str) -> list[str]:
    """The SQL that makes the trail append-only in a database of this dialect; a migration runs it."""
    return list(TRIGGERS[dialect])
