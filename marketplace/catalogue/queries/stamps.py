"""What changed last of what public pages show."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.catalogue.models import PageChange
from marketplace.core.database import db


def last_changes(scopes: Sequence[int]) -> tuple[int, ...]:
    """The number of the last change of each scope, 0 where there was none; one question for all of them."""
    newest = [
        select(PageChange.id).where(PageChange.scope == scope).order_by(PageChange.id.desc()).limit(1).scalar_subquery()
        for scope in scopes
    ]
    return tuple(number or 0 for number in db.session.execute(select(*newest)).one())
