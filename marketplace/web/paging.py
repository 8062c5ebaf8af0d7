"""Long lists in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, func, select, union

from marketplace.core.database import db
from marketplace.web.requests import asked_for, query_number

# nobody reads further figures of a long list than "1,000+", and a count that goes on costs the more the longer it is
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: `number` counts from 1; `total` is exact unless `total_is_least` says "at least".

    Beyond what was counted, `goes_on` says whether one more page follows this one.
    """

    items: Sequence[Any]
    number: int
    per_page: int
    total: int
    total_is_least: bool = False
    goes_on: bool = False

    @property
    def last(self) -> int:
        """The number of the last page that is known of, at least 1."""
        return max(_pages(self.total, self.per_page), self.number + (1 if self.goes_on else 0))

    @property
    def has_next(self) -> bool:
        """There is more."""
        return self.number < self.last


def asked_page(*, most: int = 10_000) -> int:
    """The page number in the address, 1 where there is none or nonsense."""
    return query_number("page", least=1, most=most) or 1


def page_of(statement: Select[Any], *, per_page: int = 20, scalars: bool = True) -> Page:
    """The page that the address asks for; a long list is counted up to a thousand, and goes on page by page."""
    found = count_up_to(MOST_COUNTED + 1, statement.order_by(None))
    total, is_least = min(found, MOST_COUNTED), found > MOST_COUNTED
    known = _pages(total, per_page)
    number = asked_page() if is_least else min(asked_page(), known)
    rows = _rows(statement, number, per_page, scalars=scalars)
    if not rows and number > known:
        number, rows = known, _rows(statement, known, per_page, scalars=scalars)
    return Page(rows[:per_page], number, per_page, total, is_least, goes_on=len(rows) > per_page)


def count_up_to(most: int, *found: Select[*tuple[Any, ...]]) -> int:
    """How many different rows some statements find; each is read no further than so many."""
    rows = union(*(select(one.limit(most).subquery()) for one in found)).subquery()
    return min(most, db.session.scalar(select(func.count()).select_from(rows)) or 0)


def _pages(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


def _rows(statement: Select[Any], number: int, per_page: int, *, scalars: bool) -> Sequence[Any]:
    """One page, and one row more where there is one."""
    cut = statement.limit(per_page + 1).offset((number - 1) * per_page)
    return db.session.scalars(cut).all() if scalars else db.session.execute(cut).all()


def page_url(number: int) -> str:
    """This page's address with another page number."""
    arguments = {
        **(request.view_args or {}),
        **asked_for(),
        "page": number if number > 1 else None,
    }
    return url_for(str(request.endpoint), **arguments)
