"""Prices of a token's owner: read, and set for orders from now on."""

from __future__ import annotations

from marketplace.api.formats import Fault, Rule
from marketplace.api.operations import Answer, api
from marketplace.api.problems import Problem
from marketplace.api.queries import own
from marketplace.api.shapes.goods import Named
from marketplace.api.shapes.own import ListQuery, NewPrice, PriceLevel, PricePage
from marketplace.api.states import Scope
from marketplace.api.views.acting import expect, tag_of
from marketplace.api.views.public import tiers_of
from marketplace.catalogue import services
from marketplace.catalogue.models import Variant
from marketplace.catalogue.policies import variant_for
from marketplace.core.database import lock, writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, require
from marketplace.core.refusals import NotSeen
from marketplace.inventory.policies import own_seller_id
from marketplace.web.requests import actor

SKU = {"sku": Rule(longest=20, example="OC7K2M9PQ")}


@api.get("/me/prices", tag="Prices", answer=PricePage, query=ListQuery, scope=Scope.PRICES_WRITE)
def own_prices(asked: ListQuery) -> PricePage:
    """What everything costs that the owner's producer has on sale, by SKU."""
    found = own.variants_page(own_seller_id(actor()), after=asked.cursor, limit=asked.limit)
    shown = found[: asked.limit]
    items = tuple(_level(variant) for variant in shown)
    return PricePage(items=items, next_cursor=shown[-1].sku if len(found) > asked.limit else None)


@api.get("/me/prices/<sku>", tag="Prices", answer=PriceLevel, scope=Scope.PRICES_WRITE, path_rules=SKU, found=True)
def own_price_of(sku: str) -> Answer:
    """What one pack costs; its ETag is what a PUT sends as If-Match."""
    return _answer(_own(sku))


def _own(sku: str) -> Variant:
    """A pack of the owner's own producer."""
    seller_id = own_seller_id(actor())
    variant = variant_for(actor(), sku)
    if variant.seller_id != seller_id:
        raise NotSeen
    return variant


def _tag(variant: Variant) -> str:
    steps = [(tier.least_quantity, tier.price_vnd) for tier in variant.tiers]
    return tag_of(variant.sku, variant.price_vnd, steps)


def _level(variant: Variant) -> PriceLevel:
    return PriceLevel(
        sku=variant.sku,
        seller_code=variant.seller_code,
        product=Named(variant.product.slug, variant.product.name),
        variant=variant.name,
        price_vnd=variant.price_vnd,
        tiers=tiers_of(variant),
        etag=f'"{_tag(variant)}"',
    )


def _answer(variant: Variant) -> Answer:
    return Answer(_level(variant), tag=_tag(variant))


@api.put(
    "/me/prices/<sku>",
    tag="Prices",
    answer=PriceLevel,
    body=NewPrice,
    scope=Scope.PRICES_WRITE,
    path_rules=SKU,
    found=True,
)
def set_price(sku: str, sent: NewPrice) -> Answer:
    """A pack costs this much from now on, if its price is still what the program has read."""
    variant = _own(sku)
    require(actor(), Permission.PRODUCT_EDIT, variant.product)
    with writing():
        lock(variant.product, variant)
        expect(_tag(variant), price_vnd=variant.price_vnd)
        tiers = _tiers(variant, sent)
        if sent.price_vnd != variant.price_vnd or tiers != _present(variant):
            services.price(variant, sent.price_vnd, tiers=tiers, by=actor())
    return _answer(_own(sku))


def _present(variant: Variant) -> dict[int, int]:
    return {tier.least_quantity: tier.price_vnd for tier in variant.tiers}


def _tiers(variant: Variant, sent: NewPrice) -> dict[int, int]:
    """The lower prices as sent, else as they are."""
    if sent.tiers is None:
        return _present(variant)
    tiers = {one.from_quantity: one.price_vnd for one in sent.tiers}
    if len(tiers) < len(sent.tiers):
        raise Problem(422, errors=[Fault("tiers", _("Each quantity may begin one lower price only."))])
    return tiers
