"""The one clock: aware UTC inside, Asia/Ho_Chi_Minh where people read; tests can stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_stopped_at: datetime | None = None


def now() -> datetime:
    """The present moment in UTC."""
    return _stopped_at or datetime.now(UTC)


def today() -> date:
    """The calendar day in Vietnam."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """The same moment on a Vietnamese clock."""
    return moment.astimezone(VIETNAM)


def start_of(day: date) -> datetime:
    """The first moment of a Vietnamese day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a Vietnamese day, in UTC."""
    return start_of(day + timedelta(days=1))


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Stop the clock of this process at a moment (aware)."""
    global _stopped_at
    before, _stopped_at = _stopped_at, at.astimezone(UTC)
    try:
        yield
    finally:
        _stopped_at = before
