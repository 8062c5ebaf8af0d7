"""The cart."""

from __future__ import annotations

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import i18n
from marketplace.core.actors import Actor
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, reach
from marketplace.core.refusals import NotSeen
from marketplace.orders import bp, services
from marketplace.orders.forms import LineForm, QuantityForm
from marketplace.orders.queries.basket import Basket, basket_of
from marketplace.orders.queries.carts import cart_of, count_in_cart, pack_in_cart
from marketplace.orders.queries.lists import last_address
from marketplace.orders.queries.wares import Pack, pack_by_sku
from marketplace.orders.views.places import chosen_province
from marketplace.places import queries as places
from marketplace.web import kept
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, answers, named_guest, safe_next


def shopper() -> Actor:
    """Who fills a cart: a guest gets a name for it now."""
    if not actor().is_signed_in:
        named_guest()
    return actor()


@bp.get("/cart")
def cart() -> ResponseReturnValue:
    """Everything in the cart, seller by seller."""
    province = chosen_province(last_address(actor()).get("province", ""))
    basket = basket_of(cart_of(actor()), province)
    page = {"basket": basket, "forms": _forms(basket), "province": province, "provinces": places.all_today()}
    hung = panels(Slot.CART, actor(), ["cart"])["cart"] if basket.parts else []
    beside = panels(Slot.PACK, actor(), [line.variant.sku for part in basket.parts for line in part.lines])
    return render_template("orders/cart.html", wish=_refused_wish(), panels=hung, pack_panels=beside, **page)


def _forms(basket: Basket) -> dict[str, QuantityForm]:
    """One small form a line; the one just sent keeps what was typed."""
    sent = (request.view_args or {}).get("sku")
    return {
        line.variant.sku: QuantityForm.shown(quantity=line.quantity)
        if line.variant.sku == sent
        else QuantityForm(data={"quantity": line.quantity})
        for part in basket.parts
        for line in part.lines
    }


def _refused_wish() -> dict[str, Any] | None:
    """What was to be put into the cart and could not be: shown again with what was typed."""
    if request.endpoint != "orders.add_line":
        return None
    form = LineForm.shown()
    try:
        return {"form": form, "variant": _pack_for(form.variant.data or "")}
    except NotSeen:
        return {"form": form, "variant": None}


@bp.post("/cart/lines")
@answers(cart)
def add_line() -> ResponseReturnValue:
    """Put packs into the cart."""
    form = LineForm.checked()
    pack = _pack_for(form.variant.data)
    with writing():
        services.add_line(shopper(), pack, form.quantity.data)
    flash(_("%(name)s is in your cart.", name=_spoken_name(pack)), "success")
    return redirect(safe_next(request.form.get("next") or url_for(".cart")), code=303)


def _pack_for(sku: str) -> Pack:
    """The pack with this SKU, if its product may be seen."""
    pack = pack_by_sku(sku)
    reach(actor(), pack and pack.product, Permission.PRODUCT_SEE)
    assert pack is not None
    return pack


def _spoken_name(pack: Pack) -> str:
    return (i18n.locale() == "en" and pack.product.name_en) or pack.product.name


@bp.post("/cart/lines/<sku>")
@answers(lambda sku: cart())
def change_line(sku: str) -> ResponseReturnValue:
    """Change how many, or take a line out."""
    form = QuantityForm.checked()
    pack = pack_in_cart(actor(), sku) or _pack_for(sku)
    with writing():
        services.change_line(shopper(), pack, form.quantity.data)
    return redirect(url_for(".cart", _anchor=f"line-{sku}" if form.quantity.data else None), code=303)


def register(app: Flask) -> None:
    """The number beside the cart in the header."""

    @app.context_processor
    def cart_count() -> dict[str, Any]:
        return {"cart_count": count_in_cart(actor())}

    kept.vary_by(app, lambda: count_in_cart(actor()))
