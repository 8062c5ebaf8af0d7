"""What people keep for later: in their account, or in the browser of somebody who is not signed in."""

from __future__ import annotations

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.core.refusals import NotSeen
from marketplace.core.text import clean
from marketplace.storefronts import bp, queries, services
from marketplace.web.requests import actor, back, private, query_texts


@bp.get("/me/favourites")
def favourites() -> ResponseReturnValue:
    """What a person keeps and what became of it; for a guest what her browser keeps."""
    kept = queries.kept_by(actor()) if actor().is_signed_in else []
    return private(make_response(render_template("storefronts/favourites.html", kept=kept)))


@bp.get("/me/favourites.json")
def favourites_list() -> ResponseReturnValue:
    """What the hearts of a page show, and the token with which they are pressed; `slugs` is null for a guest."""
    if not actor().is_signed_in:
        return private(jsonify(slugs=None))
    return private(jsonify(slugs=queries.kept_slugs(actor()), token=generate_csrf()))


@bp.post("/me/favourites")
def keep_favourites() -> ResponseReturnValue:
    """Keep one or more goods, passing over what nobody sells; who has no account open signs in and comes back."""
    if not actor().is_signed_in:
        flash(_("Sign in to keep products, then press the heart once more."), "info")
        return redirect(url_for("accounts.sign_in", next=back()), code=303)
    asked = list(dict.fromkeys(clean(slug[:200]) for slug in request.form.getlist("product")[: queries.MOST_KEPT]))
    with writing():
        number = services.keep(asked, by=actor())
    if not number:
        raise NotSeen
    flash(ngettext("%(num)s product is kept.", "%(num)s products are kept.", number), "success")
    return redirect(back(), code=303)


@bp.post("/me/favourites/<slug>/removal")
@needs_sign_in
def let_go(slug: str) -> ResponseReturnValue:
    """Keep it no longer."""
    with writing():
        services.let_go(slug, by=actor())
    return redirect(back() if request.referrer else url_for(".favourites"), code=303)


@bp.get("/products/cards")
def product_cards() -> ResponseReturnValue:
    """The cards of the goods that `p` names, in their order: what a browser remembers is shown with them."""
    cards = queries.cards_of(query_texts("p", most=24))
    return private(make_response(render_template("storefronts/_cards.html", cards=cards)))
