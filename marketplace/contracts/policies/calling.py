"""Who sees, places and receives call-offs: both sides and their departments read, the buyer's people call."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.contracts.models import Agreement, CallOff, CallOffLine
from marketplace.contracts.policies.agreements import EDITORS, agreement_for, may_see_agreement
from marketplace.contracts.states.performing import CallOffState
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach, require
from marketplace.orders.models import Order, Receipt


@permits(Permission.CALL_OFF_SEE)
def may_see_call_off(actor: Actor, call_off: CallOff) -> bool:
    """Both sides and the departments; what the buyer has not placed is hers alone."""
    if call_off.state is CallOffState.PLACED:
        return may_see_agreement(actor, call_off.agreement)
    return may_call(actor, call_off.agreement)


@permits(Permission.CALL_OFF_PLACE)
def may_call(actor: Actor, agreement: Agreement) -> bool:
    """Managers and staff of the buyer."""
    return actor.acts_for(agreement.buyer_id, *EDITORS)


@permits(Permission.CALL_OFF_RECEIVE)
def may_take_over(actor: Actor, agreement: Agreement) -> bool:
    """Managers and staff of the buyer, who count what has come."""
    return actor.acts_for(agreement.buyer_id, *EDITORS)


def call_off_for(actor: Actor, agreement_ref: str, ref: str, permission: Permission | None = None) -> CallOff:
    """The call-off behind an address: 404 where it or its contract is not for the actor's eyes, 403 unless she may."""
    agreement = agreement_for(actor, agreement_ref)
    order = joinedload(CallOff.order)
    whole = (
        selectinload(CallOff.lines).joinedload(CallOffLine.line),
        order.selectinload(Order.lines),
        order.selectinload(Order.steps),
        order.selectinload(Order.returns),
        order.joinedload(Order.purchase),
        order.joinedload(Order.seller),
        order.joinedload(Order.delivery_receipt).selectinload(Receipt.lines),
        order.joinedload(Order.delivery_receipt).selectinload(Receipt.photos),
    )
    asked = select(CallOff).where(CallOff.agreement_id == agreement.id, CallOff.ref == ref[:32])
    found = db.session.scalar(asked.options(joinedload(CallOff.agreement), *whole))
    call_off = reach(actor, found, Permission.CALL_OFF_SEE)
    if permission is not None:
        require(actor, permission, agreement)
    return call_off
