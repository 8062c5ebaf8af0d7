"""The account on which a seller receives transfers."""

from __future__ import annotations

from marketplace.core import audit
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.text import ascii_upper
from marketplace.payments.models import BankAccount
from marketplace.payments.queries import account_of


def name_bank_account(organisation_id: int, *, bank_bin: str, number: str, holder: str, by: Actor) -> BankAccount:
    """Set where transfers go from now on; payments already open keep the account that was shown."""
    account = account_of(organisation_id)
    if account is None:
        account = BankAccount(organisation_id=organisation_id)
        db.session.add(account)
    else:
        lock(account)
    account.bank_bin, account.number, account.holder = bank_bin, number, ascii_upper(holder, most=80)
    subject = audit.Subject("bank_accounts", by.organisation_ref or str(organisation_id))
    audit.record(subject, "name", by=by, bank_bin=bank_bin, number_ending=number[-4:])
    return account
