"""Working days in Vietnam: Monday to Friday, but for the days that the calendar names."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from marketplace.contracts.models import CalendarDay
from marketplace.core import clock
from marketplace.core.database import db

SATURDAY = 5


def add_workdays(start: date, days: int) -> date:
    """The working day that is so many working days after a day."""
    special = _special(start, start + timedelta(days=days * 3) + timedelta(days=30))
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= special.get(day, day.weekday() < SATURDAY)
    return day


def end_of_workday(days: int) -> datetime:
    """The end (24:00 in Vietnam) of the working day that is so many working days from today."""
    return clock.end_of(add_workdays(clock.today(), days))


def last_day(due_at: datetime) -> date:
    """The Vietnamese day on which something is due: a deadline is the first moment after it."""
    return clock.local(due_at - timedelta(microseconds=1)).date()


def days_left(due_at: datetime) -> int:
    """Calendar days until the day on which something is due; negative once that has passed."""
    return (last_day(due_at) - clock.today()).days


def _special(first: date, last: date) -> dict[date, bool]:
    day = CalendarDay
    rows = db.session.execute(select(day.day, day.is_working).where(day.day.between(first, last)))
    return {row.day: row.is_working for row in rows}
