"""Which contracts time has something to say to now: ids only, the services look again under lock."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from marketplace.contracts.models import Agreement, AgreementLine, CallOff, Suspension
from marketplace.contracts.queries.open_matters import ENDED
from marketplace.contracts.states.agreements import RUNNING, AgreementState, PaperKind
from marketplace.contracts.states.performing import CallOffState
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.models import Order

BATCH = 500
SILENCE_DAYS = 30
NOTICES = (60, 30, 7)


def due_endings(*, most: int = BATCH) -> list[int]:
    """Contracts whose term or notice is over, or of which everything was delivered long ago.

    A contract that already winds down is left alone while a call-off of it is open.
    """
    today = clock.today()
    over, noticed = Agreement.valid_to < today, _is_noticed(today)
    quarrelled = and_(Agreement.disputed_at.is_not(None), ~noticed)
    waits = and_(Agreement.state == AgreementState.WINDING_DOWN, or_(_has_open_call_offs(), quarrelled))
    return _ids(_contracts().where(or_(and_(or_(over, noticed), ~waits), _done_and_silent())), most)


def _is_noticed(today: date) -> ColumnElement[bool]:
    """A notice has run out, or both have signed the end; false, not unknown, where there is none."""
    mutual = and_(Agreement.notice_until <= today, Agreement.ending_side.is_(None))
    return and_(Agreement.notice_until.is_not(None), or_(Agreement.notice_until < today, mutual))


def _done_and_silent() -> ColumnElement[bool]:
    line = AgreementLine.agreement_id == Agreement.id
    lacking = exists().where(line, AgreementLine.delivered < AgreementLine.contracted)
    long_ago = Agreement.touched_at <= clock.now() - timedelta(days=SILENCE_DAYS)
    return and_(long_ago, exists().where(line), ~lacking, ~_has_open_call_offs(), Agreement.disputed_at.is_(None))


def _has_open_call_offs() -> ColumnElement[bool]:
    placed = and_(CallOff.agreement_id == Agreement.id, CallOff.state == CallOffState.PLACED)
    return exists().where(placed, Order.id == CallOff.order_id, Order.state.not_in(ENDED))


def due_offers(*, most: int = BATCH) -> list[int]:
    """Contracts in force that end in 60, 30 or 7 days and whose sides were not yet asked so near the end."""
    today = clock.today()
    reached = [
        and_(
            Agreement.valid_to <= today + timedelta(days=days),
            or_(Agreement.renewal_days.is_(None), Agreement.renewal_days > days),
        )
        for days in NOTICES
    ]
    active = _contracts().where(Agreement.state == AgreementState.ACTIVE, Agreement.notice_until.is_(None))
    return _ids(active.where(Agreement.valid_to >= today, or_(*reached)), most)


def due_suspensions(*, most: int = BATCH) -> list[int]:
    """Contracts with a suspension that was announced and begins today or has begun."""
    mine = and_(Suspension.agreement_id == Agreement.id, Suspension.lifted_at.is_(None))
    begun = exists().where(mine, Suspension.from_on <= clock.today())
    return _ids(_contracts().where(Agreement.suspended_at.is_(None), begun), most)


def _contracts() -> Select[Any]:
    return select(Agreement.id).where(Agreement.paper == PaperKind.CONTRACT, Agreement.state.in_(RUNNING))


def _ids(statement: Select[Any], most: int) -> list[int]:
    return list(db.session.scalars(statement.order_by(Agreement.id).limit(most)))
