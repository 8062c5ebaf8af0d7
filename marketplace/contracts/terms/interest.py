"""Interest on money that comes late, as the sides agreed on it; pure arithmetic.

Basis: Luật Thương mại 36/2005/QH11, Điều 306 (interest for the time of the delay, at the agreed rate), within the 20 %
a year of Bộ luật Dân sự 91/2015/QH13, Điều 468. A year has 365 days, and every day after the due day counts, the day
of arrival included; the sum of one payment is rounded once, to the nearest đồng, halves up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.core.money import rounded

YEAR = 365


def rate_of(terms: Mapping[str, Any]) -> Decimal:
    """Per cent a year that the terms give for late money; 0 where they give none."""
    return Decimal(str((terms.get("payment") or {}).get("late_interest_percent") or 0))


def owed(amount_vnd: int, due_on: date, missing: Iterable[tuple[date, int]], until: date, rate: Decimal) -> int:
    """Interest in đồng on an amount from its due day until a day; `missing` says from when on less was missing."""
    days_of_dong = 0
    since, open_vnd = due_on, amount_vnd
    for day, left_vnd in missing:
        change = max(due_on, min(day, until))
        days_of_dong += open_vnd * max(0, (change - since).days)
        since, open_vnd = max(since, change), left_vnd
    days_of_dong += open_vnd * max(0, (until - since).days)
    return rounded(Decimal(days_of_dong) * rate / 100 / YEAR)
