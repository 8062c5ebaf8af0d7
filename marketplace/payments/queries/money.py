"""The money of sellers as they read it: where they stand, month by month, fact by fact, order by order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import case, func, or_, select

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.payments.models import LedgerEntry, LedgerTransaction, Payment, Payout, Refund
from marketplace.payments.queries.ledger import SELLER_ACCOUNTS, balance_of, sums_of
from marketplace.payments.states import Account, PayoutState, RefundState

MONTHS_DRAWN = 12
# refunds of money that the seller holds herself
BY_SELLER = (RefundState.WAITING_FOR_ACCOUNT, RefundState.DUE)
# facts that sellers see even where what is owed to them stays the same
ALWAYS_SHOWN = ("receipt", "refund", "refund_came_back")


class Group(StrEnum):
    """What a fact is for a seller."""

    SALES = "sales"
    FEES = "fees"
    TAX = "tax"
    REFUNDS = "refunds"
    PAYOUTS = "payouts"
    BILLS = "bills"


_GROUPS = {
    "receipt": Group.SALES,
    "fee": Group.FEES,
    "fee_reduced": Group.FEES,
    "fee_called_off": Group.FEES,
    "tax": Group.TAX,
    "tax_reduced": Group.TAX,
    "tax_called_off": Group.TAX,
    "payout": Group.PAYOUTS,
    "payout_returned": Group.PAYOUTS,
    "bill": Group.BILLS,
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One fact: what moved in all, how much of it reached her own account, and what it does to what is owed to her."""

    at: datetime
    kind: str
    order_ref: str
    source_ref: str
    amount_vnd: int
    direct_vnd: int
    effect_vnd: int

    @property
    def named(self) -> str:
        """The order or the paper that it is about."""
        return self.order_ref or self.source_ref

    @property
    def group(self) -> Group:
        """What it is for her; money that came only to be given back is a refund."""
        return (
            Group.REFUNDS if self.kind == "receipt" and self.effect_vnd < 0 else _GROUPS.get(self.kind, Group.REFUNDS)
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a seller stands with the marketplace, in đồng."""

    balance_vnd: int
    card_vnd: int
    due_vnd: int
    to_give_back_vnd: int
    planned_vnd: int

    @property
    def payout_vnd(self) -> int:
        """What can be paid out now."""
        return max(0, self.balance_vnd - self.planned_vnd)


def standing_of(seller_id: int) -> Standing:
    """Where a seller stands now."""
    planned = select(func.coalesce(func.sum(Payout.amount_vnd), 0))
    planned = planned.where(Payout.seller_id == seller_id, Payout.state == PayoutState.PLANNED)
    back = select(func.coalesce(func.sum(Refund.amount_vnd), 0)).join(Refund.payment).join(Payment.order)
    back = back.where(Order.seller_id == seller_id, Refund.state.in_(BY_SELLER))
    sums = sums_of([seller_id]).get(seller_id, {})
    return standing(sums, int(db.session.scalar(planned) or 0), int(db.session.scalar(back) or 0))


def standing(sums: dict[Account, int], planned_vnd: int = 0, back_vnd: int = 0) -> Standing:
    """What the accounts of one seller mean, with her planned payouts and the refunds that she has to pay herself."""
    balance = -sum(sums.get(one, 0) for one in SELLER_ACCOUNTS)
    due = sums.get(Account.DUE_FROM_SELLER, 0)
    return Standing(balance, balance + due + back_vnd, due, back_vnd, planned_vnd)


# --- months ----------------------------------------------------------------------------------------------------------


def month_of(text: str) -> date | None:
    """The first day of the month that an address names ("2026-11"), where it is one that has begun."""
    year, dash, month = text.partition("-")
    if not (dash and len(text) == 7 and (year + month).isascii() and (year + month).isdecimal()):
        return None
    if not (2020 <= int(year) <= 2200 and 1 <= int(month) <= 12):
        return None
    first = date(int(year), int(month), 1)
    return first if first <= clock.today() else None


def this_month() -> date:
    """The first day of the present month."""
    return clock.today().replace(day=1)


def month_after(first: date, count: int = 1) -> date:
    """The first day of the month some months later (or earlier)."""
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def last_months(count: int = MONTHS_DRAWN) -> list[date]:
    """The first days of the last months, the oldest first."""
    return [month_after(this_month(), -back) for back in reversed(range(count))]


def received_by_month(seller_id: int, months: Sequence[date]) -> list[int]:
    """What came for goods in each month less what was taken off for them, in one query, in đồng."""
    came = (LedgerTransaction.kind == "receipt") & (LedgerEntry.account == Account.RECEIVABLE)
    off = LedgerTransaction.kind.in_(("sale_reduced", "sale_called_off")) & (LedgerEntry.account == Account.REFUND)
    amount = case((came, -LedgerEntry.amount_vnd), else_=LedgerEntry.amount_vnd)
    sums = [func.coalesce(func.sum(case((_within(first), amount), else_=0)), 0) for first in months]
    statement = select(*sums).select_from(LedgerEntry).join(LedgerTransaction)
    row = db.session.execute(statement.where(LedgerEntry.seller_id == seller_id, or_(came, off))).one()
    return [int(amount) for amount in row]


def _within(first: date) -> Any:
    begin, end = clock.start_of(first), clock.start_of(month_after(first))
    return (LedgerTransaction.at >= begin) & (LedgerTransaction.at < end)


# --- statements ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """One seller's month: what was owed to her before, what happened, what is owed to her after; in đồng."""

    first: date
    opening_vnd: int
    movements: Sequence[Movement]
    closing_vnd: int

    @property
    def sums(self) -> dict[Group, int]:
        """What each group did to what is owed to her."""
        return {group: sum(one.effect_vnd for one in self.movements if one.group is group) for group in Group}

    @property
    def sales_vnd(self) -> int:
        """What came for goods, wherever it arrived."""
        return sum(one.amount_vnd for one in self.movements if one.group is Group.SALES)

    @property
    def direct_vnd(self) -> int:
        """How much of the month's sales reached her own account."""
        return sum(one.direct_vnd for one in self.movements if one.group is Group.SALES)


def statement_of(seller_id: int, first: date) -> Statement:
    """A seller's month, read as one."""
    begin, end = clock.start_of(first), clock.start_of(month_after(first))
    facts = _facts(seller_id).where(LedgerTransaction.at >= begin, LedgerTransaction.at < end)
    rows = db.session.execute(facts.order_by(LedgerTransaction.at, LedgerTransaction.id)).all()
    movements = [_movement(row) for row in rows]
    return Statement(first, balance_of(seller_id, begin), movements, balance_of(seller_id, end))


def latest_movements(seller_id: int, most: int) -> list[Movement]:
    """The latest facts of a seller, the newest first."""
    facts = _facts(seller_id).order_by(LedgerTransaction.at.desc(), LedgerTransaction.id.desc())
    return [_movement(row) for row in db.session.execute(facts.limit(most))]


def _facts(seller_id: int) -> Any:
    own = LedgerEntry.account.in_(SELLER_ACCOUNTS)
    effect = -func.sum(case((own, LedgerEntry.amount_vnd), else_=0))
    direct = func.sum(case((LedgerEntry.account == Account.RECEIVED_BY_SELLER, LedgerEntry.amount_vnd), else_=0))
    gross = func.sum(case((LedgerEntry.amount_vnd > 0, LedgerEntry.amount_vnd), else_=0))
    fact = (LedgerTransaction.id, LedgerTransaction.at, LedgerTransaction.kind, LedgerTransaction.source_ref, Order.ref)
    return (
        select(*fact, gross, direct, effect)
        .select_from(LedgerTransaction)
        .join(LedgerEntry)
        .outerjoin(Order, LedgerTransaction.order_id == Order.id)
        .where(LedgerEntry.seller_id == seller_id)
        .group_by(*fact)
        .having(or_(effect != 0, LedgerTransaction.kind.in_(ALWAYS_SHOWN)))
    )


def _movement(row: Any) -> Movement:
    _id, at, kind, source_ref, order_ref, gross, direct, effect = row
    return Movement(at, kind, order_ref or "", source_ref, int(gross), int(direct), int(effect))


# --- one order -------------------------------------------------------------------------------------------------------


def money_of_orders(order_ids: Collection[int]) -> dict[int, dict[Account, int]]:
    """What the ledger says of each order, by account, in one query."""
    total = func.sum(LedgerEntry.amount_vnd)
    summed = select(LedgerTransaction.order_id, LedgerEntry.account, total).join(LedgerTransaction.entries)
    summed = summed.where(LedgerTransaction.order_id.in_(order_ids))
    found: dict[int, dict[Account, int]] = {order_id: {} for order_id in order_ids}
    for order_id, account, amount in db.session.execute(
        summed.group_by(LedgerTransaction.order_id, LedgerEntry.account)
    ):
        found[int(order_id or 0)][account] = int(amount)
    return found


@dataclass(frozen=True, slots=True)
class Earned:
    """What an order comes to for its producer, in đồng."""

    came_vnd: int
    back_vnd: int
    commission_vnd: int
    tax_vnd: int
    is_card: bool

    @property
    def left_vnd(self) -> int:
        """What is left for her in the end."""
        return self.came_vnd - self.back_vnd - self.commission_vnd - self.tax_vnd


def earned(sums: dict[Account, int]) -> Earned | None:
    """What the accounts of one order mean to its producer; None as long as no money has come."""
    by_card, direct = sums.get(Account.RECEIVED_BY_PLATFORM, 0), sums.get(Account.RECEIVED_BY_SELLER, 0)
    if not (by_card or direct):
        return None
    fee, tax, back = (-sums.get(one, 0) for one in (Account.COMMISSION, Account.TAX_WITHHELD, Account.REFUND))
    return Earned(by_card + direct, back, fee, tax, by_card > 0)
