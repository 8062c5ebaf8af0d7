"""The account on which a seller receives transfers."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, locked
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox import notify
from marketplace.core.refusals import Refused
from marketplace.core.text import ascii_upper
from marketplace.payments.models import BankAccount
from marketplace.payments.queries import account_of, bank_named
from marketplace.payments.queries.payouts import HELD_AFTER_CHANGE
from marketplace.web.filters import moment


def name_bank_account(organisation_id: int, *, bank_bin: str, number: str, holder: str, by: Actor) -> BankAccount:
    """Set where transfers go from now on; payments already open keep the account that was shown; all managers learn."""
    (seller,) = locked(Organisation, [organisation_id])
    bank, named = bank_named(bank_bin), ascii_upper(holder, most=80)
    if bank is None:
        raise Refused(_("Please choose one of the list."), field="bank")
    if not named:
        raise Refused(_("Please type the name of the account's holder."), field="holder")
    account = account_of(organisation_id)
    before = (account.bank_bin, account.number, account.holder) if account else ("", "", "")
    if account is None:
        account = BankAccount(organisation_id=organisation_id)
        db.session.add(account)
    elif before == (bank_bin, number, named):
        return account
    account.bank_bin, account.number, account.holder = bank_bin, number, named
    figures = {"bank_bin": bank_bin, "number_ending": number[-4:], "number_ending_before": before[1][-4:]}
    audit.record(audit.Subject("bank_accounts", seller.ref), "name", by=by, **figures)
    _warn(seller, bank.short_name, number, before[1], by)
    return account


def _warn(seller: Organisation, bank: str, number: str, before: str, by: Actor) -> None:
    """Whoever changes the account could take the money: everyone who runs the shop is told, the changer too."""
    notify(
        Recipient("organisation", seller.ref),
        "payments/bank_account_changed",
        seller=seller.name,
        bank=bank,
        ending=number[-4:],
        ending_before=before[-4:],
        by=by.display_name,
        paid_on_from=moment(clock.now() + HELD_AFTER_CHANGE),
        url="/desk/bank-account",
    )
