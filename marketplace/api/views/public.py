"""What everybody may read: products, shops, provinces, product sets. Answers are alike for everybody."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for

from marketplace.accounts.models import Organisation
from marketplace.api import queries  # noqa: F401
from marketplace.api.bearer import NOBODY
from marketplace.api.formats import Fault, Rule, Wrong
from marketplace.api.operations import Answer, api
from marketplace.api.queries import goods
from marketplace.api.shapes.goods import (
    CertificateItem,
    Links,
    Named,
    ProductDetail,
    ProductItem,
    ProductPage,
    ProductQuery,
    ProvinceDetail,
    ProvinceItem,
    ProvinceList,
    SetItem,
    SetList,
    ShopDetail,
    ShopItem,
    ShopPage,
    ShopQuery,
    Tier,
    VariantItem,
    WardItem,
)
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.queries import Filters
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import locale
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.inventory import queries as inventory
from marketplace.places import queries as places
from marketplace.places.models import Province
from marketplace.storefronts import queries as storefronts
from marketplace.web.media import picture_url
from marketplace.web.security import settings

PERSONAL_CODE = 12
SLUG = {"slug": Rule(longest=90, example="gao-huu-co")}


def absolute(path: str) -> str:
    """The full address of something on this site."""
    return settings().site_url.rstrip("/") + path


def written(thing: Any, name: str) -> str:
    """A person's words in the reader's language where she wrote any, else the Vietnamese ones."""
    english = str(getattr(thing, f"{name}_en", "")) if locale() == "en" else ""
    return english or str(getattr(thing, name))


# --- pages of a list ---


def _links(page: int, last: int) -> Links:
    """The pages around this one, with everything else that was asked for."""
    known = {name: values for name, values in request.args.to_dict(flat=False).items() if name != "page"}

    def of(number: int) -> str:
        return absolute(url_for(str(request.endpoint), **known, page=number))  # type: ignore[arg-type]

    before, after = (of(page - 1) if page > 1 else None), (of(page + 1) if page < last else None)
    return Links(of(page), of(1), before, after, of(last))


def _linked(shape: Any) -> Answer:
    named = {name: getattr(shape.links, name) for name in ("first", "prev", "next", "last")}
    header = ", ".join(f'<{address}>; rel="{name}"' for name, address in named.items() if address)
    return Answer(shape, headers={"Link": header})


def _last(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


# --- products ---


@api.get("/products", tag="Products", answer=ProductPage, query=ProductQuery)
def products(asked: ProductQuery) -> Answer:
    """Products on sale, filtered and sorted.

    The same parameters and totals as the page /products. Words are understood with and without accents; names of old
    provinces stay valid.
    """
    _check_provinces(asked)
    found = catalogue.listing(_filters(asked))
    cards = found.cards if found.page.number == asked.page else []
    items = tuple(_item(row) for row in goods.product_rows([card.slug for card in cards]))
    links = _links(asked.page, _last(found.total, asked.per_page))
    known: dict[str, Any] = {"total": found.total, "total_is_least": found.total_is_least, "links": links}
    return _linked(ProductPage(items=items, page=asked.page, per_page=asked.per_page, **known))


def _check_provinces(asked: ProductQuery) -> None:
    unknown = goods.unknown_provinces(asked.province)
    if unknown:
        raise Wrong([Fault("province", _("There is no province “%(slug)s”.", slug=slug)) for slug in unknown])


def _filters(asked: ProductQuery) -> Filters:
    return Filters(
        q=asked.q,
        provinces=asked.province,
        sets=asked.set,
        stars=asked.star,
        price_min=asked.price_min,
        price_max=asked.price_max,
        sort=asked.sort,
        page=asked.page,
        per_page=asked.per_page,
        in_stock=asked.in_stock == 1,
        wholesale=asked.wholesale == 1,
        in_season=asked.season == 1,
    )


def _item(row: Any) -> ProductItem:
    return ProductItem(
        slug=row.slug,
        name=written(row, "name"),
        price_vnd=row.price_from_vnd,
        unit=row.unit,
        star=row.star,
        star_is_illustrative=bool(row.star and row.star_is_illustrative),
        province=Named(row.province, row.province_name),
        origin=Named(row.origin, row.origin_name),
        seller=Named(row.seller, row.seller_name),
        in_stock=row.in_stock,
        url=absolute(url_for("storefronts.product", slug=row.slug)),
    )


@api.get("/products/<slug>", tag="Products", answer=ProductDetail, path_rules=SLUG, found=True, moves=True)
def product(slug: str) -> ProductDetail | Response:
    """One product with its packs, certificate, story and season.

    A product that was renamed answers with 301 and its present address.
    """
    found = catalogue.product_by_slug(slug)
    if found is None or not allows(NOBODY, Permission.PRODUCT_SEE, found):
        return _moved("api.product", catalogue.moved_to(slug))
    return _product(found)


def _moved(endpoint: str, slug: str | None) -> Response:
    """The way to the present address, where there is one."""
    if slug is None:
        raise NotSeen
    given = {name: values for name, values in request.args.to_dict(flat=False).items() if name == "lang"}
    answer = redirect(url_for(endpoint, slug=slug, **given), code=301)  # type: ignore[arg-type]
    return Response("", 301, headers={"Location": answer.location or "", "Cache-Control": "public, max-age=60"})


def _product(found: Product) -> ProductDetail:
    available = inventory.availability([variant.id for variant in found.variants])
    (row,) = goods.product_rows([found.slug])
    item = _item(row)
    words = ("summary", "story", "ingredients", "usage", "storage")
    texts: dict[str, Any] = {name: written(found, name) for name in words}
    return ProductDetail(
        **{name: getattr(item, name) for name in ProductItem.__slots__},
        **texts,
        shelf_life=found.shelf_life,
        product_set=found.product_set.number,
        season=tuple(found.months),
        variants=tuple(_variant(one, available.get(one.id, 0)) for one in found.variants if one.is_active),
        certificate=_certificate(found),
        photos=tuple(absolute(picture_url(photo.sha256, 640)) for photo in found.photos),
        rating=round(found.rating_sum * 100 / found.rating_count) if found.rating_count else None,
        rating_count=found.rating_count,
    )


def tiers_of(variant: Variant) -> tuple[Tier, ...]:
    """A pack's lower prices."""
    return tuple(Tier(from_quantity=one.least_quantity, price_vnd=one.price_vnd) for one in variant.tiers)


