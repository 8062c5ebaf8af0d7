"""Who may see and do what with payments, refunds and bank accounts; and the way from a URL to one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.core.actors import Actor, Role
from marketplace.core.database import db
from marketplace.core.permissions import Permission, allows, permits, reach, require
from marketplace.core.refusals import NotSeen
from marketplace.orders.models import Order
from marketplace.orders.policies import is_buyer, is_seller
from marketplace.payments.models import BankStatement, FeeBill, Payment, Refund
from marketplace.payments.queries.bills import bill_by_ref
from marketplace.payments.queries.statements import statement_by_ref


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


@permits(Permission.PAYMENTS_OVERSEE)
def may_oversee(actor: Actor, _thing: None) -> bool:
    """The operators of the marketplace."""
    return actor.is_operator


@permits(Permission.MONEY_SEE)
def may_see_money(actor: Actor, seller: Organisation) -> bool:
    """A manager of the producer."""
    return actor.is_seller and actor.acts_for(seller.id, Role.MANAGER)


@permits(Permission.MONEY_RUN)
def may_run_money(actor: Actor, _thing: None) -> bool:
    """The operators of the marketplace."""
    return actor.is_operator


@permits(Permission.STATEMENT_MATCH)
def may_match(actor: Actor, seller: Organisation) -> bool:
    """Whoever may confirm that money has arrived: managers and staff of the producer."""
    return actor.is_seller and actor.acts_for(seller.id, Role.MANAGER, Role.STAFF)


@permits(Permission.FEE_BILL_SEE)
def may_see_bill(actor: Actor, bill: FeeBill) -> bool:
    """A manager of the producer who owes it, and the operators."""
    return actor.is_operator or may_see_money(actor, bill.seller)


def only_operators(actor: Actor) -> None:
    """For everybody else the pages of the sellers' money do not exist."""
    if not allows(actor, Permission.MONEY_RUN):
        raise NotSeen


def bill_for(actor: Actor, ref: str) -> FeeBill:
    """The bill behind an address: 404 unless it is the actor's, or she is an operator."""
    return reach(actor, bill_by_ref(ref), Permission.FEE_BILL_SEE)


def statement_for(actor: Actor, ref: str) -> BankStatement:
    """The bank statement behind an address: 404 unless it is her producer's."""
    statement = statement_by_ref(ref)
    seller = statement.seller if statement else None
    reach(actor, seller, Permission.STATEMENT_MATCH)
    assert statement is not None
    return statement


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


def payment_named(ref: str) -> Payment:
    """The payment behind an operator's address."""
    payment = db.session.scalar(select(Payment).where(Payment.ref == ref[:32]).options(*_WITH_ORDER))
    if payment is None:
        raise NotSeen
    return payment


def refund_named(ref: str) -> Refund:
    """The refund behind an operator's address."""
    refund = db.session.scalar(select(Refund).where(Refund.ref == ref[:32]).options(joinedload(Refund.payment)))
    if refund is None:
        raise NotSeen
    return refund
