"""Who sits at a department's desk, and which reviews are hers to decide."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.queries.organisations import organisation_by_ref
from marketplace.contracts.models import Agreement, DepartmentReview
from marketplace.contracts.policies.agreements import REVIEWERS, agreement_for, may_see_agreement
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach, require
from marketplace.core.refusals import NotSeen


def is_officer_of(actor: Actor, department_id: int | None) -> bool:
    """An officer or leader of that department, which is not suspended."""
    is_department = actor.organisation_kind is OrganisationKind.DEPARTMENT and not actor.organisation_suspended
    return is_department and department_id is not None and actor.acts_for(department_id, *REVIEWERS)


@permits(Permission.DEPARTMENT_DESK_SEE)
def may_see_desk(actor: Actor, department: Organisation) -> bool:
    """Officers and leaders of the department; its manager of accounts is not one of them by that alone."""
    return is_officer_of(actor, department.id)


@permits(Permission.REVIEW_DECIDE)
def may_decide_review(actor: Actor, review: DepartmentReview) -> bool:
    """Officers and leaders of the department that was asked; never those of the other one."""
    return is_officer_of(actor, review.department_id)


def own_department(actor: Actor) -> Organisation:
    """The department whose desk the actor sits at; for everybody else there is no desk (404)."""
    found = organisation_by_ref(actor.organisation_ref) if actor.organisation_ref else None
    return reach(actor, found, Permission.DEPARTMENT_DESK_SEE)


def department_agreement_for(actor: Actor, ref: str, permission: Permission | None = None) -> Agreement:
    """A paper as a department looks at it: 404 for both sides, too, which have a page of their own."""
    own_department(actor)
    return agreement_for(actor, ref, permission)


def review_for(actor: Actor, ref: str, permission: Permission | None = None) -> DepartmentReview:
    """The review behind an address: 404 unless a department of one of the two provinces asks, 403 for the other one."""
    own_department(actor)
    whole = (joinedload(DepartmentReview.agreement), joinedload(DepartmentReview.version))
    found = db.session.scalar(select(DepartmentReview).where(DepartmentReview.ref == ref[:32]).options(*whole))
    if found is None or not may_see_agreement(actor, found.agreement):
        raise NotSeen
    if permission is not None:
        require(actor, permission, found)
    return found
