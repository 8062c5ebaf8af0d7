"""The demand board: what is wanted, where to, until when. No price and no quantity stands on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import ProductSet
from marketplace.contracts.models import Request, RequestLine
from marketplace.contracts.queries.requests import is_on_board
from marketplace.core import clock
from marketplace.core.database import db


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter's value with how many open wants have it."""

    value: str
    label: str
    number: int


def _shown() -> Select[Request]:
    """What is on the board today, of buyers that are still verified."""
    verified = Organisation.state == OrganisationState.VERIFIED
    fresh = and_(is_on_board(), Request.answer_by >= clock.today())
    return select(Request).join(Request.buyer).where(fresh, verified)


def demand(set_numbers: Sequence[int] = (), province_ids: Sequence[int] = ()) -> Select[Request]:
    """Open wants of these sets, to these provinces; those that end first come first, standing ones last."""
    asked = _shown()
    if set_numbers:
        wanted = select(RequestLine.request_id).join(RequestLine.product_set).where(ProductSet.number.in_(set_numbers))
        asked = asked.where(Request.id.in_(wanted))
    if province_ids:
        asked = asked.where(Request.province_id.in_(province_ids))
    whole = (
        joinedload(Request.buyer).joinedload(Organisation.province),
        joinedload(Request.province),
        selectinload(Request.lines).joinedload(RequestLine.product_set),
    )
    return asked.options(*whole).order_by(Request.is_standing, Request.answer_by, Request.id.desc())


def sets_wanted() -> dict[int, int]:
    """How many open wants name each set, by the set's number; one query."""
    shown = _shown().with_only_columns(Request.id).subquery()
    counted = (
        select(ProductSet.number, func.count(RequestLine.request_id.distinct()))
        .join(RequestLine, RequestLine.set_id == ProductSet.id)
        .where(RequestLine.request_id.in_(select(shown.c.id)))
        .group_by(ProductSet.number)
    )
    return dict(db.session.execute(counted).all())


def provinces_wanting() -> dict[int, int]:
    """How many open wants go to each province, by its id; one query."""
    counted = _shown().with_only_columns(Request.province_id, func.count()).group_by(Request.province_id)
    return dict(db.session.execute(counted).all())
