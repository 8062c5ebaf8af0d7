"""Facts about a page for search engines, in the words of schema.org."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product
from marketplace.storefronts.queries import Pack
from marketplace.web.security import settings

CONTEXT = "https://schema.org"


def absolute(path: str) -> str:
    """The full address of a page of this site."""
    return settings().site_url.rstrip("/") + path


def site() -> dict[str, Any]:
    """The site itself and how it is searched."""
    search = absolute(url_for("storefronts.products")) + "?q={query}"
    action = {"@type": "SearchAction", "target": search, "query-input": "required name=query"}
    address = absolute(url_for("storefronts.home"))
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": "Chợ OCOP liên tỉnh",
        "url": address,
        "potentialAction": action,
    }


def breadcrumbs(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Where a page stands: pairs of name and path from the top down."""
    items = [
        {"@type": "ListItem", "position": position, "name": str(name), "item": absolute(path)}
        for position, (name, path) in enumerate(steps, start=1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def product(found: Product, packs: Sequence[Pack], image: str) -> dict[str, Any]:
    """A product with an offer for each pack; guests' and invented stars are no ratings, only reviews are."""
    url = absolute(url_for("storefronts.product", slug=found.slug))
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Product",
        "name": found.name,
        "description": found.summary or found.name,
        "image": absolute(image),
        "url": url,
        "category": found.product_set.name,
        "brand": {"@type": "Brand", "name": found.seller.name},
        "countryOfOrigin": {"@type": "Country", "name": "VN"},
        "offers": [_offer(pack, found, url) for pack in packs],
    }
    return told | _rating(found)


def _offer(pack: Pack, found: Product, url: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "sku": pack.sku,
        "name": pack.variant.name,
        "url": url,
        "price": pack.variant.price_vnd,
        "priceCurrency": "VND",
        "availability": f"{CONTEXT}/{'InStock' if pack.can_be_ordered else 'OutOfStock'}",
        "seller": {"@type": "Organization", "name": found.seller.legal_name},
    }


def _rating(found: Product) -> dict[str, Any]:
    if not found.rating_count:
        return {}
    average = round(found.rating_sum / found.rating_count, 1)
    rating = {"@type": "AggregateRating", "ratingValue": average, "reviewCount": found.rating_count, "bestRating": 5}
    return {"aggregateRating": rating}


def organisation(seller: Organisation) -> dict[str, Any]:
    """A producer with its public names and place."""
    street = ", ".join(part for part in (seller.street, seller.ward.name if seller.ward else "") if part)
    address = {
        "@type": "PostalAddress",
        "streetAddress": street,
        "addressRegion": seller.province.name,
        "addressCountry": "VN",
    }
    told = {"name": seller.name, "legalName": seller.legal_name, "address": address}
    return {
        "@context": CONTEXT,
        "@type": "Organization",
        "url": absolute(url_for("storefronts.shop", slug=seller.slug)),
        **told,
    }
