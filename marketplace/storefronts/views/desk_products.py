"""The producer's goods on her desk: list, words, prices, photos, on sale or not, a new one."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.policies import product_for
from marketplace.core.database import writing
from marketplace.core.files import take_picture
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen
from marketplace.places import queries as places
from marketplace.storefronts import bp, queries
from marketplace.storefronts.forms import NewProductForm, PhotoForm, PriceForm, ProductForm
from marketplace.storefronts.policies import own_seller
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private

WORDS = ("name", "name_en", "summary", "summary_en", "story", "story_en")


def _own(slug: str) -> Product:
    return product_for(actor(), slug, Permission.PRODUCT_EDIT)


def _back(slug: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("storefronts.desk_product", slug=slug), code=303)


@bp.get("/desk/products")
@needs_sign_in
def desk_products() -> ResponseReturnValue:
    """Everything of hers, whatever its state."""
    page = page_of(queries.own_products(own_seller(actor())), per_page=40)
    return private(make_response(render_template("storefronts/desk_products.html", page=page)))


@bp.get("/desk/products/<slug>")
@needs_sign_in
def desk_product(slug: str, **asked: str) -> ResponseReturnValue:
    """One product with the forms that change it."""
    found = _own(slug)
    form = ProductForm.shown(**{word: getattr(found, word) for word in WORDS})
    prices = [(variant, _price_form(variant, asked.get("sku"))) for variant in found.variants]
    page = {"product": found, "form": form, "prices": prices, "photo_form": PhotoForm.shown()}
    return private(make_response(render_template("storefronts/desk_product.html", **page)))


def _price_form(variant: Variant, posted_sku: str | None) -> PriceForm:
    """The form just posted for this pack, else one with its present price."""
    known = {"price": variant.price_vnd}
    form = PriceForm.shown(**known) if variant.sku == posted_sku else PriceForm(data=known)
    form.price.id = f"price-{variant.sku}"
    return form


@bp.post("/desk/products/<slug>")
@answers(desk_product)
def edit_product(slug: str) -> ResponseReturnValue:
    """The words change."""
    found = _own(slug)
    form = ProductForm.checked()
    with writing():
        services.edit(found, by=actor(), **{word: form[word].data or "" for word in WORDS})
    return _back(found.slug, _("Saved."))


@bp.post("/desk/products/<slug>/prices/<sku>")
@answers(desk_product)
def edit_price(slug: str, sku: str) -> ResponseReturnValue:
    """The price of one pack changes, for orders from now on."""
    found = _own(slug)
    variant = next((one for one in found.variants if one.sku == sku), None)
    if variant is None:
        raise NotSeen
    form = PriceForm.checked()
    with writing():
        services.set_price(variant, form.price.data, by=actor())
    return _back(slug, _("The price of “%(pack)s” is changed.", pack=variant.name))


@bp.post("/desk/products/<slug>/publication")
@answers(desk_product)
def publish_product(slug: str) -> ResponseReturnValue:
    """Buyers see it from now on."""
    found = _own(slug)
    with writing():
        services.publish(found, by=actor())
    return _back(slug, _("The product is on sale."))


@bp.post("/desk/products/<slug>/withdrawal")
@answers(desk_product)
def withdraw_product(slug: str) -> ResponseReturnValue:
    """Buyers no longer see it."""
    found = _own(slug)
    with writing():
        services.withdraw(found, by=actor())
    return _back(slug, _("The product is withdrawn."))


@bp.post("/desk/products/<slug>/photos")
@answers(desk_product)
def add_photo(slug: str) -> ResponseReturnValue:
    """One more picture."""
    found = _own(slug)
    form = PhotoForm.checked()
    picture = take_picture(form.stream)
    with writing():
        services.add_photo(found, picture, description=form.description.data or "", by=actor())
    return _back(slug, _("The photo is on the product's page."))


@bp.post("/desk/products/<slug>/photos/<sha256>/removal")
@answers(desk_product)
def delete_photo(slug: str, sha256: str) -> ResponseReturnValue:
    """One picture less."""
    found = _own(slug)
    photo = next((one for one in found.photos if one.sha256 == sha256), None)
    if photo is None:
        raise NotSeen
    with writing():
        services.remove_photo(photo, by=actor())
    return _back(slug, _("The photo is deleted."))


def _offer(form: NewProductForm) -> None:
    form.offer(catalogue.sets(), places.all_old())


@bp.get("/desk/new-product")
@needs_sign_in
def new_product() -> ResponseReturnValue:
    """The short form for a draft."""
    own_seller(actor())
    form = NewProductForm.shown()
    _offer(form)
    return private(make_response(render_template("storefronts/new_product.html", form=form)))
