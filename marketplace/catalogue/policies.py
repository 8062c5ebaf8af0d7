"""Who may see and change products."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import queries
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.states import ProductState
from marketplace.core.actors import Actor, Role
from marketplace.core.permissions import Permission, permits, reach


@permits(Permission.PRODUCT_SEE)
def may_see(actor: Actor, product: Product) -> bool:
    """Everybody sees what a verified producer has on sale; her own people and the operator see the rest."""
    on_sale = product.state is ProductState.PUBLISHED and product.seller.state is OrganisationState.VERIFIED
    return on_sale or actor.is_operator or actor.acts_for(product.seller_id)


@permits(Permission.PRODUCT_CREATE)
def may_create(actor: Actor, seller: Organisation) -> bool:
    """Managers and staff of the producer add to her goods."""
    return actor.acts_for(seller.id, Role.MANAGER, Role.STAFF)


@permits(Permission.PRODUCT_EDIT)
def may_edit(actor: Actor, product: Product) -> bool:
    """Managers and staff of the producer change her goods."""
    return actor.acts_for(product.seller_id, Role.MANAGER, Role.STAFF)


def product_for(actor: Actor, slug: str, permission: Permission | None = None) -> Product:
    """The product with this slug, if the actor sees it and may do what is named."""
    return reach(actor, queries.product_by_slug(slug), Permission.PRODUCT_SEE, permission)


def variant_for(actor: Actor, sku: str) -> Variant:
    """The pack with this SKU, if the actor sees its product."""
    variant = queries.variant_by_sku(sku)
    reach(actor, variant and variant.product, Permission.PRODUCT_SEE)
    assert variant is not None
    return variant
