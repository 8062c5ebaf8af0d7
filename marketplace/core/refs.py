"""Public names of things: `DH-2026-000123` from a sequence, and unguessable tokens."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import BigInteger, Sequence, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.core.database import Base, Id, db, insert_into

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
    "payout_batch": "DC",
    "payout": "CT",
    "fee_bill": "PD",
    "bank_statement": "SK",
    "thread": "TN",
    "token": "MC",
    "webhook": "WH",
    "application": "HS",
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


def _next_number(name: str) -> int:
    return _next_numbers(name, 1)[0]


def _next_numbers(name: str, count: int) -> list[int]:
    if db.engine.dialect.supports_sequences:
        many = select(_sequences[name].next_value()).select_from(func.generate_series(1, count).alias("each"))
        return list(db.session.scalars(many))
    insert = insert_into(Counter).values(name=name, last=count)
    upsert = insert.on_conflict_do_update(index_elements=["name"], set_={"last": Counter.last + count})
    last = int(db.session.execute(upsert.returning(Counter.last)).scalar_one())
    return list(range(last - count + 1, last + 1))


def new_token() -> str:
    """A random name that cannot be guessed, safe in an address."""
    return secrets.token_urlsafe(24)


def token_digest(token: str) -> str:
    """What is stored of a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()
