"""What the controls of the races put in the place of locks, to show the fault that the locks keep away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, select

from marketplace.core import database
from marketplace.core.database import db


@contextmanager
def plain_writing() -> Iterator[None]:
    """A transaction that begins as one that only reads."""
    session = db.session()
    session.rollback()
    session.info["writing"] = True
    try:
        yield
        session.flush()
        for finisher in database._finishers:
            finisher(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.clear()


def plain_locked(kind: type[Any], ids: Any) -> list[Any]:
    """Rows in id order, read without a lock."""
    return list(db.session.scalars(select(kind).where(kind.id.in_(sorted(set(ids)))).order_by(kind.id)))


def plain_statement(_kind: type[Any], statement: Select[Any]) -> Select[Any]:
    """The statement without its lock."""
    return statement
