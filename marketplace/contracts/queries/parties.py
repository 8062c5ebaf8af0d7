"""How an organisation stands in the text of an agreement, as plain data; a person's own tax number only by its ends."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.core.tax_codes import masked
from marketplace.payments.queries.banks import bank_named
from marketplace.payments.queries.payments import account_of

# what the operator has verified: nobody edits it in a text
IDENTITY = ("ref", "legal_name", "legal_form", "tax_code", "address", "province")
# what a side may say of itself in one text
OWN_WORDS = ("representative", "title", "phone", "email", "bank")


def party_of(organisation: Organisation) -> dict[str, Any]:
    """An organisation as it enters a new text."""
    return {
        **identity_of(organisation),
        "representative": organisation.representative,
        "title": organisation.representative_title,
        "phone": organisation.phone or "",
        "email": organisation.email or "",
        "bank": _bank_of(organisation),
    }


def identity_of(organisation: Organisation) -> dict[str, Any]:
    """What the marketplace itself knows of an organisation, by the names of `IDENTITY`."""
    province = organisation.province
    ward = organisation.ward.name if organisation.ward else ""
    return {
        "ref": organisation.ref,
        "legal_name": organisation.legal_name,
        "legal_form": organisation.legal_form.value,
        "tax_code": masked(organisation.tax_code),
        "address": ", ".join(filter(None, (organisation.street, ward, province.name))),
        "province": {"code": province.code, "name": province.name},
    }


def department_of(province_id: int) -> Organisation | None:
    """The active Department of Industry and Trade of a province, if it has one here."""
    department = (Organisation.kind == OrganisationKind.DEPARTMENT) & (Organisation.state == OrganisationState.VERIFIED)
    asked = select(Organisation).where(department, Organisation.province_id == province_id)
    return db.session.scalar(asked.order_by(Organisation.id).limit(1))


def _bank_of(organisation: Organisation) -> dict[str, str] | None:
    account = account_of(organisation.id)
    if account is None:
        return None
    bank = bank_named(account.bank_bin)
    return {"name": bank.short_name if bank else account.bank_bin, "number": account.number, "holder": account.holder}
