"""Details of a product on the producer's desk, and its photos: their order, what they show."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.catalogue import services
from marketplace.catalogue.models import Photo, Product
from marketplace.catalogue.policies import product_for
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen
from marketplace.inventory import services as inventory
from marketplace.storefronts import bp
from marketplace.storefronts.forms import DescriptionForm, DetailsForm, described
from marketplace.storefronts.views.desk_products import desk_product
from marketplace.web.requests import actor, answers


def _own(slug: str) -> Product:
    return product_for(actor(), slug, Permission.PRODUCT_EDIT)


def _photo(product: Product, sha256: str) -> Photo:
    found = next((one for one in product.photos if one.sha256 == sha256), None)
    if found is None:
        raise NotSeen
    return found


def _back(slug: str, part: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("storefronts.desk_product", slug=slug, _anchor=part), code=303)


@bp.post("/desk/products/<slug>/details")
@needs_sign_in
@answers(desk_product)
def edit_details(slug: str) -> ResponseReturnValue:
    """Ingredients, use, storage, season and tax change."""
    found, form = _own(slug), DetailsForm.checked()
    with writing():
        services.edit(found, replace(described(found), **form.words), by=actor())
        inventory.tell_catalogue([found.id])
    return _back(slug, "details", _("Saved."))


@bp.post("/desk/products/<slug>/photos/<sha256>/description")
@needs_sign_in
@answers(desk_product)
def describe_photo(slug: str, sha256: str) -> ResponseReturnValue:
    """What one picture shows is said otherwise."""
    photo, form = _photo(_own(slug), sha256), DescriptionForm.checked()
    with writing():
        services.describe_photo(photo, form.description.data or "", by=actor())
    return _back(slug, "photos", _("Saved."))


@bp.post("/desk/products/<slug>/photos/<sha256>/place")
@needs_sign_in
@answers(desk_product)
def place_photo(slug: str, sha256: str) -> ResponseReturnValue:
    """One picture moves to the front, or one place earlier or later."""
    found = _own(slug)
    ids, moved = [photo.id for photo in found.photos], _photo(found, sha256).id
    at = ids.index(moved)
    ids.remove(moved)
    to = {"first": 0, "earlier": max(0, at - 1), "later": at + 1}.get(request.form.get("to", ""), at)
    ids.insert(to, moved)
    with writing():
        services.order_photos(found, ids, by=actor())
    return _back(slug, "photos", _("The photos are in their new order."))
