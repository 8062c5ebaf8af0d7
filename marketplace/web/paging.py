"""Long lists in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, func, select

from marketplace.core.database import db
from marketplace.web.requests import asked_for, query_number


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: `number` counts from 1; `total` is exact unless `total_is_least` says "at least"."""

    items: Sequence[Any]
    number: int
    per_page: int
    total: int
    total_is_least: bool = False

    @property
    def last(self) -> int:
        """The number of the last page, at least 1."""
        return max(1, -(-self.total // self.per_page))

    @property
    def has_next(self) -> bool:
        """There is more."""
        return self.number < self.last


def asked_page(*, most: int = 10_000) -> int:
    """The page number in the address, 1 where there is none or nonsense."""
    return query_number("page", least=1, most=most) or 1


def page_of(statement: Select[Any], *, per_page: int = 20, scalars: bool = True) -> Page:
    """The page that the address asks for, with an exact total: for lists that stay short of many thousands."""
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(asked_page(), max(1, -(-total // per_page)))
    cut = statement.limit(per_page).offset((number - 1) * per_page)
    items = db.session.scalars(cut).all() if scalars else db.session.execute(cut).all()
    return Page(items, number, per_page, total)


def page_url(number: int) -> str:
    """This page's address with another page number."""
    arguments = {
        **(request.view_args or {}),
        **asked_for(),
        "page": number if number > 1 else None,
    }
    return url_for(str(request.endpoint), **arguments)
