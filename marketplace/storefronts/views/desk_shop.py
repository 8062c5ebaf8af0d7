"""The producer's own words and picture on her shop page."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.files import take_picture
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.storefronts import bp, queries, services
from marketplace.storefronts.forms import PhotoForm, ShopForm
from marketplace.storefronts.policies import own_seller
from marketplace.web.requests import actor, answers, private


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("storefronts.desk_shop"), code=303)


@bp.get("/desk/shop")
@needs_sign_in
def desk_shop() -> ResponseReturnValue:
    """Story and picture, with the forms that change them."""
    seller = own_seller(actor(), Permission.SHOP_EDIT)
    shop = queries.shop_of(seller)
    known = {word: getattr(shop, word, None) for word in ("story", "story_en", "since_year")}
    page = {"seller": seller, "shop": shop, "form": ShopForm.shown(**known), "photo_form": PhotoForm.shown()}
    return private(make_response(render_template("storefronts/desk_shop.html", **page)))


@bp.post("/desk/shop")
@needs_sign_in
@answers(desk_shop)
def edit_shop() -> ResponseReturnValue:
    """The story changes."""
    seller = own_seller(actor(), Permission.SHOP_EDIT)
    form = ShopForm.checked()
    told = {"story": form.story.data or "", "story_en": form.story_en.data or "", "since_year": form.since_year.data}
    with writing():
        services.edit_shop(seller, **told, by=actor())
    return _back(_("Saved."))


@bp.post("/desk/shop/photo")
@needs_sign_in
@answers(desk_shop)
def add_shop_photo() -> ResponseReturnValue:
    """The shop shows another picture."""
    seller = own_seller(actor(), Permission.SHOP_EDIT)
    picture = take_picture(PhotoForm.checked().stream)
    with writing():
        services.show_photo(seller, picture.sha256, by=actor())
    return _back(_("The picture is on your shop page."))


@bp.post("/desk/shop/photo/removal")
@needs_sign_in
@answers(desk_shop)
def delete_shop_photo() -> ResponseReturnValue:
    """The shop shows no picture."""
    seller = own_seller(actor(), Permission.SHOP_EDIT)
    with writing():
        services.show_photo(seller, None, by=actor())
    return _back(_("The picture is deleted."))
