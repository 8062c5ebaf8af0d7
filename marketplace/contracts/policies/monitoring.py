"""Who follows an agreement, who sees that it is followed, and who answers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement, MonitoringCase
from marketplace.contracts.policies.agreements import is_department_of, may_edit_agreement, may_see_agreement
from marketplace.contracts.policies.departments import is_officer_of
from marketplace.contracts.states.performing import CaseState
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach

# what a department only thinks about is its own
PRIVATE = (CaseState.DRAFT, CaseState.CANCELLED)


@permits(Permission.AGREEMENT_MONITOR)
def may_monitor(actor: Actor, agreement: Agreement) -> bool:
    """The departments of the two provinces, once the agreement was shown to them; no operator."""
    return is_department_of(actor, agreement) and may_see_agreement(actor, agreement)


@permits(Permission.MONITORING_SEE)
def may_see_case(actor: Actor, case: MonitoringCase) -> bool:
    """The department that made it; once it is open, the other department and both sides, too."""
    if is_officer_of(actor, case.department_id):
        return True
    return case.state not in PRIVATE and may_see_agreement(actor, case.agreement)


@permits(Permission.MONITORING_RUN)
def may_run_case(actor: Actor, case: MonitoringCase) -> bool:
    """Only the department that made it."""
    return is_officer_of(actor, case.department_id)


@permits(Permission.MONITORING_ANSWER)
def may_answer_case(actor: Actor, case: MonitoringCase) -> bool:
    """Managers and staff of both sides."""
    return may_edit_agreement(actor, case.agreement)


def case_for(actor: Actor, ref: str, permission: Permission | None = None) -> MonitoringCase:
    """The case behind an address: 404 unless it is seen, 403 unless the actor may."""
    whole = joinedload(MonitoringCase.agreement).options(
        joinedload(Agreement.seller),
        joinedload(Agreement.buyer),
        joinedload(Agreement.seller_department),
        joinedload(Agreement.buyer_department),
    )
    asked = select(MonitoringCase).where(MonitoringCase.ref == ref[:32])
    found = db.session.scalar(asked.options(whole, joinedload(MonitoringCase.department)))
    return reach(actor, found, Permission.MONITORING_SEE, permission)
