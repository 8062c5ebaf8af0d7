"""Who may see shops and run the desk; and the way from a shop's address to its producer."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.core.actors import Actor, OrganisationKind, Role
from marketplace.core.permissions import Permission, permits, reach
from marketplace.storefronts import queries
from marketplace.storefronts.models import Import


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


@permits(Permission.GOODS_IMPORT)
def may_import(actor: Actor, seller: Organisation) -> bool:
    """Managers and staff of the producer, who change her goods one by one too."""
    return actor.is_seller and actor.acts_for(seller.id, Role.MANAGER, Role.STAFF)


@permits(Permission.CERTIFICATE_JUDGE)
def may_judge_certificates(actor: Actor, _product: object) -> bool:
    """Whoever runs the market compares what producers declare with the official lists."""
    return actor.is_operator


@permits(Permission.IMPORT_SEE)
def may_see_import(actor: Actor, sent: Import) -> bool:
    """The same people see what was sent."""
    return actor.is_seller and actor.acts_for(sent.seller_id, Role.MANAGER, Role.STAFF)


def import_for(actor: Actor, ref: str) -> Import:
    """The sheet that an address names, if it is one of the actor's producer."""
    return reach(actor, queries.import_by_ref(ref), Permission.IMPORT_SEE)


def seller_for(actor: Actor, slug: str) -> Organisation:
    """The producer of a shop's address, if the actor sees it."""
    return reach(actor, queries.seller_by_slug(slug), Permission.SHOP_SEE)


def own_seller(actor: Actor, permission: Permission | None = None) -> Organisation:
    """The producer that the actor works for now (else 404), with a right in it where one is named (else 403)."""
    seller = queries.seller_by_id(actor.organisation_id) if actor.is_seller else None
    return reach(actor, seller, Permission.SHOP_SEE, permission)
