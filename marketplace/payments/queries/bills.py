"""Monthly bills of fees: what was asked of whom, and what is to be asked next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.payments.models import FeeBill, LedgerEntry, LedgerTransaction
from marketplace.payments.queries.ledger import sums_of
from marketplace.payments.queries.money import month_after, standing
from marketplace.payments.states import Account, BillState

# smaller sums wait for the next month
LEAST_BILL_VND = 10_000


@dataclass(frozen=True, slots=True)
class Owed:
    """What a seller is to be billed for a month; `commission_vnd` and `tax_vnd` are that month's own, in đồng."""

    amount_vnd: int
    commission_vnd: int
    tax_vnd: int


def owed_for(seller_id: int, month: date) -> Owed | None:
    """What is due at the end of a month beyond open bills and the card money that the marketplace holds for her."""
    end = clock.start_of(month_after(month))
    now = standing(sums_of([seller_id], end).get(seller_id, {}))
    open_bills = select(func.coalesce(func.sum(FeeBill.amount_vnd), 0))
    open_bills = open_bills.where(FeeBill.seller_id == seller_id, FeeBill.state == BillState.OPEN)
    own = now.balance_vnd + now.due_vnd
    amount = now.due_vnd - max(0, own) - int(db.session.scalar(open_bills) or 0)
    if amount < LEAST_BILL_VND:
        return None
    return Owed(amount, *(_of_month(seller_id, month, kind) for kind in ("fee", "tax")))


def _of_month(seller_id: int, month: date, kind: str) -> int:
    begin, end = clock.start_of(month), clock.start_of(month_after(month))
    summed = select(func.coalesce(func.sum(LedgerEntry.amount_vnd), 0)).join(LedgerTransaction)
    own = (LedgerEntry.seller_id == seller_id) & (LedgerEntry.account == Account.DUE_FROM_SELLER)
    within = (LedgerTransaction.at >= begin) & (LedgerTransaction.at < end)
    return int(db.session.scalar(summed.where(own, within, LedgerTransaction.kind.startswith(kind))) or 0)


def sellers_to_bill(month: date) -> list[int]:
    """Sellers who owe something at the end of a month and have no bill for it yet."""
    end, total = clock.start_of(month_after(month)), func.sum(LedgerEntry.amount_vnd)
    billed = select(FeeBill.seller_id).where(FeeBill.month == month)
    owing = select(LedgerEntry.seller_id).join(LedgerTransaction).where(LedgerTransaction.at < end)
    owing = owing.where(LedgerEntry.account == Account.DUE_FROM_SELLER, LedgerEntry.seller_id.not_in(billed))
    found = db.session.scalars(owing.group_by(LedgerEntry.seller_id).having(total >= LEAST_BILL_VND))
    return sorted(one for one in found if one)


def bill_by_ref(ref: str) -> FeeBill | None:
    """One bill with its seller."""
    return db.session.scalar(select(FeeBill).where(FeeBill.ref == ref[:32]).options(joinedload(FeeBill.seller)))


def bills_of(seller_id: int, *, most: int) -> Sequence[FeeBill]:
    """A seller's bills, the latest month first."""
    own = select(FeeBill).where(FeeBill.seller_id == seller_id).order_by(FeeBill.month.desc())
    return db.session.scalars(own.limit(most)).all()


def bills(state: BillState | None = None) -> Select[FeeBill]:
    """Bills of all sellers, the one that is due first on top; or only those in one state."""
    every = select(FeeBill).options(joinedload(FeeBill.seller)).order_by(FeeBill.due_on, FeeBill.id)
    return every.where(FeeBill.state == state) if state else every


def count_by_state() -> dict[BillState, int]:
    """How many bills stand where."""
    counted = db.session.execute(select(FeeBill.state, func.count()).group_by(FeeBill.state))
    found = {state: int(count) for state, count in counted}
    return {state: found.get(state, 0) for state in BillState}


def is_overdue(bill: FeeBill) -> bool:
    """Open after its day."""
    return bill.state is BillState.OPEN and bill.due_on < clock.today()


def overdue_vnd(found: Collection[FeeBill]) -> int:
    """How much of these bills is late, in đồng."""
    return sum(bill.amount_vnd for bill in found if is_overdue(bill))
