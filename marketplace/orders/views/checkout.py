"""The checkout: one page, one confirmation."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import db, writing
from marketplace.core.i18n import gettext as _
from marketplace.orders import bp, methods, services
from marketplace.orders.forms import CheckoutForm, deliveries_in
from marketplace.orders.queries.basket import Basket, basket_of
from marketplace.orders.queries.carts import cart_of
from marketplace.orders.queries.changes import changes_since, marks_of, seen_in
from marketplace.orders.queries.lists import last_address
from marketplace.orders.services import Checkout, TotalChanged
from marketplace.orders.states import DeliveryKind
from marketplace.orders.views.addresses import find_commune, understand_street
from marketplace.orders.views.carts import cart
from marketplace.orders.views.places import chosen_province, chosen_ward
from marketplace.places import queries as places
from marketplace.places.models import Province
from marketplace.web.requests import BadInput, actor, answers, grant, private


@bp.get("/checkout")
def checkout() -> ResponseReturnValue:
    """Address, ways to get and pay for the goods, and the sum that will be confirmed."""
    known = last_address(actor())
    province = chosen_province(known.get("province", ""))
    ward = chosen_ward(province, known.get("ward", ""))
    values = request.form if request.method == "POST" else request.args
    basket = basket_of(cart_of(actor()), province, deliveries_in(values.items()))
    if not basket.parts:
        return cart() if request.method == "POST" else redirect(url_for(".cart"))
    if province is not None and known.get("province") != province.slug:
        known.pop("street", None)
    known |= {"province": province.slug if province else "", "ward": ward.code if ward else ""}
    form = _with_choices(CheckoutForm.shown(**known), province)
    page = render_template("orders/checkout.html", form=form, province=province, ward=ward, **_sums(basket, form))
    return private(make_response(page))


def _sums(basket: Basket, form: CheckoutForm) -> dict[str, Any]:
    """What the page says of money: ways to pay, and what changed since it was last shown."""
    changed = isinstance(g.get("refusal"), TotalChanged)
    seen = seen_in(request.form.getlist("seen"))
    return {
        "basket": basket,
        "payments": _payments(basket, form),
        "marks": marks_of(basket),
        "before_vnd": form.expected_total.data if changed else None,
        "changes": changes_since(seen, basket) if changed and seen else [],
    }


def _payments(basket: Basket, form: CheckoutForm) -> list[dict[str, Any]]:
    """Each way to pay with what speaks against it here; the first that is possible is chosen beforehand."""
    offered = [{"method": method, "refusal": method.refusal(basket.parts)} for method in methods.offered()]
    possible = [one["method"].code for one in offered if not one["refusal"]]
    chosen = form.payment.data or next(iter(possible), "")
    return [{**one, "chosen": one["method"].code == chosen} for one in offered]


def _with_choices(form: CheckoutForm, province: Province | None = None) -> CheckoutForm:
    """The lists of the form: provinces of today, wards of the chosen one, ways to pay."""
    chosen = province or (places.province_by_slug(form.province.data, today=True) if form.province.data else None)
    wards = places.ward_names(chosen) if chosen else []
    form.province.choices = [("", _("Choose a province or city")), *places.names_today()]
    form.ward.choices = [("", _("Choose a ward or commune")), *wards]
    form.payment.choices = [(method.code, method.label) for method in methods.offered()]
    return form


@bp.post("/checkout")
@answers(checkout)
def place() -> ResponseReturnValue:
    """Confirm once: the goods are set aside and each seller is told; `look` only shows freight and total."""
    if "look" in request.form:
        return _looked()
    form = CheckoutForm.checked(_prepared)
    details = _kept(_details(form))
    with writing():
        ref = services.place(details, by=actor()).ref
    if not actor().is_signed_in:
        grant(f"purchase:{ref}")
    return redirect(url_for(".purchase", ref=ref), code=303)


def _kept(details: Checkout) -> Checkout:
    """Places stay as they were read: a transaction that begins would read them again."""
    read = details.province, details.province.now, details.ward
    for place in {one for one in read if one is not None}:
        db.session.expunge(place)
    return details


def _prepared(form: CheckoutForm) -> None:
    ways = set(deliveries_in(request.form.items()).values())
    form.ships = DeliveryKind.SHIP.value in ways
    if ways != {DeliveryKind.PICK_UP.value}:
        understand_street(form)
    _with_what_was_sent(form)


def _with_what_was_sent(form: CheckoutForm) -> None:
    """Only what was sent has to stand in the lists, so they are not read."""
    province = places.province_by_slug(form.province.data or "")
    ward = places.ward_by_code(form.ward.data or "")
    form.place = province, ward
    form.province.choices = [(province.slug, "")] if province and province.is_today else []
    form.ward.choices = [(ward.code, "")] if province and ward and ward.province_id == province.id else []
    form.payment.choices = [(method.code, method.label) for method in methods.offered()]


def _looked() -> ResponseReturnValue:
    """The page for another place, with everything typed so far and nothing judged yet."""
    with suppress(BadInput):
        CheckoutForm.checked(_with_choices)
    form = CheckoutForm.shown()
    for field in form:
        field.errors = []
    find_commune(form)
    _find_place(form)
    return checkout()


def _find_place(form: CheckoutForm) -> None:
    """A commune named in the street will do; without any place there is no freight to show, and the page says so."""
    if not form.ward.data and not form.commune.data:
        understand_street(form)
        form.say_what_is_asked()
    if not form.province.data and not form.commune.errors:
        form.province.errors = [_("Choose the province or city that the goods go to, or find your commune by name.")]


def _details(form: CheckoutForm) -> Checkout:
    province, ward = form.place
    if province is None:
        form.refuse("province", _("Please choose one of the list."))
        raise BadInput
    return Checkout(
        token=form.token.data or "",
        expected_total=form.expected_total.data,
        name=form.name.data,
        phone=form.phone.data or "",
        email=form.email.data or "",
        province=province,
        ward=ward,
        street=form.street.data or "",
        payment=form.payment.data,
        deliveries=deliveries_in(request.form.items()),
        note=form.note.data or "",
        age_stated=bool(form.age_stated.data),
    )