def _variant(variant: Variant, available: int) -> VariantItem:
    same = ("sku", "name", "price_vnd", "minimum", "multiple", "net_grams")
    known = {name: getattr(variant, name) for name in same}
    return VariantItem(**known, tiers=tiers_of(variant), available=available)


def _certificate(found: Product) -> CertificateItem | None:
    in_force = [one for one in found.certificates if one.is_in_force]
    if not in_force or not found.star_now:
        return None
    same = ("star", "number", "issued_by", "issued_on", "valid_until", "basis")
    return CertificateItem(**{name: getattr(in_force[-1], name) for name in same})


# --- shops ---


@api.get("/shops", tag="Shops", answer=ShopPage, query=ShopQuery)
def shops(asked: ShopQuery) -> Answer:
    """Producers with something on sale, those with most goods first."""
    province = places.province_by_slug(asked.province, today=True) if asked.province else None
    if asked.province and province is None:
        raise Wrong([Fault("province", _("There is no province “%(slug)s”.", slug=asked.province))])
    rows, total = goods.shops([province.id] if province else [], asked.page, asked.per_page)
    links = _links(asked.page, _last(total, asked.per_page))
    marks = storefronts.marks_of_shops([row.id for row in rows])
    items = tuple(_shop_item(row, marks[row.id][0]) for row in rows)
    return _linked(ShopPage(items=items, total=total, page=asked.page, per_page=asked.per_page, links=links))


def _shop_item(row: Any, star: Any) -> ShopItem:
    return ShopItem(
        slug=row.slug,
        name=row.name,
        province=Named(row.place_slug, row.place),
        products=row.products,
        star=star,
        url=absolute(url_for("storefronts.shop", slug=row.slug)),
    )


