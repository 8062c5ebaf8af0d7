"""Rows that change once in years, such as provinces and product sets: read once a process, and again after a while.

A change that this process makes is seen at once, one of another process after `OLDEST` at the latest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from flask import Flask, current_app, has_app_context
from sqlalchemy import event

from marketplace.core import clock
from marketplace.core.database import db

OLDEST = timedelta(minutes=1)
KEPT = "reference_rows"

Value = TypeVar("Value")


def kept_rows(name: str, read: Callable[[], Value]) -> Value:
    """What `read` answered not long ago; while this transaction changes such rows, what it answers now."""
    if db.session.info.get(KEPT):
        return read()
    kept: dict[str, tuple[datetime, Any]] = current_app.extensions.setdefault(KEPT, {})
    known = kept.get(name)
    if known is None or not timedelta(0) <= clock.now() - known[0] <= OLDEST:
        known = kept[name] = (clock.now(), read())
    return cast(Value, known[1])


def forget_reference(app: Flask) -> None:
    """Read everything anew from here on."""
    app.extensions.pop(KEPT, None)


def watch(*models: type[Any]) -> None:
    """Name the models whose rows are kept, so that a change of one is seen."""
    for model in models:
        for happening in ("after_insert", "after_update", "after_delete"):
            event.listen(model, happening, changed)


def changed(*_about: Any) -> None:
    """Such rows change in this transaction; what writes many at once says so itself."""
    db.session.info[KEPT] = True


def _ended(session: Any) -> None:
    """The change is there for everybody, or for nobody: what was kept is of before."""
    if session.info.pop(KEPT, False) and has_app_context():
        forget_reference(current_app._get_current_object())  # type: ignore[attr-defined]


event.listen(db.session, "after_commit", _ended)
event.listen(db.session, "after_rollback", _ended)
