"""Requests and quotes whose last day has passed, looked for every few minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select

from marketplace.contracts.models import Quote, Request
from marketplace.contracts.queries import quotes, requests
from marketplace.contracts.services import quotes as quoting
from marketplace.contracts.services import requests as asking
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.outbox import every
from marketplace.core.outbox.rounds import each_apart

BATCH = 200


@every(timedelta(minutes=5), "contracts.close_requests")
def close_requests() -> None:
    """Each open request whose last day for answers has passed, in a transaction of its own."""
    each_apart(Request, _ids(requests.open_past(clock.today())), asking.lapse)


@every(timedelta(minutes=5), "contracts.expire_quotes")
def expire_quotes() -> None:
    """Each open quote that is no longer valid, in a transaction of its own."""
    each_apart(Quote, _ids(quotes.open_past(clock.today())), quoting.expire)


def _ids(due: Select[int]) -> Sequence[int]:
    return db.session.scalars(due.limit(BATCH)).all()
