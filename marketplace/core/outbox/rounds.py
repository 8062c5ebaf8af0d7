"""Rounds over many things: each in a transaction of its own; one that fails does not hold up those behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from marketplace.core.database import db, writing


def each_apart(kind: type[Any], ids: Iterable[int], act: Callable[[Any], object]) -> None:
    """Do something to each row with these ids; the first failure is raised once all were tried, so that it is seen."""
    failures = failures_of(kind, ids, act)
    if failures:
        raise failures[0]


def failures_of(kind: type[Any], ids: Iterable[int], act: Callable[[Any], object]) -> list[Exception]:
    """The same, for a round of several kinds of work; answers what failed. Rows that are gone are passed over."""
    return [error for one in ids if (error := _done(kind, one, act))]


def _done(kind: type[Any], row_id: int, act: Callable[[Any], object]) -> Exception | None:
    try:
        with writing():
            row = db.session.get(kind, row_id)
            if row is not None:
                act(row)
    except Exception as error:
        return error
    return None
