"""Facts about a page for search engines, in the words of schema.org."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import url_for

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product
from marketplace.catalogue.states import CertificateBasis, Keeping
from marketplace.core import clock
from marketplace.storefronts.queries import Pack, ShopFigures
from marketplace.web.media import picture_url
from marketplace.web.security import settings

CONTEXT = "https://schema.org"
# a price stands until the producer changes it; programs are asked to look again within a month
READ_AGAIN = timedelta(days=30)


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
    """A product with an offer for each pack; only reviews are ratings, only real papers certificates."""
    url = absolute(url_for("storefronts.product", slug=found.slug))
    photos = [absolute(picture_url(photo.sha256, 1280)) for photo in found.photos]
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Product",
        "@id": f"{url}#product",
        "name": found.name,
        "description": found.summary or found.name,
        "image": photos or [absolute(image)],
        "url": url,
        "category": found.product_set.name,
        "brand": {"@type": "Brand", "name": found.seller.name},
        "manufacturer": _maker(found.seller),
        "countryOfOrigin": {"@type": "Country", "name": "VN"},
        "offers": [_offer(pack, found, url) for pack in packs],
    }
    return told | _rating(found.rating_sum, found.rating_count) | _certification(found)


def _offer(pack: Pack, found: Product, url: str) -> dict[str, Any]:
    """One pack with its prices by quantity and by measure."""
    returns = {"@type": "MerchantReturnPolicy", "merchantReturnLink": absolute(url_for("storefronts.delivery"))}
    return {
        "@type": "Offer",
        "@id": f"{url}#{pack.sku}",
        "sku": pack.sku,
        "name": pack.variant.name,
        "url": url,
        "price": pack.variant.price_vnd,
        "priceCurrency": "VND",
        "priceValidUntil": (clock.today() + READ_AGAIN).isoformat(),
        "priceSpecification": [_price(pack.variant.price_vnd, 1), *_by_quantity(pack), *_by_measure(pack)],
        "itemCondition": f"{CONTEXT}/NewCondition",
        "availability": f"{CONTEXT}/{_availability(pack, found)}",
        "shippingDetails": _shipping(),
        "hasMerchantReturnPolicy": {**returns, "applicableCountry": "VN"},
        "seller": _maker(found.seller),
    }


def _shipping() -> dict[str, Any]:
    """Goods go to every province; what that costs is each producer's own table, told on the page."""
    country = {"@type": "DefinedRegion", "addressCountry": "VN"}
    told = {"@type": "OfferShippingDetails", "shippingDestination": country}
    return {**told, "shippingSettingsLink": absolute(url_for("storefronts.delivery"))}


def _availability(pack: Pack, found: Product) -> str:
    if found.is_by_request:
        return "InStoreOnly"
    if not pack.can_be_ordered:
        return "OutOfStock"
    return "MadeToOrder" if pack.variant.keeping is Keeping.MADE_TO_ORDER else "InStock"


def _price(vnd: int, least: int) -> dict[str, Any]:
    """What one pack costs from a quantity on."""
    quantity = {"@type": "QuantitativeValue", "minValue": least}
    told = {"@type": "UnitPriceSpecification", "price": vnd, "priceCurrency": "VND"}
    return {**told, "valueAddedTaxIncluded": True, "eligibleQuantity": quantity}


def _by_quantity(pack: Pack) -> list[dict[str, Any]]:
    return [_price(tier.price_vnd, tier.least_quantity) for tier in pack.variant.tiers]


def _by_measure(pack: Pack) -> list[dict[str, Any]]:
    """The price of a kilo or litre, in the unit codes of UN/CEFACT."""
    if pack.per_measure is None:
        return []
    unit = {"@type": "QuantitativeValue", "value": 1, "unitCode": "LTR" if pack.measure == "l" else "KGM"}
    told = {"@type": "UnitPriceSpecification", "price": pack.per_measure, "priceCurrency": "VND"}
    return [{**told, "valueAddedTaxIncluded": True, "referenceQuantity": unit}]


def _rating(total: int, count: int) -> dict[str, Any]:
    if not count:
        return {}
    rating = {"@type": "AggregateRating", "ratingValue": round(total / count, 1), "reviewCount": count, "bestRating": 5}
    return {"aggregateRating": {**rating, "worstRating": 1}}


def _certification(found: Product) -> dict[str, Any]:
    """The OCOP certificate in force, unless it is invented."""
    papers = [one for one in found.certificates if one.is_in_force and one.basis is not CertificateBasis.ILLUSTRATIVE]
    if not papers or not found.star_now:
        return {}
    paper = papers[-1]
    told = {
        "@type": "Certification",
        "name": f"OCOP {paper.star}",
        "certificationIdentification": paper.number,
        "issuedBy": {"@type": "Organization", "name": paper.issued_by},
        "validFrom": paper.issued_on.isoformat(),
        "expires": paper.valid_until.isoformat(),
    }
    return {"hasCertification": told}


def _maker(seller: Organisation) -> dict[str, Any]:
    url = absolute(url_for("storefronts.shop", slug=seller.slug))
    return {"@type": "Organization", "@id": f"{url}#organisation", "name": seller.legal_name, "url": url}


def organisation(seller: Organisation, figures: ShopFigures) -> dict[str, Any]:
    """A producer with its public names and place, and what buyers gave its goods."""
    street = ", ".join(part for part in (seller.street, seller.ward.name if seller.ward else "") if part)
    address = {
        "@type": "PostalAddress",
        "streetAddress": street,
        "addressRegion": seller.province.name,
        "addressCountry": "VN",
    }
    told = {**_maker(seller), "name": seller.name, "legalName": seller.legal_name, "address": address}
    if seller.tax_code and not seller.is_household:
        told["taxID"] = seller.tax_code
    return {"@context": CONTEXT, **told} | _rating(figures.rating_sum, figures.rating_count)
