"""Who reads which version of a text: the sides every one, the departments only what both sides have accepted."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Acceptance, Agreement, TermsVersion
from marketplace.contracts.policies.agreements import is_department_of, side_of
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach

BOTH = 2


@permits(Permission.VERSION_SEE)
def may_see_version(actor: Actor, version: TermsVersion) -> bool:
    """Both sides read the whole negotiation; a department of one of the provinces reads frozen texts."""
    agreement = version.agreement
    if side_of(actor, agreement) is not None:
        return True
    shown = agreement.shown_to_departments_at is not None and is_department_of(actor, agreement)
    return shown and is_frozen(version)


def is_frozen(version: TermsVersion) -> bool:
    """Both sides have accepted exactly this text."""
    asked = select(func.count()).select_from(Acceptance).where(Acceptance.version_id == version.id)
    return db.session.scalar(asked) == BOTH


def version_of(actor: Actor, agreement: Agreement, number: int) -> TermsVersion:
    """One version of a paper that the actor sees already; 404 where this version is not for her."""
    mine = (TermsVersion.agreement_id == agreement.id) & (TermsVersion.number == number)
    whole = (joinedload(TermsVersion.agreement), joinedload(TermsVersion.person))
    found = db.session.scalar(select(TermsVersion).where(mine).options(*whole))
    return reach(actor, found, Permission.VERSION_SEE)
