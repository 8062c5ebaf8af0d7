"""The checkout: one page, one confirmation."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.orders import bp, methods, services
from marketplace.orders.forms import CheckoutForm, deliveries_in
from marketplace.orders.queries.basket import basket_of
from marketplace.orders.queries.carts import cart_of
from marketplace.orders.queries.lists import last_address
from marketplace.orders.services import Checkout
from marketplace.orders.views.places import chosen_province, chosen_ward
from marketplace.places import queries as places
from marketplace.web.requests import BadInput, actor, answers, grant


@bp.get("/checkout")
def checkout() -> ResponseReturnValue:
    """Address, ways to get and pay for the goods, and the sum that will be confirmed."""
    province = chosen_province()
    ward = chosen_ward(province)
    values = request.form if request.method == "POST" else request.args
    basket = basket_of(cart_of(actor()), province, deliveries_in(values.items()))
    if not basket.parts:
        return redirect(url_for(".cart"))
    form = _with_choices(CheckoutForm.shown(**_known(province, ward)))
    wards = places.wards_of(province) if province else []
    return render_template("orders/checkout.html", basket=basket, form=form, province=province, ward=ward, wards=wards)


def _known(province: Any, ward: Any) -> dict[str, Any]:
    known = last_address(actor())
    if province is not None:
        if known.get("province") != province.slug:
            known.pop("street", None)
        known |= {"province": province.slug, "ward": ward.code if ward else ""}
    return known


def _with_choices(form: CheckoutForm) -> CheckoutForm:
    form.province.choices = [(province.slug, province.name) for province in places.all_today()]
    form.payment.choices = [(method.code, method.label) for method in methods.offered()]
    return form


@bp.post("/checkout")
@answers(checkout)
def place() -> ResponseReturnValue:
    """Confirm once: the goods are set aside and each seller is told."""
    form = CheckoutForm.checked(_with_choices)
    details = _details(form)
    with writing():
        purchase = services.place(details, by=actor())
    if not actor().is_signed_in:
        grant(f"purchase:{purchase.ref}")
    return redirect(url_for(".purchase", ref=purchase.ref), code=303)


def _details(form: CheckoutForm) -> Checkout:
    province = places.province_by_slug(form.province.data, today=True)
    ward = places.ward_by_code(form.ward.data) if form.ward.data else None
    if province is None or (form.ward.data and (ward is None or ward.province_id != province.id)):
        form.refuse("ward", _("Please choose a ward or commune of this province."))
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
