"""The producer's goods on her desk: list, words, prices, photos, on sale or not, a new one."""

from __future__ import annotations

from dataclasses import asdict, replace

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services
from marketplace.catalogue.models import Product, ProductSet, Variant
from marketplace.catalogue.policies import product_for
from marketplace.core.database import writing
from marketplace.core.files import take_picture
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen
from marketplace.places import queries as places
from marketplace.storefronts import bp, queries
from marketplace.storefronts.forms import (
    DescriptionForm,
    DetailsForm,
    NewProductForm,
    PhotoForm,
    PriceForm,
    ProductForm,
    described,
)
from marketplace.storefronts.policies import own_seller
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private


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
    form = ProductForm.shown(**asdict(described(found)))
    offered = [variant for variant in found.variants if variant.is_active]
    prices = [(variant, _price_form(variant, asked.get("sku"))) for variant in offered]
    page = {"product": found, "form": form, "prices": prices, "photo_form": PhotoForm.shown()}
    page |= {"details": DetailsForm.shown(**DetailsForm.known(found)), "retired": retired_of(found)}
    page |= {"described": DescriptionForm.shown(), "described_sha256": asked.get("sha256")}
    return private(make_response(render_template("storefronts/desk_product.html", **page)))


def retired_of(product: Product) -> list[Variant]:
    """Packs that are no longer offered."""
    return [variant for variant in product.variants if not variant.is_active]


def _price_form(variant: Variant, posted_sku: str | None) -> PriceForm:
    """The form just posted for this pack, else one with its present prices."""
    known = PriceForm.known(variant)
    form = PriceForm.shown(**known) if variant.sku == posted_sku else PriceForm(data=known)
    for entry in form:
        entry.id = f"{entry.name}-{variant.sku}"
    return form


@bp.post("/desk/products/<slug>")
@needs_sign_in
@answers(desk_product)
def edit_product(slug: str) -> ResponseReturnValue:
    """The words change."""
    found = _own(slug)
    form = ProductForm.checked()
    with writing():
        services.edit(found, replace(described(found), **form.words), by=actor())
    return _back(found.slug, _("Saved."))


@bp.post("/desk/products/<slug>/prices/<sku>")
@needs_sign_in
@answers(desk_product)
def edit_price(slug: str, sku: str) -> ResponseReturnValue:
    """The price of one pack changes, for orders from now on."""
    found = _own(slug)
    variant = next((one for one in found.variants if one.sku == sku), None)
    if variant is None:
        raise NotSeen
    form = PriceForm.checked()
    with writing():
        services.price(variant, form.price.data, tiers=form.tiers, by=actor())
    return _back(slug, _("The price of “%(pack)s” is changed.", pack=variant.name))


@bp.post("/desk/products/<slug>/publication")
@needs_sign_in
@answers(desk_product)
def publish_product(slug: str) -> ResponseReturnValue:
    """Buyers see it from now on."""
    found = _own(slug)
    with writing():
        services.publish(found, by=actor())
    return _back(slug, _("The product is on sale."))


@bp.post("/desk/products/<slug>/withdrawal")
@needs_sign_in
@answers(desk_product)
def withdraw_product(slug: str) -> ResponseReturnValue:
    """Buyers no longer see it."""
    found = _own(slug)
    with writing():
        services.withdraw(found, by=actor())
    return _back(slug, _("The product is withdrawn."))


@bp.post("/desk/products/<slug>/photos")
@needs_sign_in
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
@needs_sign_in
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


def _chosen_set(form: NewProductForm) -> ProductSet:
    return next(one for one in catalogue.sets() if str(one.number) == form.product_set.data)


@bp.get("/desk/new-product")
@needs_sign_in
def new_product() -> ResponseReturnValue:
    """The short form for a draft."""
    own_seller(actor(), Permission.PRODUCT_CREATE)
    form = NewProductForm.shown()
    _offer(form)
    return private(make_response(render_template("storefronts/new_product.html", form=form)))


@bp.post("/desk/products")
@needs_sign_in
@answers(new_product)
def create_product() -> ResponseReturnValue:
    """A draft with one pack, which only her people see."""
    seller = own_seller(actor(), Permission.PRODUCT_CREATE)
    form = NewProductForm.checked(_offer)
    origin = places.province_by_slug(form.origin.data)
    if origin is None:
        raise NotSeen
    chosen = _chosen_set(form)
    with writing():
        made = services.create(seller, form.description, product_set=chosen, origin=origin, by=actor())
        services.add_variant(made, form.first_pack, by=actor())
    return _back(made.slug, _("The draft is made. Add photos and a story, then put it on sale."))
