"""Public names of things: `DH-2026-000123` from a sequence, and unguessable tokens."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Sequence,
    String,
    bindparam,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.core.database import Base, Id, db, table_of

PREFIXES = {
    "person": "NG",
    "organisation": "TC",
    "purchase": "MH",
    "order": "DH",
    "payment": "TT",
    "refund": "HT",
    "return": "TH",
    "ledger": "SC",
    "notice": "TB",
    "thread": "TN",
    "payout_batch": "DC",
    "payout": "CT",
    "fee_bill": "PD",
    "bank_statement": "SK",
    "token": "MC",
    "webhook": "WH",
    "application": "HS",
    "import": "NH",
    "request": "YC",
    "quote": "BG",
    "agreement": "HD",
    "annex": "PL",
    "minutes": "BB",
    "review": "YK",
    "upload": "TK",
    "mandate": "UQ",
    "rule_change": "TD",
    "call_off": "GH",
    "dispute": "KN",
    "monitoring": "GS",
    "supply": "NC",
}
_sequences = {name: Sequence(f"{name}_refs", metadata=Base.metadata, data_type=BigInteger) for name in PREFIXES}


class Counter(Base):
    """The last number of a series on a database without sequences."""

    __tablename__ = "counters"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(32), unique=True)
    last: Mapped[int] = mapped_column(BigInteger)


def next_ref(name: str) -> str:
    """The next public ref of a series, with this year; gaps may occur."""
    return f"{PREFIXES[name]}-{clock.today().year}-{_next_number(name):06d}"


def next_refs(name: str, count: int) -> list[str]:
    """Many refs of a series at once, for data that is written in bulk."""
    return [f"{PREFIXES[name]}-{clock.today().year}-{number:06d}" for number in _next_numbers(name, count)]


def set_refs_aside(**wanted: int) -> None:
    """Fetch at once what this transaction will need of several series; `next_ref` takes from it first."""
    kept: dict[str, list[int]] = db.session().info.setdefault("refs", {})
    for name, number in _fetched({name: count for name, count in wanted.items() if count}):
        kept.setdefault(name, []).append(number)


def _next_number(name: str) -> int:
    return _next_numbers(name, 1)[0]


def _next_numbers(name: str, count: int) -> list[int]:
    kept: list[int] = db.session().info.get("refs", {}).get(name, [])
    known, kept[:count] = kept[:count], []
    lacking = count - len(known)
    return known + [number for _name, number in _fetched({name: lacking})] if lacking else known


def _fetched(wanted: dict[str, int]) -> list[tuple[str, int]]:
    """New numbers of some series, each beside the name of its series, in one statement."""
    names = tuple(sorted(wanted))
    if db.engine.dialect.supports_sequences:
        return [(name, number) for name, number in db.session.execute(_drawn(names), wanted)]
    rows = [{"name": name, "last": wanted[name]} for name in names]
    counted = db.session.execute(_counted(), rows).all()
    return [(name, last - wanted[name] + n) for name, last in counted for n in range(1, wanted[name] + 1)]


@cache
def _drawn(names: tuple[str, ...]) -> Any:
    each = (
        select(literal(name), _sequences[name].next_value()).select_from(
            func.generate_series(1, bindparam(name, type_=Integer)).alias(name)
        )
        for name in names
    )
    return union_all(*each)


@cache
def _counted() -> Any:
    insert = sqlite.insert(table_of(Counter))
    more = {"last": Counter.last + insert.excluded.last}
    upsert = insert.on_conflict_do_update(index_elements=["name"], set_=more)
    return upsert.returning(Counter.name, Counter.last)


def new_token() -> str:
    """A random name that cannot be guessed, safe in an address."""
    return secrets.token_urlsafe(24)


def token_digest(token: str) -> str:
    """What is stored of a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()
