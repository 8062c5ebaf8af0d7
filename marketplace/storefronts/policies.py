"""Who may see shops and run the desk; and the way from a shop's address to its producer."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.core.actors import Actor, OrganisationKind, Role
from marketplace.core.permissions import Permission, permits, reach
from marketplace.storefronts import queries


@permits(Permission.SHOP_SEE)
def may_see_shop(actor: Actor, seller: Organisation) -> bool:
    """Everybody sees a verified producer's shop; others only those who work there or run the market."""
    if seller.kind is not OrganisationKind.PRODUCER:
        return False
    return seller.state is OrganisationState.VERIFIED or actor.acts_for(seller.id) or actor.is_operator


@permits(Permission.SHOP_EDIT)
def may_edit_shop(actor: Actor, seller: Organisation) -> bool:
    """The producer's managers."""
    return actor.is_seller and actor.acts_for(seller.id, Role.MANAGER)


def seller_for(actor: Actor, slug: str) -> Organisation:
    """The producer of a shop's address, if the actor sees it."""
    return reach(actor, queries.seller_by_slug(slug), Permission.SHOP_SEE)


def own_seller(actor: Actor, permission: Permission | None = None) -> Organisation:
    """The producer that the actor works for now (else 404), with a right in it where one is named (else 403)."""
    seller = queries.seller_by_id(actor.organisation_id) if actor.is_seller else None
    return reach(actor, seller, Permission.SHOP_SEE, permission)
