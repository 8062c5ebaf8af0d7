"""Who may look into an agreement of others, and for how long; the way from a URL to it."""

from __future__ import annotations

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.glass import agreement_by_ref, open_look
from marketplace.core.actors import Actor, Role
from marketplace.core.permissions import Permission, allows, permits
from marketplace.core.refusals import NotSeen


@permits(Permission.AGREEMENT_BREAK_GLASS)
def may_break_glass(actor: Actor, _agreement: Agreement | None = None) -> bool:
    """Managers of the operator, signed in themselves; each look is written down and told to both sides."""
    return actor.is_signed_in and actor.is_operator and actor.has_role(Role.MANAGER)


def only_glass_breakers(actor: Actor) -> None:
    """For everybody else the page does not exist."""
    if not allows(actor, Permission.AGREEMENT_BREAK_GLASS):
        raise NotSeen


def looked_at(actor: Actor, ref: str) -> Agreement:
    """The agreement behind an address, for whoever has given a reason within the hour; else 404."""
    only_glass_breakers(actor)
    agreement = agreement_by_ref(ref)
    if agreement is None or actor.person_id is None or open_look(agreement, actor.person_id) is None:
        raise NotSeen
    return agreement
