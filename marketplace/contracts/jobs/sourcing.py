"""Requests and quotes whose last day has passed, looked for every few minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Select

from marketplace.contracts.models import Quote, Request
from marketplace.contracts.queries import quotes, requests
from marketplace.contracts.services import quotes as quoting
from marketplace.contracts.services import requests as asking
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import every

BATCH = 200


@every(timedelta(minutes=5), "contracts.close_requests")
def close_requests() -> None:
    """Each open request whose last day for answers has passed, in a transaction of its own."""
    _pass_all(Request, requests.open_past(clock.today()), asking.lapse)


@every(timedelta(minutes=5), "contracts.expire_quotes")
def expire_quotes() -> None:
    """Each open quote that is no longer valid, in a transaction of its own."""
    _pass_all(Quote, quotes.open_past(clock.today()), quoting.expire)


def _pass_all(kind: type[Any], due: Select[int], passing: Callable[[Any], bool]) -> None:
    failures = [error for one in db.session.scalars(due.limit(BATCH)).all() if (error := _passed(kind, one, passing))]
    if failures:
        raise failures[0]


def _passed(kind: type[Any], thing_id: int, passing: Callable[[Any], bool]) -> Exception | None:
    """One thing that cannot pass does not hold up those behind it."""
    try:
        with writing():
            thing = db.session.get(kind, thing_id)
            if thing is not None:
                passing(thing)
    except Exception as error:
        return error
    return None