@api.get("/shops/<slug>", tag="Shops", answer=ShopDetail, path_rules=SLUG, found=True, moves=True)
def shop(slug: str) -> ShopDetail | Response:
    """One producer: who it is by law, where, and its story.

    A shop that was renamed answers with 301 and its present address.
    """
    seller = storefronts.seller_by_slug(slug)
    if seller is None or not allows(NOBODY, Permission.SHOP_SEE, seller):
        return _moved("api.shop", storefronts.shop_moved_to(slug))
    return _shop(seller)


def _shop(seller: Organisation) -> ShopDetail:
    page, (count, star) = storefronts.shop_of(seller), goods.shop_figures(seller.id)
    address = (seller.street, seller.ward.name if seller.ward else "", seller.province.full_name)
    return ShopDetail(
        slug=seller.slug,
        name=seller.name,
        province=Named(seller.province.slug, seller.province.name),
        products=count,
        star=star,
        url=absolute(url_for("storefronts.shop", slug=seller.slug)),
        legal_name=seller.legal_name,
        legal_form=seller.legal_form,
        tax_code=shown_tax_code(seller.tax_code),
        representative=seller.representative,
        address=", ".join(part for part in address if part),
        story=written(page, "story") if page else "",
        since_year=page.since_year if page else None,
        is_illustrative=seller.is_illustrative,
    )


def shown_tax_code(code: str | None) -> str:
    """A tax code as the public may see it: of a personal number only its ends."""
    personal = code is not None and len(code) == PERSONAL_CODE and code.isdecimal()
    return f"{code[:3]}{'•' * 6}{code[-3:]}" if code and personal else code or ""


# --- provinces and sets ---


@api.get("/provinces", tag="Places", answer=ProvinceList)
def provinces() -> ProvinceList:
    """The 34 provinces of today, each with the units that went into it on 1 July 2025."""
    counts = catalogue.counts_by_province()
    items = tuple(ProvinceItem(**_place(one, counts.get(one.slug, 0))) for one in goods.provinces_today())
    return ProvinceList(items=items, total=len(items))


def _place(one: Province, products: int) -> dict[str, Any]:
    same = ("slug", "name", "full_name", "code", "version")
    return {
        **{name: getattr(one, name) for name in same},
        "products": products,
        "predecessors": tuple(Named(unit.slug, unit.name) for unit in one.predecessors),
        "url": absolute(url_for("storefronts.province", slug=one.slug)),
    }


@api.get("/provinces/<slug>", tag="Places", answer=ProvinceDetail, path_rules=SLUG, found=True, moves=True)
def province(slug: str) -> ProvinceDetail | Response:
    """One unit of today or of before July 2025, with the wards and communes of today.

    A nickname such as `tp-hcm` answers with 301 and the unit's own address.
    """
    known = places.province_by_slug(slug[:60])
    if known is None or known.slug != slug:
        return _moved("api.province", known.slug if known else None)
    found = goods.whole_province(known.id)
    counts = catalogue.counts_by_province() if found.is_today else catalogue.counts_by_origin()
    successor = Named(found.successor.slug, found.successor.name) if found.successor else None
    wards = tuple(WardItem(code=ward.code, name=ward.name) for ward in places.wards_of(found))
    more = {name: getattr(found, name) for name in ("name_en", "region", "valid_from", "valid_to")}
    return ProvinceDetail(**_place(found, counts.get(found.slug, 0)), **more, successor=successor, wards=wards)


@api.get("/product-sets", tag="Places", answer=SetList)
def product_sets() -> SetList:
    """The 26 sets of the OCOP criteria, with the number of products on sale."""
    counts = catalogue.counts_by_set()
    same = ("number", "industry", "name", "name_en")
    known = [({name: getattr(one, name) for name in same}, counts.get(one.number, 0)) for one in catalogue.sets()]
    items = tuple(SetItem(**words, products=count) for words, count in known)
    return SetList(items=items, total=len(items))
