"""What sellers ask for bringing goods to a place, as their shops show it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from marketplace.accounts.models import Organisation
from marketplace.core.database import db
from marketplace.orders.models import FreightTable


def rates_of_sellers(refs: Sequence[str]) -> dict[str, FreightTable]:
    """The freight table of each seller that has one, with its distances, in one query."""
    statement = select(FreightTable).join(FreightTable.organisation).where(Organisation.ref.in_(refs))
    whole = contains_eager(FreightTable.organisation), joinedload(FreightTable.zones)
    return {table.organisation.ref: table for table in db.session.scalars(statement.options(*whole)).unique()}
