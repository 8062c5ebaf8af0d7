"""The packs of a product on the producer's desk: one more, described otherwise, no longer offered."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.catalogue import services
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.policies import product_for
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen
from marketplace.inventory import services as inventory
from marketplace.storefronts import bp
from marketplace.storefronts.forms import NewPackForm, PackForm
from marketplace.web.requests import actor, answers, private

USUAL = {"minimum": 1, "multiple": 1, "keeping": "stocked"}


def _own(slug: str) -> Product:
    return product_for(actor(), slug, Permission.PRODUCT_EDIT)


def _pack(slug: str, sku: str) -> Variant:
    found = next((one for one in _own(slug).variants if one.sku == sku), None)
    if found is None:
        raise NotSeen
    return found


def _page(product: Product, form: PackForm, variant: Variant | None) -> ResponseReturnValue:
    tolerance = int(current_app.config["SETTINGS"].weight_tolerance_percent)
    page = {"product": product, "form": form, "variant": variant, "tolerance": tolerance}
    return private(make_response(render_template("storefronts/desk_pack.html", **page)))


def _back(slug: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("storefronts.desk_product", slug=slug, _anchor="prices"), code=303)


@bp.get("/desk/products/<slug>/new-pack")
@needs_sign_in
def new_pack(slug: str) -> ResponseReturnValue:
    """The form for one more pack."""
    return _page(_own(slug), NewPackForm.shown(**USUAL), None)


@bp.post("/desk/products/<slug>/packs")
@needs_sign_in
@answers(new_pack)
def add_pack(slug: str) -> ResponseReturnValue:
    """The product is offered in one more pack."""
    found, form = _own(slug), NewPackForm.checked()
    with writing():
        services.add_pack(found, form.pack(form.price.data), by=actor())
        inventory.tell_catalogue([found.id])
    return _back(
        slug, _("The pack “%(pack)s” is added. Take goods into stock so that it can be ordered.", pack=form.name.data)
    )


@bp.get("/desk/products/<slug>/packs/<sku>")
@needs_sign_in
def desk_pack(slug: str, sku: str) -> ResponseReturnValue:
    """One pack with the form that changes it."""
    variant = _pack(slug, sku)
    return _page(variant.product, PackForm.shown(**PackForm.known(variant)), variant)


@bp.post("/desk/products/<slug>/packs/<sku>")
@needs_sign_in
@answers(desk_pack)
def edit_pack(slug: str, sku: str) -> ResponseReturnValue:
    """The pack is described otherwise."""
    variant, form = _pack(slug, sku), PackForm.checked()
    with writing():
        services.change_pack(variant, form.pack(variant.price_vnd), by=actor())
        inventory.tell_catalogue([variant.product_id])
    return _back(slug, _("The pack “%(pack)s” is saved.", pack=form.name.data))


@bp.post("/desk/products/<slug>/packs/<sku>/retirement")
@needs_sign_in
@answers(desk_pack)
def retire_pack(slug: str, sku: str) -> ResponseReturnValue:
    """Nobody can order the pack from now on."""
    variant = _pack(slug, sku)
    with writing():
        services.retire_variant(variant, by=actor())
        inventory.tell_catalogue([variant.product_id])
    return _back(slug, _("The pack “%(pack)s” is no longer offered.", pack=variant.name))


@bp.post("/desk/products/<slug>/packs/<sku>/return")
@needs_sign_in
@answers(desk_pack)
def offer_pack(slug: str, sku: str) -> ResponseReturnValue:
    """The pack can be ordered again."""
    variant = _pack(slug, sku)
    with writing():
        services.offer_again(variant, by=actor())
        inventory.tell_catalogue([variant.product_id])
    return _back(slug, _("The pack “%(pack)s” is offered again.", pack=variant.name))
