"""The list of shops and a producer's page."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.forms import filters_in_address
from marketplace.catalogue.queries import Sort
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.core.refusals import NotSeen
from marketplace.places import queries as places
from marketplace.storefronts import bp, policies, queries
from marketplace.storefronts.models import Shop
from marketplace.storefronts.views import linked_data
from marketplace.storefronts.views.listing import left_out_words
from marketplace.storefronts.views.products import seller_words
from marketplace.web.assets import asset
from marketplace.web.filters import number
from marketplace.web.kept import LISTS, kept, shows
from marketplace.web.media import picture_url
from marketplace.web.paging import page_of
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, query_text

PERSONAL_CODE = 12
SHELF = 48


@bp.get("/shops")
@kept
def shops() -> ResponseReturnValue:
    """Producers with something on sale; `?province=` shows those of one province."""
    shows(LISTS)
    province = places.province_by_slug(query_text("province", most=60), today=True)
    page = page_of(queries.shop_cards([province.id] if province else []), per_page=24, scalars=False)
    marks = queries.marks_of_shops([row.id for row in page.items])
    shown = [_card(row, *marks[row.id]) for row in page.items]
    provinces = places.all_today()
    return render_template("storefronts/shops.html", page=page, shops=shown, provinces=provinces, province=province)


def _card(row: Any, star: int | None, first_set: int) -> dict[str, Any]:
    drawing = asset(f"img/sets/{first_set}.svg")
    return {
        "slug": row.slug,
        "name": row.name,
        "url": url_for("storefronts.shop", slug=row.slug),
        "place": row.place,
        "place_now": None,
        "products": row.products,
        "star": star,
        "illustrative": row.is_illustrative,
        "image_url": picture_url(row.photo_sha256, 160) if row.photo_sha256 else drawing,
    }


@bp.get("/shops/<slug>")
def shop(slug: str) -> ResponseReturnValue:
    """One producer: story, goods, and who it is by law; an address it once had leads here for good."""
    try:
        seller = policies.seller_for(actor(), slug)
    except NotSeen:
        moved = queries.shop_moved_to(slug)
        if moved is None:
            raise
        return redirect(url_for("storefronts.shop", slug=moved), code=301)
    return render_template("storefronts/shop.html", **_page(seller, queries.shop_of(seller)))


def _page(seller: Organisation, shop: Shop | None) -> dict[str, Any]:
    figures = queries.shop_figures(seller)
    asked = filters_in_address(per_page=SHELF)
    goods, left_out = catalogue.goods_of_shop(asked, seller.id, figures.products)
    drawing = goods.items[0].set_number if goods.items else None
    trail = [(_("Shops"), url_for("storefronts.shops")), (seller.name, url_for("storefronts.shop", slug=seller.slug))]
    return {
        "seller": seller,
        "shop": shop,
        "goods": goods,
        "asked": asked,
        "left_out_words": left_out_words(left_out),
        "sorts": [(sort.value, sort.label) for sort in Sort],
        "figures": figures,
        "average": number(round(figures.rating_sum / figures.rating_count, 1)) if figures.rating_count else "",
        "papers": queries.papers_of(seller),
        "where": {**places.tiles(), "code": seller.province.now.code},
        "kind": seller_words(seller)["kind"],
        "picture": asset(f"img/sets/{drawing}.svg") if drawing else asset("img/empty/desk.svg"),
        "photo_url": picture_url(shop.photo_sha256, 640) if shop and shop.photo_sha256 else None,
        "share_image": _shared_picture(shop, drawing),
        "members": _members(seller, shop),
        "tax_code": shown_tax_code(seller.tax_code),
        "representative": " · ".join(part for part in (seller.representative, seller.representative_title) if part),
        "address": _address(seller),
        "linked": [linked_data.organisation(seller, figures), linked_data.breadcrumbs(trail)],
        "head_panels": panels(Slot.SHOP_HEAD, actor(), [seller.ref])[seller.ref],
        "shop_panels": panels(Slot.SHOP, actor(), [seller.ref])[seller.ref],
    }


def _shared_picture(shop: Shop | None, set_number: int | None) -> str:
    if shop and shop.photo_sha256:
        return picture_url(shop.photo_sha256, 1280)
    return asset(f"img/share/{set_number}.png" if set_number else "img/icons/icon-512.png")


def _members(seller: Organisation, shop: Shop | None) -> str:
    if shop is None or not shop.households:
        return ""
    if seller.legal_form in {"cooperative", "cooperative_group"}:
        return ngettext("%(num)s member household", "%(num)s member households", shop.households)
    return ngettext("%(num)s person works here", "%(num)s people work here", shop.households)


def shown_tax_code(code: str | None) -> str:
    """A tax code as the public may see it: of a personal number only its ends."""
    if code and len(code) == PERSONAL_CODE and code.isdecimal():
        return f"{code[:3]}{'•' * 6}{code[-3:]}"
    return code or ""


def _address(seller: Organisation) -> str:
    parts = (seller.street, seller.ward.name if seller.ward else "", seller.province.full_name)
    return ", ".join(part for part in parts if part)
