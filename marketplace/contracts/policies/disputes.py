"""Who sees a dispute, who speaks in it, and who decides how it ends; who may suspend a contract."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement, Dispute
from marketplace.contracts.policies.agreements import (
    REVIEWERS,
    is_department_of,
    may_edit_agreement,
    may_see_agreement,
    side_of,
)
from marketplace.contracts.queries.changes import standing_suspensions
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach


@permits(Permission.AGREEMENT_SUSPEND)
def may_suspend_agreement(actor: Actor, agreement: Agreement) -> bool:
    """Managers and staff of both sides; the departments while one follows it, or a suspension of their own stands."""
    if may_edit_agreement(actor, agreement):
        return True
    if not is_department_of(actor, agreement) or not may_see_agreement(actor, agreement):
        return False
    own = (one.organisation_id == actor.organisation_id for one in standing_suspensions(agreement))
    return agreement.is_monitored or any(own)


@permits(Permission.DISPUTE_SEE)
def may_see_dispute(actor: Actor, dispute: Dispute) -> bool:
    """Both sides, and the department that was asked to mediate."""
    return side_of(actor, dispute.agreement) is not None or may_mediate(actor, dispute)


@permits(Permission.DISPUTE_SPEAK)
def may_speak(actor: Actor, dispute: Dispute) -> bool:
    """Managers and staff of both sides, and the mediator."""
    return may_end_dispute(actor, dispute) or may_mediate(actor, dispute)


@permits(Permission.DISPUTE_MEDIATE)
def may_mediate(actor: Actor, dispute: Dispute) -> bool:
    """Officers and leaders of the department that was asked."""
    if dispute.mediator_id is None or actor.organisation_suspended:
        return False
    return actor.acts_for(dispute.mediator_id, *REVIEWERS)


@permits(Permission.DISPUTE_END)
def may_end_dispute(actor: Actor, dispute: Dispute) -> bool:
    """Answering, asking for a mediator and every end belong to managers and staff of both sides."""
    return may_edit_agreement(actor, dispute.agreement)


def dispute_for(actor: Actor, ref: str, dispute_ref: str, permission: Permission | None = None) -> Dispute:
    """The dispute behind an address: 404 unless the actor takes part in it, 403 unless she may."""
    whole = joinedload(Dispute.agreement).options(
        joinedload(Agreement.seller),
        joinedload(Agreement.buyer),
        joinedload(Agreement.seller_department),
        joinedload(Agreement.buyer_department),
    )
    mine = select(Dispute).join(Dispute.agreement).where(Agreement.ref == ref[:32], Dispute.ref == dispute_ref[:32])
    found = db.session.scalar(mine.options(whole, joinedload(Dispute.mediator)))
    return reach(actor, found, Permission.DISPUTE_SEE, permission)
