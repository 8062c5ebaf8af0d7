"""What people fill in around payments: amounts, accounts, references of transfers."""

from __future__ import annotations

import re
from typing import Any

from wtforms import Field
from wtforms.validators import ValidationError

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.text import ascii_upper
from marketplace.payments.queries import receiving_banks
from marketplace.web.forms import Form, choice_field, text_field, vnd_field

LONGEST_NUMBER = 19
_NUMBER = re.compile(rf"[A-Z0-9]{{4,{LONGEST_NUMBER}}}")


def _bare(number: str | None) -> str | None:
    """An account number without the spaces, dots and dashes that make it readable."""
    return re.sub(r"[\s.\-]", "", number).upper() if number else number


class AccountForm(Form):
    """A bank account that a transfer can reach."""

    bank = choice_field(_l("Bank"), [("", _l("Choose a bank"))])
    number = text_field(_l("Account number"), most=40)
    holder = text_field(_l("Account holder"), most=80)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.bank.choices = [
            ("", _("Choose a bank")),
            *((bank.bin, f"{bank.short_name} – {bank.name}") for bank in receiving_banks()),
        ]

    def validate_number(self, field: Field) -> None:
        """Letters and digits, as many as a transfer carries."""
        bare = _bare(field.data) or ""
        if not _NUMBER.fullmatch(bare):
            raise ValidationError(_("An account number has 4 to 19 digits (or letters)."))
        field.data = bare

    def validate_holder(self, field: Field) -> None:
        """A name that a bank can write: without accents something of it is left."""
        if not ascii_upper(field.data or "", most=80):
            raise ValidationError(_("Please type the name as the bank writes it, for example NGUYEN THI LAN."))


class BankAccountForm(AccountForm):
    """Where a seller receives transfers."""


class RefundAccountForm(AccountForm):
    """Where a buyer wants her money back."""


class ReceiptForm(Form):
    """How much has arrived on the seller's account."""

    amount_vnd = vnd_field(_l("Amount that arrived in all"), least=1)


class RefundReceiptForm(Form):
    """Under which reference the seller has paid money back."""

    transfer_ref = text_field(_l("Reference of your transfer"), most=60)
