"""What everybody may read: goods, shops, provinces and product sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from marketplace.accounts.states import LegalForm
from marketplace.api.formats import Rule
from marketplace.catalogue.queries import Sort
from marketplace.catalogue.states import CertificateBasis
from marketplace.core.money import MOST_VND

Slug = Annotated[str, Rule(longest=90)]
Vnd = Annotated[int, Rule(least=0, say="Whole đồng, VAT included.")]
Switch = Literal[0, 1]
Star = Literal[3, 4, 5]
PAGE = Rule(least=1, most=10_000, say="The page, counted from 1.")
PER_PAGE = Rule(least=1, most=100, say="How many items a page holds.")


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a page of its own, by the name in its address."""

    slug: Slug
    name: str


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of this page of a list and of those around it."""

    self: str
    first: str
    prev: str | None
    next: str | None
    last: str


# --- products ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductQuery:
    """The parameters of the page /products, and per_page."""

    q: Annotated[str, Rule(longest=200, say="Words as people type them, accents or not.", example="mat ong")] = ""
    province: Annotated[
        tuple[str, ...],
        Rule(say="Slug of a province of today or of before July 2025, with its predecessors; may repeat."),
    ] = ()
    set: Annotated[
        tuple[Annotated[int, Rule(least=1, most=26)], ...], Rule(say="Number of a product set, 1 to 26; may repeat.")
    ] = ()
    star: Annotated[tuple[Star, ...], Rule(say="OCOP stars in force; may repeat.")] = ()
    price_min: Annotated[int | None, Rule(least=0, most=MOST_VND, say="Lowest price in đồng.")] = None
    price_max: Annotated[int | None, Rule(least=0, most=MOST_VND, say="Highest price in đồng.")] = None
    in_stock: Annotated[Switch, Rule(say="1: only what can be had now.")] = 0
    wholesale: Annotated[Switch, Rule(say="1: only what costs less in quantity.")] = 0
    season: Annotated[Switch, Rule(say="1: only what is in season this month.")] = 0
    sort: Sort = Sort.RELEVANCE
    page: Annotated[int, PAGE] = 1
    per_page: Annotated[int, PER_PAGE] = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductItem:
    """A product in a list; its price is that of its cheapest pack."""

    slug: Slug
    name: str
    price_vnd: Vnd
    unit: str
    star: Annotated[Star | None, Rule(say="The OCOP star in force today.")]
    star_is_illustrative: Annotated[bool, Rule(say="True in a demo: the star is invented.")]
    province: Annotated[Named, Rule(say="The unit of today.")]
    origin: Annotated[Named, Rule(say="The unit the goods are named after, perhaps one of before July 2025.")]
    seller: Named
    in_stock: bool
    url: Annotated[str, Rule(say="Its page for people.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """One page of products."""

    items: tuple[ProductItem, ...]
    total: Annotated[int, Rule(least=0)]
    total_is_least: Annotated[bool, Rule(say="There may be more than `total`: it was counted no further.")]
    page: Annotated[int, Rule(least=1)]
    per_page: Annotated[int, Rule(least=1)]
    links: Links


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A lower price from a number of packs on."""

    from_quantity: Annotated[int, Rule(least=2)]
    price_vnd: Vnd


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantItem:
    """One pack of a product; quantities count packs."""

    sku: str
    name: str
    price_vnd: Vnd
    tiers: tuple[Tier, ...]
    available: Annotated[int, Rule(least=0, say="Packs that can be ordered now.")]
    minimum: Annotated[int, Rule(least=1)]
    multiple: Annotated[int, Rule(least=1)]
    net_grams: Annotated[int, Rule(least=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateItem:
    """The OCOP certificate in force; `basis` says how sure the marketplace is of it."""

    star: Star
    number: str
    issued_by: str
    issued_on: date
    valid_until: date
    basis: CertificateBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetail(ProductItem):
    """A product with all that its page says."""

    summary: str
    story: str
    product_set: Annotated[int, Rule(least=1, most=26)]
    ingredients: str
    usage: str
    storage: str
    shelf_life: str
    season: Annotated[tuple[int, ...], Rule(say="Months of the season, 1 to 12.")]
    variants: tuple[VariantItem, ...]
    certificate: CertificateItem | None
    photos: Annotated[tuple[str, ...], Rule(say="Addresses of its pictures.")]
    rating: Annotated[int | None, Rule(say="Mean of what buyers said, in hundredths: 450 is 4.5 of 5.")]
    rating_count: Annotated[int, Rule(least=0)]


# --- shops ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopQuery:
    """Which shops."""

    province: Annotated[str, Rule(longest=60, say="Slug of a province of today or of before July 2025.")] = ""
    page: Annotated[int, PAGE] = 1
    per_page: Annotated[int, PER_PAGE] = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopItem:
    """A producer's shop in a list."""

    slug: Slug
    name: str
    province: Named
    products: Annotated[int, Rule(least=0, say="How many products are on sale.")]
    star: Annotated[Star | None, Rule(say="Its best OCOP star in force.")]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPage:
    """One page of shops."""

    items: tuple[ShopItem, ...]
    total: Annotated[int, Rule(least=0)]
    page: Annotated[int, Rule(least=1)]
    per_page: Annotated[int, Rule(least=1)]
    links: Links


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopDetail(ShopItem):
    """A shop with who stands behind it by law."""

    legal_name: str
    legal_form: LegalForm
    tax_code: Annotated[str, Rule(say="Of a personal number only its ends.")]
    representative: str
    address: str
    story: str
    since_year: int | None
    is_illustrative: Annotated[bool, Rule(say="True in a demo: the producer is invented.")]


# --- provinces and sets ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceItem:
    """A province of today in a list."""

    slug: Slug
    name: str
    full_name: str
    code: Annotated[str, Rule(say="Two digits; means something only with `version`.")]
    version: Annotated[Literal["2004", "2025"], Rule(say="Which list of codes: before July 2025, or since.")]
    products: Annotated[int, Rule(least=0, say="How many products come from there.")]
    predecessors: Annotated[tuple[Named, ...], Rule(say="The units that went into it on 1 July 2025.")]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceList:
    """The 34 provinces of today."""

    items: tuple[ProvinceItem, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WardItem:
    """A ward, commune or special zone of today."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceDetail(ProvinceItem):
    """One unit, of today or of before July 2025; `wards` are those of today (of its successor, for an old one)."""

    name_en: str
    region: str
    valid_from: date | None
    valid_to: date | None
    successor: Annotated[Named | None, Rule(say="Null for a unit of today.")]
    wards: tuple[WardItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetItem:
    """One of the 26 sets of Decision 26/2026/QĐ-TTg."""

    number: Annotated[int, Rule(least=1, most=26)]
    industry: str
    name: str
    name_en: str
    products: Annotated[int, Rule(least=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetList:
    """All product sets."""

    items: tuple[SetItem, ...]
    total: int
