"""The stock pages of the desk: every shelf, and one shelf with its lots and movements."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.inventory import bp, queries, services
from marketplace.inventory.forms import CorrectionForm, ReceiptForm, SpoilageForm
from marketplace.inventory.policies import own_seller_id, variant_for
from marketplace.web.filters import number
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private


@bp.get("/desk/stock")
@needs_sign_in
def stock() -> ResponseReturnValue:
    """Every shelf of the producer."""
    page = page_of(queries.variants_of(own_seller_id(actor())), per_page=50)
    shown = render_template("inventory/stock.html", page=page, shelves=queries.shelves_of(page.items))
    return private(make_response(shown))


@bp.get("/desk/stock/<sku>")
@needs_sign_in
def shelf(sku: str) -> ResponseReturnValue:
    """One shelf: its figures, lots, movements, and the forms that change it."""
    found = queries.shelf_of(variant_for(actor(), sku))
    page = page_of(queries.movements_of(found.item), per_page=20)
    forms = {"receipt": ReceiptForm.shown(), "correction": CorrectionForm.shown(), "spoilage": SpoilageForm.shown()}
    forms["correction"].offer(found.lots)
    forms["spoilage"].offer(found.lots)
    names = queries.names_of(page.items)
    may_edit = allows(actor(), Permission.STOCK_EDIT, found.variant)
    known = {"shelf": found, "page": page, "names": names, "may_edit": may_edit}
    return private(make_response(render_template("inventory/shelf.html", **known, **forms)))


def _done(sku: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".shelf", sku=sku), code=303)


@bp.post("/desk/stock/<sku>/receipts")
@needs_sign_in
@answers(shelf)
def receive(sku: str) -> ResponseReturnValue:
    """Packs come in."""
    variant = variant_for(actor(), sku, Permission.STOCK_EDIT)
    form = ReceiptForm.checked()
    with writing():
        (item,) = services.open_stock([variant.id])
        services.receive(item, form.quantity.data, lot=form.label, by=actor())
    return _done(sku, _("%(packs)s packs have come in.", packs=number(form.quantity.data)))


@bp.post("/desk/stock/<sku>/corrections")
@needs_sign_in
@answers(shelf)
def correct(sku: str) -> ResponseReturnValue:
    """The book follows a count."""
    found = queries.shelf_of(variant_for(actor(), sku, Permission.STOCK_EDIT))
    form = CorrectionForm.checked(lambda form: form.offer(found.lots))
    with writing():
        (item,) = services.open_stock([found.variant.id])
        services.correct(item, form.counted.data, reason=form.reason.data, lot=form.lot_code, by=actor())
    return _done(sku, _("The book now says what you counted: %(packs)s packs.", packs=number(form.counted.data)))


@bp.post("/desk/stock/<sku>/spoilage")
@needs_sign_in
@answers(shelf)
def spoil(sku: str) -> ResponseReturnValue:
    """Packs are written off."""
    found = queries.shelf_of(variant_for(actor(), sku, Permission.STOCK_EDIT))
    form = SpoilageForm.checked(lambda form: form.offer(found.lots))
    with writing():
        (item,) = services.open_stock([found.variant.id])
        services.spoil(item, form.quantity.data, reason=form.reason.data, lot=form.lot_code, by=actor())
    return _done(sku, _("%(packs)s packs are written off.", packs=number(form.quantity.data)))
