"""The producer's delivery prices: seen, changed as a whole, with a step more or less."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.orders import bp
from marketplace.orders.forms import freight as forms
from marketplace.orders.forms.freight import FreightForm
from marketplace.orders.queries.freight import Freight, tables_of
from marketplace.orders.queries.freight_words import differences, examples, mark_of, sample
from marketplace.orders.services.freight import set_freight
from marketplace.orders.states import Zone
from marketplace.places import queries as places
from marketplace.storefronts.policies import own_seller
from marketplace.web.requests import actor, answers, private


def _own_seller() -> Organisation:
    return own_seller(actor(), Permission.FREIGHT_EDIT)


def _offer(form: FreightForm) -> None:
    form.offer(places.all_today())


@bp.get("/desk/freight")
@needs_sign_in
def freight() -> ResponseReturnValue:
    """Every distance with its steps; a producer without a table begins with a template."""
    seller = _own_seller()
    saved = tables_of([seller.id]).get(seller.id)
    return _page(seller, saved, FreightForm.shown(**forms.known(saved or sample())))


def _page(
    seller: Organisation, saved: Freight | None, form: FreightForm, rows: dict[Zone, int] | None = None
) -> ResponseReturnValue:
    today = places.all_today()
    form.offer(today)
    regions = {one.region: [unit for unit in today if unit.region == one.region] for one in today}
    shown = render_template(
        "orders/freight.html",
        form=form,
        saved=saved,
        mark=mark_of(saved),
        zones=list(Zone),
        rows=rows or {zone: form.rows(zone) for zone in Zone},
        steps=forms.STEPS,
        regions=regions,
        home=seller.province,
        examples=examples({zone: form.distance(zone) for zone in Zone}, seller.province.now, today),
        differing=_differing(saved, form),
    )
    return private(make_response(shown))


def _differing(saved: Freight | None, form: FreightForm) -> list[object]:
    """What a colleague saved otherwise than it was typed here, where that is why nothing was saved."""
    refusal = g.get("refusal")
    if refusal is None or request.form.get("seen") == mark_of(saved):
        return []
    return [*differences(saved, form.table, {one.code: one.name for one in places.all_today()})]


@bp.post("/desk/freight")
@needs_sign_in
@answers(freight)
def save_freight() -> ResponseReturnValue:
    """The table becomes what was typed, for orders from now on."""
    seller, form = _own_seller(), FreightForm.checked(_offer)
    with writing():
        set_freight(seller, form.table, seen=request.form.get("seen", "")[:64], by=actor())
    flash(_("Your delivery prices are saved. They count for orders from now on."), "success")
    return redirect(url_for(".freight"), code=303)


@bp.post("/desk/freight/steps")
@needs_sign_in
def change_steps() -> ResponseReturnValue:
    """The same page with a step more or less; nothing is saved."""
    seller = _own_seller()
    form, rows = forms.with_other_steps()
    return _page(seller, tables_of([seller.id]).get(seller.id), form, rows)
