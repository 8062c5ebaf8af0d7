"""Payouts: card money that the marketplace holds goes on to its sellers by bank transfer, each đồng once."""

from __future__ import annotations

from collections.abc import Collection

from marketplace.accounts.models import Organisation
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock, locked
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.outbox import notify
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.payments.models import BankAccount, Payout, PayoutBatch
from marketplace.payments.queries.payouts import Due, due_payouts
from marketplace.payments.services.booking import book_for_seller
from marketplace.payments.states import Account, PayoutAction, PayoutState


def plan_payouts(seller_ids: Collection[int], *, least_vnd: int, by: Actor) -> PayoutBatch:
    """Freeze what these sellers can be paid now and where it goes; two operators at once plan it once. In đồng."""
    locked(Organisation, seller_ids)
    due = [(one, one.account) for one in due_payouts(least_vnd, seller_ids) if one.can_be_paid and one.account]
    if not due:
        raise Refused(_("None of these is to be paid any more. Somebody else may have prepared them just now."))
    batch = PayoutBatch(ref=next_ref("payout_batch"), created_at=clock.now())
    db.session.add(batch)
    batch.payouts = [_planned(one, account) for one, account in due]
    db.session.flush()
    for payout in batch.payouts:
        figures = {"amount_vnd": payout.amount_vnd, "account_ending": payout.account_number[-4:]}
        audit.record(audit.subject_of(payout), "plan", by=by, after=payout.state.value, before=None, **figures)
    return batch


def _planned(due: Due, account: BankAccount) -> Payout:
    ref = next_ref("payout")
    return Payout(
        ref=ref,
        seller_id=due.seller.id,
        amount_vnd=due.standing.payout_vnd,
        bank_bin=account.bank_bin,
        account_number=account.number,
        account_holder=account.holder,
        memo=f"OCOP {ref.replace('-', '')}",
    )


def confirm_payout(payout: Payout, *, bank_ref: str, by: Actor) -> None:
    """The operator's bank has sent it: it is paid out, and the seller is told under which reference."""
    lock(payout)
    if not bank_ref:
        raise Refused(_("Please type the reference of your transfer."), field="bank_ref")
    move(payout, PayoutAction.CONFIRM, by=by, amount_vnd=payout.amount_vnd)
    payout.bank_ref, payout.done_at = bank_ref, clock.now()
    amounts = {Account.PAID_OUT: payout.amount_vnd, Account.RECEIVED_BY_PLATFORM: -payout.amount_vnd}
    book_for_seller("payout", payout.ref, amounts, seller_id=payout.seller_id, by=by)
    _tell(payout, "payout_done_seller", bank_ref=bank_ref)


def fail_payout(payout: Payout, *, reason: str, by: Actor) -> None:
    """It could not be sent, or came back: the seller is to get it again, and is asked to look at her account."""
    lock(payout)
    if not reason:
        raise Refused(_("Please say what the bank told you."), field="reason")
    was_done = payout.state is PayoutState.DONE
    move(payout, PayoutAction.FAIL, by=by, amount_vnd=payout.amount_vnd)
    payout.reason = reason
    if was_done:
        amounts = {Account.PAID_OUT: -payout.amount_vnd, Account.RECEIVED_BY_PLATFORM: payout.amount_vnd}
        book_for_seller("payout_returned", payout.ref, amounts, seller_id=payout.seller_id, by=by)
    _tell(payout, "payout_failed_seller", reason=reason)


def ask_for_account(seller: Organisation, *, amount_vnd: int) -> None:
    """Card money waits for a seller whom nobody can transfer it to: she is asked to name an account."""
    recipient = Recipient("organisation", seller.ref)
    notify(recipient, "payments/payout_waits_seller", amount_vnd=amount_vnd, url="/desk/bank-account")


def _tell(payout: Payout, template: str, **more: str) -> None:
    notify(
        Recipient("organisation", payout.seller.ref),
        f"payments/{template}",
        payout=payout.ref,
        amount_vnd=payout.amount_vnd,
        ending=payout.account_number[-4:],
        url="/desk/money",
        **more,
    )
