"""Who may do what with people and organisations; and the ways from an actor or an address to an organisation."""

from __future__ import annotations

from typing import Any

from marketplace.accounts import queries
from marketplace.accounts.models import Organisation
from marketplace.accounts.states import HEAD
from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, permits, reach


@permits(Permission.ACCOUNT_EDIT)
def may_edit_account(actor: Actor, person: Any) -> bool:
    """Everyone her own account, nobody another's."""
    return actor.is_signed_in and person is not None and actor.person_id == person.id


@permits(Permission.ORGANISATION_SEE)
def may_see_organisation(actor: Actor, organisation: Organisation) -> bool:
    """Its own people, and the operator."""
    return actor.is_operator or actor.acts_for(organisation.id)


@permits(Permission.ORGANISATION_RUN)
def may_run_organisation(actor: Actor, organisation: Organisation) -> bool:
    """Its managers (a department's leaders): they change its profile and say who belongs to it."""
    return actor.acts_for(organisation.id, HEAD[organisation.kind])


@permits(Permission.ORGANISATION_JUDGE)
def may_judge(actor: Actor, _organisation: Organisation | None = None) -> bool:
    """The marketplace's own operator."""
    return actor.is_operator


def own_organisation(actor: Actor, permission: Permission | None = None) -> Organisation:
    """The organisation that the actor acts for now (else 404), with a right in it where one is named (else 403)."""
    own = queries.organisation_by_ref(actor.organisation_ref) if actor.organisation_ref else None
    return reach(actor, own, Permission.ORGANISATION_SEE, permission)


def judged_organisation(actor: Actor, ref: str) -> Organisation:
    """The organisation with this ref, for the operator; for others it does not exist."""
    return reach(actor, queries.organisation_by_ref(ref), Permission.ORGANISATION_JUDGE)
