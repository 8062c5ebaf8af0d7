"""Who sees an agreement, who may write in it, and on which side somebody stands."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement
from marketplace.contracts.states.agreements import Side
from marketplace.core.actors import Actor, OrganisationKind, Role
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach

EDITORS = (Role.MANAGER, Role.STAFF)
SIDES = (Role.MANAGER, Role.STAFF, Role.SIGNATORY)
REVIEWERS = (Role.OFFICER, Role.LEADER)
OPERATORS = (Role.MANAGER, Role.STAFF)


def side_of(actor: Actor, agreement: Agreement) -> Side | None:
    """On which side somebody stands, if on one: by the organisation that she acts for now."""
    if actor.acts_for(agreement.seller_id, *SIDES):
        return Side.SELLER
    return Side.BUYER if actor.acts_for(agreement.buyer_id, *SIDES) else None


def is_department_of(actor: Actor, agreement: Agreement) -> bool:
    """An officer or leader of the department of one of the two provinces."""
    if actor.organisation_kind is not OrganisationKind.DEPARTMENT or actor.organisation_suspended:
        return False
    ids = (agreement.seller_department_id, agreement.buyer_department_id)
    return any(one is not None and actor.acts_for(one, *REVIEWERS) for one in ids)


def departments_of(actor: Actor, agreement: Agreement) -> set[Side]:
    """For which sides' provinces an officer looks at it: one, or both where they lie in one province."""
    named = {Side.SELLER: agreement.seller_department_id, Side.BUYER: agreement.buyer_department_id}
    return {side for side, one in named.items() if one is not None and actor.acts_for(one, *REVIEWERS)}


@permits(Permission.AGREEMENT_SEE)
def may_see_agreement(actor: Actor, agreement: Agreement) -> bool:
    """Both sides; the two departments once a frozen text was shown to them; nobody else, not even the operator.

    Until it is sent, a draft exists for the side that makes it only.
    """
    side = side_of(actor, agreement)
    if side is not None:
        return side is agreement.made_by or agreement.last_version > 0
    return agreement.shown_to_departments_at is not None and is_department_of(actor, agreement)


@permits(Permission.AGREEMENT_EDIT)
def may_edit_agreement(actor: Actor, agreement: Agreement) -> bool:
    """Managers and staff of both sides."""
    return actor.acts_for(agreement.seller_id, *EDITORS) or actor.acts_for(agreement.buyer_id, *EDITORS)


@permits(Permission.AGREEMENT_SIGN)
def may_sign_agreement(actor: Actor, agreement: Agreement) -> bool:
    """Signatories of both sides; whether a mandate covers it, the service says."""
    return actor.acts_for(agreement.seller_id, Role.SIGNATORY) or actor.acts_for(agreement.buyer_id, Role.SIGNATORY)


@permits(Permission.AGREEMENTS_WRITE)
def may_write_agreements(actor: Actor, _nothing: object) -> bool:
    """Managers and staff of producers and buying organisations."""
    kinds = (OrganisationKind.PRODUCER, OrganisationKind.BUYER)
    return actor.organisation_kind in kinds and actor.has_role(*EDITORS)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition that lists of agreements begin with: exactly what `may_see_agreement` allows."""
    own = actor.organisation_id if actor.has_role(*SIDES, *REVIEWERS) else None
    if own is None or actor.organisation_kind is OrganisationKind.OPERATOR:
        return Agreement.id.is_(None)
    if actor.organisation_kind is OrganisationKind.DEPARTMENT:
        if actor.organisation_suspended:
            return Agreement.id.is_(None)
        mine = or_(Agreement.seller_department_id == own, Agreement.buyer_department_id == own)
        return mine & Agreement.shown_to_departments_at.is_not(None)
    sent = Agreement.last_version > 0
    return or_(
        (Agreement.seller_id == own) & (sent | (Agreement.made_by == Side.SELLER)),
        (Agreement.buyer_id == own) & (sent | (Agreement.made_by == Side.BUYER)),
    )


def agreement_for(actor: Actor, ref: str, permission: Permission | None = None) -> Agreement:
    """The paper behind an address: 404 unless the actor stands on a side of it or looks at it, 403 unless she may."""
    whole = (
        joinedload(Agreement.seller),
        joinedload(Agreement.buyer),
        joinedload(Agreement.seller_province),
        joinedload(Agreement.buyer_province),
        joinedload(Agreement.seller_department),
        joinedload(Agreement.buyer_department),
        joinedload(Agreement.belongs_to),
    )
    found = db.session.scalar(select(Agreement).where(Agreement.ref == ref[:32]).options(*whole))
    return reach(actor, found, Permission.AGREEMENT_SEE, permission)
