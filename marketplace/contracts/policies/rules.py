"""Who sees the rules of agreements, and who changes them; the way from a URL to a change."""

from __future__ import annotations

from marketplace.contracts.models import RuleChange
from marketplace.contracts.policies.agreements import OPERATORS
from marketplace.contracts.queries.rules import change_by_ref
from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, allows, permits, reach
from marketplace.core.refusals import NotSeen


@permits(Permission.RULES_SEE)
def may_see_rules(actor: Actor, _change: RuleChange | None = None) -> bool:
    """Managers and staff of the operator, signed in themselves."""
    return actor.is_signed_in and actor.is_operator and actor.has_role(*OPERATORS)


@permits(Permission.RULES_CHANGE)
def may_change_rules(actor: Actor, change: RuleChange | None = None) -> bool:
    """The same people; that nobody decides on her own proposal, the service and the table say."""
    return may_see_rules(actor, change)


def only_rule_makers(actor: Actor) -> None:
    """For everybody else the pages of the rules do not exist."""
    if not allows(actor, Permission.RULES_SEE):
        raise NotSeen


def change_for(actor: Actor, ref: str, permission: Permission | None = None) -> RuleChange:
    """The change behind an address: 404 unless she may see the rules."""
    return reach(actor, change_by_ref(ref), Permission.RULES_SEE, permission)
