"""The producer's papers on food safety: entered by her, read by the departments that look at her contracts."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services
from marketplace.catalogue.states import FoodSafetyKind
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen
from marketplace.core.text import clean
from marketplace.storefronts import bp
from marketplace.storefronts.forms import FoodSafetyForm
from marketplace.storefronts.policies import own_seller
from marketplace.web.requests import actor, answers, private


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".desk_food_safety"), code=303)


@bp.get("/desk/food-safety")
@needs_sign_in
def desk_food_safety() -> ResponseReturnValue:
    """What was entered, with the form for one more."""
    seller = own_seller(actor(), Permission.SHOP_EDIT)
    page = {"papers": catalogue.food_safety_papers(seller.id), "form": FoodSafetyForm.shown()}
    return private(make_response(render_template("storefronts/desk_food_safety.html", **page)))


@bp.post("/desk/food-safety")
@needs_sign_in
@answers(desk_food_safety)
def enter_food_safety() -> ResponseReturnValue:
    """One more paper counts from now on."""
    seller = own_seller(actor(), Permission.SHOP_EDIT)
    form = FoodSafetyForm.checked()
    words = {name: getattr(form, name).data for name in ("number", "issued_by", "issued_on", "valid_until")}
    with writing():
        services.enter_food_safety(seller, kind=FoodSafetyKind(form.kind.data), **words, by=actor())
    return _back(_("The paper is kept; departments read it beside your contracts."))


@bp.post("/desk/food-safety/removal")
@needs_sign_in
@answers(desk_food_safety)
def take_out_food_safety() -> ResponseReturnValue:
    """Something typed wrongly goes away."""
    seller = own_seller(actor(), Permission.SHOP_EDIT)
    paper = catalogue.food_safety_paper(seller.id, clean(request.form.get("number", "")[:60]))
    if paper is None:
        raise NotSeen
    with writing():
        services.take_out_food_safety(paper, seller, by=actor())
    return _back(_("The paper is taken out."))
