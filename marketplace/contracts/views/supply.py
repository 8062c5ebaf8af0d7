"""The harvest calendar for everybody, and a producer's own offers of supply on her desk."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.policies import own_organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.contracts import bp
from marketplace.contracts.forms.sourcing import SupplyForm
from marketplace.contracts.models import SupplyOffer
from marketplace.contracts.policies.sourcing import may_run_supply, supply_for
from marketplace.contracts.queries import calendar
from marketplace.contracts.queries import supply as offers
from marketplace.contracts.services import supply as services
from marketplace.contracts.services.supply import Harvest
from marketplace.contracts.views.filtering import asked_places, asked_sets, places_with, sets_with
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import NotSeen, Refused
from marketplace.places import queries as places
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private, query_number


@bp.get("/supply")
def supply() -> ResponseReturnValue:
    """What will be there in the coming twelve months, drawn by set and month; the offers below."""
    sets, where = asked_sets(), asked_places()
    ids = [one.id for one in where]
    start = calendar.this_month()
    month = query_number("month", least=start, most=start + calendar.MONTHS - 1)
    by_set, by_place = calendar.supply_counts()
    found = page_of(calendar.offers(sets, ids, month), per_page=24)
    page = {"drawn": calendar.calendar(sets, ids), "page": found, "month": month}
    page |= {"sets": sets_with(by_set, catalogue.sets(), sets), "provinces": places_with(by_place, where)}
    page["chosen"] = {"set": [str(one) for one in sets], "province": [one.slug for one in where]}
    return render_template("contracts/sourcing/supply.html", may_publish=may_run_supply(actor()), **page)


# --- a producer's own ---


def _seller() -> Organisation:
    """The producer whose supply somebody may publish now; for all others this page does not exist."""
    if not may_run_supply(actor()):
        raise NotSeen
    return own_organisation(actor())


def _products(seller: Organisation) -> list[Product]:
    return catalogue.products_of(seller.id)


def _prepared(form: SupplyForm, seller: Organisation) -> SupplyForm:
    form.offer(places.all_today(), catalogue.sets(), _products(seller))
    return form


@bp.get("/desk/supply")
@needs_sign_in
def own_supply() -> ResponseReturnValue:
    """My offers, and the form for one more."""
    seller = _seller()
    today = clock.today()
    known = {"province": seller.province.now.slug, "year": str(today.year), "first_month": str(today.month)}
    form = _prepared(SupplyForm.shown(**known, last_month=str(today.month)), seller)
    page = {"page": page_of(offers.offers_of(seller.id)), "form": form, "offer": None}
    return private(make_response(render_template("contracts/sourcing/own_supply.html", **page)))


@bp.post("/desk/supply")
@needs_sign_in
@answers(own_supply)
def publish_supply() -> ResponseReturnValue:
    """Publish one more harvest."""
    seller = _seller()
    form = SupplyForm.checked(lambda form: _prepared(form, seller))
    harvest = _harvest(form, seller)
    with writing():
        services.publish(seller, harvest, by=actor())
    return _done(_("Your harvest is on the calendar."))


def _harvest(form: SupplyForm, seller: Organisation) -> Harvest:
    product = next((one for one in _products(seller) if one.slug == form.product.data), None)
    chosen = next((one for one in catalogue.sets() if str(one.number) == form.set.data), None)
    product_set = product.product_set if product is not None else chosen
    province = places.province_by_slug(form.province.data, today=True)
    if product_set is None or province is None:
        raise Refused(_("Please choose one of the list."), field="set")
    return Harvest(
        description=form.description.data or (product.name if product else ""),
        product_set=product_set,
        province_id=province.id,
        year=int(form.year.data),
        first_month=int(form.first_month.data),
        last_month=int(form.last_month.data),
        kilograms=form.kilograms.data,
        product=product,
        note=form.note.data or "",
    )


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".own_supply"), code=303)


@bp.get("/desk/supply/<ref>")
@needs_sign_in
def edit_supply(ref: str) -> ResponseReturnValue:
    """One offer, to be changed."""
    offer = supply_for(actor(), ref)
    form = _prepared(SupplyForm.shown(**_known(offer)), offer.seller)
    return private(make_response(render_template("contracts/sourcing/edit_supply.html", form=form, offer=offer)))


def _known(offer: SupplyOffer) -> dict[str, Any]:
    return {
        "product": offer.product.slug if offer.product else "",
        "set": str(offer.product_set.number),
        "province": offer.province.slug,
        "year": str(offer.year),
        "first_month": str(offer.first_month),
        "last_month": str(offer.last_month),
        **{name: getattr(offer, name) for name in ("description", "kilograms", "note")},
    }


@bp.post("/desk/supply/<ref>")
@needs_sign_in
@answers(edit_supply)
def save_supply(ref: str) -> ResponseReturnValue:
    """The calendar says what was typed."""
    offer = supply_for(actor(), ref)
    form = SupplyForm.checked(lambda form: _prepared(form, offer.seller))
    harvest = _harvest(form, offer.seller)
    with writing():
        services.change(offer, harvest, by=actor())
    return _done(_("The calendar shows what you have changed."))


@bp.post("/desk/supply/<ref>/closing")
@needs_sign_in
@answers(edit_supply)
def close_supply(ref: str) -> ResponseReturnValue:
    """Take it off the calendar."""
    offer = supply_for(actor(), ref)
    with writing():
        services.close(offer, by=actor())
    return _done(_("The calendar no longer shows it."))


@bp.post("/desk/supply/<ref>/reopening")
@needs_sign_in
@answers(edit_supply)
def reopen_supply(ref: str) -> ResponseReturnValue:
    """Put it on the calendar again."""
    offer = supply_for(actor(), ref)
    with writing():
        services.reopen(offer, by=actor())
    return _done(_("The calendar shows it again."))
