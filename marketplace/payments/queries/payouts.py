"""Payouts: who is to be paid what, and what was prepared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from marketplace.payments.models import BankAccount, LedgerEntry, Payout, PayoutBatch
from marketplace.payments.queries.ledger import sums_of
from marketplace.payments.queries.money import Standing, standing
from marketplace.payments.states import Account, PayoutState

# whoever took over a manager's account and named another bank account gets nothing before its owners could object
HELD_AFTER_CHANGE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Due:
    """A seller with card money to be paid on; without a bank account she is asked for one.

    `held_until`: her account was changed lately, so nothing goes to it before then.
    """

    seller: Organisation
    standing: Standing
    account: BankAccount | None
    held_until: datetime | None = None

    @property
    def can_be_paid(self) -> bool:
        """There is an account, and it has been the same for long enough."""
        return self.account is not None and self.held_until is None


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
    named = {seller.ref: Due(seller, ready[seller.id], accounts.get(seller.id)) for seller in sellers}
    held = _held(list(named))
    due = [replace(one, held_until=held.get(ref)) for ref, one in named.items()]
    return sorted(due, key=lambda one: (-one.standing.payout_vnd, one.seller.id))


def _held(seller_refs: Collection[str]) -> dict[str, datetime]:
    """Until when nothing goes to the accounts of these sellers that took the place of others lately."""
    of_accounts = (AuditEntry.subject_kind == "bank_accounts") & AuditEntry.subject_ref.in_(seller_refs)
    lately = of_accounts & (AuditEntry.action == "name") & (AuditEntry.at > clock.now() - HELD_AFTER_CHANGE)
    changes = db.session.scalars(select(AuditEntry).where(lately).order_by(AuditEntry.number))
    return {one.subject_ref: one.at + HELD_AFTER_CHANGE for one in changes if one.figures["number_ending_before"]}


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
