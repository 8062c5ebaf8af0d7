"""The listing and a product's page."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.forms import filters_in_address
from marketplace.catalogue.models import Certificate, Product
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import locale
from marketplace.core.permissions import Permission, allows, reach
from marketplace.inventory import queries as inventory
from marketplace.storefronts import bp, queries
from marketplace.storefronts.queries import Pack
from marketplace.storefronts.views import linked_data
from marketplace.storefronts.views.listing import listing_context
from marketplace.web.assets import asset
from marketplace.web.filters import number
from marketplace.web.kept import LISTS, kept, shows
from marketplace.web.media import picture_url
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor

SHOWN_SIZES = (320, 640, 1280)
# sets whose goods are made of something that nobody eats
MADE_OF_MATERIAL = frozenset({21, 22})


@bp.get("/products")
@kept
def products() -> ResponseReturnValue:
    """Everything on sale, filtered and sorted as the address says."""
    shows(LISTS)
    return render_template("storefronts/products.html", **listing_context(catalogue.listing(filters_in_address())))


@bp.get("/products/<slug>")
@kept
def product(slug: str) -> ResponseReturnValue:
    """One product with all a buyer decides on; an address it once had leads here for good."""
    found = catalogue.product_for_page(slug)
    if found is None or not allows(actor(), Permission.PRODUCT_SEE, found):
        moved = catalogue.moved_to(slug)
        if moved:
            return redirect(url_for("storefronts.product", slug=moved), code=301)
    seen = reach(actor(), found, Permission.PRODUCT_SEE)
    shows(seen.id, -seen.seller_id)
    return render_template("storefronts/product.html", **_page(seen))


def _page(found: Product) -> dict[str, Any]:
    packs = queries.packs_of(found, inventory.with_packs(found))
    shown = pictures(found)
    return {
        "product": found,
        "packs": packs,
        "lead": min(packs, key=lambda pack: pack.variant.price_vnd, default=None),
        "chosen": next((pack for pack in packs if pack.can_be_ordered), None),
        "pictures": shown,
        "share_image": shared_picture(found),
        "kept": queries.is_kept(actor(), found),
        "now": unit_of_today(found),
        "labels": _labels(found),
        "certificate": certificate_of(found),
        "average": number(round(found.rating_sum / found.rating_count, 1)) if found.rating_count else "",
        "seller": seller_words(found.seller),
        "similar": [] if found.is_alcohol else catalogue.similar(found, limit=6),
        "linked": _linked(found, packs),
        "pack_panels": panels(Slot.PACK, actor(), [pack.sku for pack in packs]),
        "side_panels": panels(Slot.PRODUCT_SIDE, actor(), [found.ref])[found.ref],
        "product_panels": panels(Slot.PRODUCT, actor(), [found.ref])[found.ref],
    }


def unit_of_today(found: Product) -> str | None:
    """The unit of today, where its name is another one."""
    return found.origin_now.name if found.origin_now.name != found.origin.name else None


def _labels(found: Product) -> dict[str, str]:
    """What the lines about a product are called: a stay is not stored, and cloth has no ingredients."""
    if found.is_by_request:
        words = (_("Included"), _("How to book"), _("Please note"), _("When it can be had"))
    else:
        made_of = _("Material") if found.product_set.number in MADE_OF_MATERIAL else _("Ingredients")
        words = (made_of, _("How to use"), _("Storage"), _("Shelf life"))
    return dict(zip(("ingredients", "usage", "storage", "shelf_life"), words, strict=True))


def certificate_of(found: Product) -> Certificate | None:
    """The paper that its star stands on, where one is in force."""
    in_force = [one for one in found.certificates if one.is_in_force]
    return in_force[-1] if in_force and found.star_now else None


def pictures(found: Product) -> list[dict[str, Any]]:
    """The photos for the gallery, or the drawing of the product's set."""
    if not found.photos:
        note = _("A drawing of this kind of product: the producer has not shown a photo yet.")
        what = _("Drawing: %(what)s", what=_set_name(found))
        return [{"url": asset(f"img/sets/{found.product_set.number}.svg"), "alt": what, "note": note}]
    return [
        {
            "url": picture_url(photo.sha256, 640),
            "large_url": picture_url(photo.sha256, 2400),
            "srcset": ", ".join(f"{picture_url(photo.sha256, size)} {size}w" for size in SHOWN_SIZES),
            "thumb": picture_url(photo.sha256, 160),
            "alt": photo.description or found.name,
            "width": photo.width,
            "height": photo.height,
        }
        for photo in found.photos
    ]


def shared_picture(found: Product) -> str:
    """What other sites show of it: the first photo, or the drawing of its set as a picture that they can read."""
    if found.photos:
        return picture_url(found.photos[0].sha256, 1280)
    return asset(f"img/share/{found.product_set.number}.png")


def seller_words(seller: Organisation) -> dict[str, Any]:
    """What a product's page says of its producer."""
    kind = str(seller.legal_form.label)
    return {
        "name": seller.name,
        "url": url_for("storefronts.shop", slug=seller.slug),
        "kind": kind[:1].upper() + kind[1:],
        "place": ", ".join(part for part in (seller.ward.name if seller.ward else "", seller.province.name) if part),
        "verified": seller.state == "verified",
        "illustrative": seller.is_illustrative,
    }


def _set_name(found: Product) -> str:
    """The product's set in the language spoken now."""
    kind = found.product_set
    return kind.name_en if locale() == "en" else kind.name


def _linked(found: Product, packs: list[Pack]) -> list[dict[str, Any]]:
    trail = [
        (_("Products"), url_for("storefronts.products")),
        (_set_name(found), url_for("storefronts.products", set=found.product_set.number)),
        (found.name, url_for("storefronts.product", slug=found.slug)),
    ]
    return [linked_data.product(found, packs, shared_picture(found)), linked_data.breadcrumbs(trail)]
