"""Whether a department stands against the text that is on the table."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement, DepartmentReview, TermsVersion
from marketplace.contracts.states.agreements import AgreementState
from marketplace.contracts.states.reviews import ReviewState
from marketplace.core.database import db


def objection_to(agreement: Agreement) -> DepartmentReview | None:
    """The opinion by which a department sent back the last version, while no other text has followed it."""
    if agreement.state is not AgreementState.NEGOTIATING:
        return None
    returned = (
        select(DepartmentReview)
        .join(DepartmentReview.version)
        .where(
            DepartmentReview.agreement_id == agreement.id,
            DepartmentReview.state == ReviewState.RETURNED,
            TermsVersion.number == agreement.last_version,
        )
    )
    return db.session.scalars(returned.options(joinedload(DepartmentReview.department)).limit(1)).first()


def words_of(objection: DepartmentReview) -> str:
    """Who objected, and what was said, as both sides have read it."""
    who = objection.department.name if objection.department else ""
    return f"{who}: {objection.words}"
