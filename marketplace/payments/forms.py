"""What people fill in around payments: amounts, accounts, references of transfers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.fields import FileField, StringField
from wtforms.validators import ValidationError

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.text import ascii_upper, clean
from marketplace.payments.queries import receiving_banks
from marketplace.payments.services.tax_rules import Rule
from marketplace.payments.states import Certainty, Residency, TaxKind
from marketplace.web.forms import DayField, Form, choice_field, text_field, vnd_field

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


class ResolutionForm(Form):
    """Who paid a refund after all, and under which reference."""

    payer = choice_field(
        _l("Paid back by"), [("seller", _l("the producer")), ("platform", _l("the marketplace, for the producer"))]
    )
    reference = text_field(_l("Reference of the transfer"), most=60)


class EventNoteForm(Form):
    """What was done about something that the card company told."""

    note = text_field(_l("What was done"), most=200)


class RefundReceiptForm(Form):
    """Under which reference the seller has paid money back."""

    transfer_ref = text_field(_l("Reference of your transfer"), most=60)


# --- the money of sellers --------------------------------------------------------------------------------------------


class BankRefForm(Form):
    """Under which reference the operator's bank moved money."""

    bank_ref = text_field(_l("Reference of the transfer"), most=60)


class FailureForm(Form):
    """Why a payout did not arrive."""

    reason = text_field(_l("What the bank told you"), most=200)


class PercentField(StringField):
    """A rate as people type it ("1,5" or "0.5 %"), kept in hundredths of a per cent."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the rate or say how to type it."""
        self.typed = valuelist[0][:20] if valuelist else ""
        match = re.fullmatch(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*%?", self.typed.strip(), re.ASCII)
        points = int(Decimal(match[1].replace(",", ".")) * 100) if match else None
        self.data = points
        if points is None or points > 10_000:
            raise ValueError(_("Please type a rate in per cent, for example 1,5."))

    def _value(self) -> str:
        return getattr(self, "typed", "")


class TaxRuleForm(Form):
    """What is withheld from a day on."""

    kind = choice_field(_l("Kind of sale"), [(one.value, one.label) for one in TaxKind])
    residency = choice_field(_l("Seller"), [(one.value, one.label) for one in Residency])
    vat = PercentField(_l("VAT"))
    pit = PercentField(_l("Personal income tax"))
    freight_as = choice_field(
        _l("Freight is taxed as"),
        [("", _l("the goods themselves")), *((one.value, one.label) for one in TaxKind)],
        required=False,
    )
    valid_from = DayField(_l("From"))
    valid_to = DayField(_l("Until"), required=False)
    source = text_field(_l("Source"), most=300)
    certainty = choice_field(_l("How sure"), [(one.value, one.label) for one in Certainty])

    @property
    def rule(self) -> Rule:
        """What was filled in."""
        freight_as = self.freight_as.data
        return Rule(
            kind=TaxKind(self.kind.data),
            residency=Residency(self.residency.data),
            vat_points=cast(int, self.vat.data),
            pit_points=cast(int, self.pit.data),
            freight_as=TaxKind(freight_as) if freight_as else None,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            source=self.source.data,
            certainty=Certainty(self.certainty.data),
        )


class StatementForm(Form):
    """A bank's statement as a file."""

    statement = FileField(_l("Bank statement"))

    def validate_statement(self, field: Field) -> None:
        """A file has to come with it."""
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise ValidationError(_("Please choose the file of your bank first."))

    @property
    def name(self) -> str:
        """What the file is called."""
        return clean(str(self.statement.data.filename))[:120]

    def content(self, most_bytes: int) -> bytes:
        """What the file holds; a larger one is refused at its field."""
        content: bytes = cast(FileStorage, self.statement.data).stream.read(most_bytes + 1)
        if len(content) > most_bytes:
            self.refuse("statement", _("This file is larger than %(most)s MB.", most=most_bytes // 1024**2))
        return content
