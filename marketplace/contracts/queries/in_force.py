"""The text in force of a contract, and any version of a paper."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import Agreement, TermsVersion
from marketplace.core.database import db


def version_numbered(agreement: Agreement, number: int | None) -> TermsVersion | None:
    """One version of a paper."""
    version = TermsVersion
    return db.session.scalar(select(version).where(version.agreement_id == agreement.id, version.number == number))


def terms_in_force(contract: Agreement) -> dict[str, Any] | None:
    """What a contract says now, all annexes included; None before it has entered into force."""
    version = version_numbered(contract, contract.active_version)
    return version.terms if version is not None else None


def last_terms(agreement: Agreement) -> dict[str, Any] | None:
    """What was sent last, in force or not; None where nothing was sent yet."""
    version = version_numbered(agreement, agreement.last_version)
    return version.terms if version is not None else None
