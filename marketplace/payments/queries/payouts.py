"""Payouts: who is to be paid what, and what was prepared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.core.database import db
from marketplace.payments.models import BankAccount, LedgerEntry, Payout, PayoutBatch
from marketplace.payments.queries.ledger import sums_of
from marketplace.payments.queries.money import Standing, standing
from marketplace.payments.states import Account, PayoutState


@dataclass(frozen=True, slots=True)
class Due:
    """A seller with card money to be paid on; without a bank account she is asked for one."""

    seller: Organisation
    standing: Standing
    account: BankAccount | None


def due_payouts(least_vnd: int, seller_ids: Collection[int] | None = None) -> list[Due]:
    """Sellers to whom at least so much can be paid out now, the largest sum first; or only some of them."""
    with_cards = select(LedgerEntry.seller_id).where(LedgerEntry.account == Account.RECEIVED_BY_PLATFORM).distinct()
    if seller_ids is not None:
        with_cards = with_cards.where(LedgerEntry.seller_id.in_(seller_ids))
    sums = sums_of([one for one in db.session.scalars(with_cards) if one])
    planned = _planned(list(sums))
    standings = {seller: standing(accounts, planned.get(seller, 0)) for seller, accounts in sums.items()}
    ready = {seller: one for seller, one in standings.items() if one.payout_vnd >= max(1, least_vnd)}
    sellers = db.session.scalars(select(Organisation).where(Organisation.id.in_(ready)))
    accounts = _accounts(list(ready))
    due = [Due(seller, ready[seller.id], accounts.get(seller.id)) for seller in sellers]
    return sorted(due, key=lambda one: (-one.standing.payout_vnd, one.seller.id))


def _planned(seller_ids: Collection[int]) -> dict[int, int]:
    summed = select(Payout.seller_id, func.sum(Payout.amount_vnd)).group_by(Payout.seller_id)
    open_ones = summed.where(Payout.state == PayoutState.PLANNED, Payout.seller_id.in_(seller_ids))
    return {int(seller): int(amount) for seller, amount in db.session.execute(open_ones)}


def _accounts(seller_ids: Collection[int]) -> dict[int, BankAccount]:
    named = select(BankAccount).where(BankAccount.organisation_id.in_(seller_ids))
    return {one.organisation_id: one for one in db.session.scalars(named)}


def batches() -> Select[PayoutBatch]:
    """Every batch with its payouts, the latest first."""
    return select(PayoutBatch).options(selectinload(PayoutBatch.payouts)).order_by(PayoutBatch.id.desc())


def batch_by_ref(ref: str) -> PayoutBatch | None:
    """A batch with its payouts and their sellers."""
    whole = selectinload(PayoutBatch.payouts).joinedload(Payout.seller)
    return db.session.scalar(select(PayoutBatch).where(PayoutBatch.ref == ref[:32]).options(whole))


def payout_by_ref(ref: str) -> Payout | None:
    """One payout."""
    whole = joinedload(Payout.batch), joinedload(Payout.seller)
    return db.session.scalar(select(Payout).where(Payout.ref == ref[:32]).options(*whole))


def payouts_of(seller_id: int, *, most: int) -> Sequence[Payout]:
    """A seller's payouts, the latest first."""
    own = select(Payout).where(Payout.seller_id == seller_id).options(joinedload(Payout.batch))
    return db.session.scalars(own.order_by(Payout.id.desc()).limit(most)).all()
