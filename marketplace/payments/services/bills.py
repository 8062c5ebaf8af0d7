"""Monthly bills: fees and tax for money that went straight to a seller, which she owes the marketplace."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock, locked
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.outbox import notify
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.payments.models import FeeBill
from marketplace.payments.queries.bills import owed_for
from marketplace.payments.services.booking import book_for_seller
from marketplace.payments.states import Account, BillAction
from marketplace.web.filters import day

PAID_WITHIN = timedelta(days=15)


def make_bill(seller_id: int, month: date, *, by: Actor) -> FeeBill | None:
    """Ask a seller for what she owes at the end of a month; None where it is little, or was asked already."""
    locked(Organisation, [seller_id])
    known = select(FeeBill.id).where(FeeBill.seller_id == seller_id, FeeBill.month == month)
    owed = owed_for(seller_id, month)
    if owed is None or db.session.scalar(known):
        return None
    bill = FeeBill(
        ref=next_ref("fee_bill"),
        seller_id=seller_id,
        month=month,
        amount_vnd=owed.amount_vnd,
        commission_vnd=owed.commission_vnd,
        tax_vnd=owed.tax_vnd,
        due_on=clock.today() + PAID_WITHIN,
        memo="",
        created_at=clock.now(),
    )
    bill.memo = f"OCOP {bill.ref.replace('-', '')}"
    db.session.add(bill)
    db.session.flush()
    audit.record(audit.subject_of(bill), "open", by=by, after=bill.state.value, before=None, amount_vnd=bill.amount_vnd)
    _tell(bill, "bill_opened_seller")
    return bill


def pay_bill(bill: FeeBill, *, bank_ref: str, by: Actor) -> None:
    """The operator found the seller's transfer: she no longer owes it."""
    lock(bill)
    if not bank_ref:
        raise Refused(_("Please type the reference of the transfer."), field="bank_ref")
    move(bill, BillAction.PAY, by=by, amount_vnd=bill.amount_vnd)
    bill.bank_ref, bill.done_at = bank_ref, clock.now()
    amounts = {Account.RECEIVED_BY_PLATFORM: bill.amount_vnd, Account.DUE_FROM_SELLER: -bill.amount_vnd}
    book_for_seller("bill", bill.ref, amounts, seller_id=bill.seller_id, by=by)
    _tell(bill, "bill_paid_seller")


def withdraw_bill(bill: FeeBill, *, by: Actor) -> None:
    """The bill is no longer asked for; what is still owed then is part of the next one."""
    lock(bill)
    move(bill, BillAction.WITHDRAW, by=by, amount_vnd=bill.amount_vnd)
    bill.done_at = clock.now()
    _tell(bill, "bill_withdrawn_seller")


def _tell(bill: FeeBill, template: str) -> None:
    notify(
        Recipient("organisation", bill.seller.ref),
        f"payments/{template}",
        bill=bill.ref,
        month=f"{bill.month:%m/%Y}",
        amount_vnd=bill.amount_vnd,
        due_on=day(bill.due_on),
        url=f"/desk/money/bills/{bill.ref}",
    )
