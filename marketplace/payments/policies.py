"""Who may see and do what with payments, refunds and bank accounts; and the way from a URL to one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.core.actors import Actor, Role
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach, require
from marketplace.core.refusals import NotSeen
from marketplace.orders.models import Order
from marketplace.orders.policies import is_buyer, is_seller
from marketplace.payments.models import Payment, Refund


@permits(Permission.PAYMENT_SEE)
def may_see(actor: Actor, payment: Payment) -> bool:
    """Both sides of the order."""
    return is_buyer(actor, payment.order.purchase) or is_seller(actor, payment.order)


@permits(Permission.PAYMENT_DECLARE)
def may_declare(actor: Actor, payment: Payment) -> bool:
    """The buyer."""
    return is_buyer(actor, payment.order.purchase)


@permits(Permission.PAYMENT_CONFIRM)
def may_confirm(actor: Actor, payment: Payment) -> bool:
    """The seller, on whose account the money arrives."""
    return is_seller(actor, payment.order)


@permits(Permission.REFUND_NAME_ACCOUNT)
def may_name_account(actor: Actor, refund: Refund) -> bool:
    """The buyer."""
    return is_buyer(actor, refund.payment.order.purchase)


@permits(Permission.REFUND_CONFIRM)
def may_confirm_refund(actor: Actor, refund: Refund) -> bool:
    """The seller."""
    return is_seller(actor, refund.payment.order)


@permits(Permission.BANK_ACCOUNT_EDIT)
def may_edit_bank_account(actor: Actor, _thing: None) -> bool:
    """A manager of the producer."""
    return actor.is_seller and actor.has_role(Role.MANAGER)


_WITH_ORDER = (joinedload(Payment.order).joinedload(Order.purchase), joinedload(Payment.order).joinedload(Order.seller))


def payment_for(actor: Actor, ref: str, permission: Permission | None = None) -> Payment:
    """The payment behind an address: 404 unless the actor is on one of its sides."""
    payment = db.session.scalar(select(Payment).where(Payment.ref == ref[:32]).options(*_WITH_ORDER))
    return reach(actor, payment, Permission.PAYMENT_SEE, permission)


def refund_for(actor: Actor, ref: str, permission: Permission | None = None) -> Refund:
    """The refund behind an address: 404 unless the actor is on one of its sides."""
    refund = db.session.scalar(select(Refund).where(Refund.ref == ref[:32]).options(joinedload(Refund.payment)))
    if refund is None:
        raise NotSeen
    reach(actor, refund.payment, Permission.PAYMENT_SEE)
    if permission is not None:
        require(actor, permission, refund)
    return refund
