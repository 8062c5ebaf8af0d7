"""Goods given back: a seller's queue and what the operator has to decide."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import Organisation
from marketplace.core.database import db
from marketplace.orders.models import Order, Return, ReturnLine
from marketplace.orders.states import ReturnState


def _whole(statement: Select[Return]) -> Select[Return]:
    """With what a list shows of each, in a fixed number of queries."""
    order = selectinload(Return.order)
    return statement.options(
        order.selectinload(Order.purchase),
        order.selectinload(Order.seller),
        selectinload(Return.lines).selectinload(ReturnLine.line),
    )


def _waits_for_seller() -> ColumnElement[bool]:
    """She has to answer, or to say that the goods have come."""
    return Return.state.in_([ReturnState.REQUESTED, ReturnState.APPROVED])


def asks_the_seller() -> ColumnElement[bool]:
    """An order with goods that a buyer wants to give back, and its seller's turn."""
    sent = (Return.state == ReturnState.APPROVED) & Return.sent_at.is_not(None)
    return Order.returns.any((Return.state == ReturnState.REQUESTED) | sent)


def returns_to(organisation_id: int) -> Select[Return]:
    """Everything that buyers gave or want to give back to a seller: what waits for her first, then newest first."""
    place = case((_waits_for_seller(), 0), (Return.state == ReturnState.ESCALATED, 1), else_=2)
    mine = select(Return).join(Return.order).where(Order.seller_id == organisation_id)
    return _whole(mine.order_by(place, Return.id.desc()))


def count_waiting_for(organisation_id: int) -> int:
    """How many returns wait for a seller."""
    mine = select(func.count()).select_from(Return).join(Return.order).where(Order.seller_id == organisation_id)
    return db.session.scalar(mine.where(_waits_for_seller())) or 0


def waiting_of_sellers(refs: Sequence[str]) -> dict[str, int]:
    """How many returns wait for each seller, by her ref; one query."""
    counted = (
        select(Organisation.ref, func.count())
        .join(Order, Order.seller_id == Organisation.id)
        .join(Return, Return.order_id == Order.id)
        .where(Organisation.ref.in_(refs), _waits_for_seller())
        .group_by(Organisation.ref)
    )
    return dict(db.session.execute(counted).all())


def count_to_decide() -> int:
    """How many returns wait for the operator's decision."""
    waiting = select(func.count()).select_from(Return).where(Return.state == ReturnState.ESCALATED)
    return db.session.scalar(waiting) or 0


def returns_to_decide() -> Select[Return]:
    """What the operator has to decide first, oldest first; then everything else, newest first."""
    waits = case((Return.state == ReturnState.ESCALATED, 0), else_=1)
    age = case((Return.state == ReturnState.ESCALATED, Return.id), else_=-Return.id)
    return _whole(select(Return).order_by(waits, age))
