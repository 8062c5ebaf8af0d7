"""Writing a request: from a product, a cart, an offer of supply, an earlier request or in free words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policies import own_organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Variant
from marketplace.contracts import bp
from marketplace.contracts.forms.sourcing import MOST_LINES, RequestForm, known_lines, with_other_lines
from marketplace.contracts.models import Request
from marketplace.contracts.policies.sourcing import request_for
from marketplace.contracts.queries import beginnings, requests
from marketplace.contracts.services import requests as services
from marketplace.contracts.services.requests import Asked, Wanted
from marketplace.contracts.states.sourcing import RequestState
from marketplace.contracts.views.requests import way_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows, require
from marketplace.core.refs import new_token
from marketplace.core.refusals import NotSeen, Refused
from marketplace.places import queries as places
from marketplace.web.requests import actor, answers, private, query_flag, query_text


def _offer(form: RequestForm) -> None:
    form.offer(places.names_today(), catalogue.sets())


@bp.get("/requests/new")
@needs_sign_in
def new_request() -> ResponseReturnValue:
    """The form, filled with what the reader comes from."""
    if not allows(actor(), Permission.REQUESTS_WRITE):
        return way_in()
    home, begun = own_organisation(actor()), _come_from()
    known = {"province": home.province.now.slug, "place": home.street, "token": new_token()}
    known["invite"] = " ".join(begun.sellers)
    return _page(RequestForm.shown(**{**known, **begun.known}, **known_lines(begun.lines)))


def _come_from() -> beginnings.Begun:
    return beginnings.begun(
        actor(),
        product=query_text("product", most=90),
        sku=query_text("sku", most=20),
        seller=query_text("seller", most=80),
        supply=query_text("supply", most=32),
        again=query_text("again", most=32),
        is_cart=query_flag("cart"),
    )


def _page(form: RequestForm, found: Request | None = None, rows: int | None = None) -> ResponseReturnValue:
    _offer(form)
    skus = [form.at(place, "sku").data for place in range(1, MOST_LINES + 1) if form.at(place, "sku").data]
    page = {
        "form": form,
        "rows": rows or form.rows(),
        "most": MOST_LINES,
        "packs": beginnings.packs_by_sku(skus),
        "draft": found,
        "drafts": [] if found else requests.drafts_of(int(actor().organisation_id or 0)),
        "invited": requests.sellers_by_slug((form.invite.data or "").split()) if found is None else [],
        "is_verified": actor().organisation_verified,
    }
    return private(make_response(render_template("contracts/sourcing/request_form.html", **page)))


@bp.post("/requests/lines")
@needs_sign_in
def change_lines() -> ResponseReturnValue:
    """The same page with a line more or less; nothing is saved."""
    require(actor(), Permission.REQUESTS_WRITE)
    ref = query_text("draft", most=32)
    found = _draft(ref) if ref else None
    form, rows = with_other_lines()
    return _page(form, found, rows)


@bp.post("/requests")
@needs_sign_in
@answers(new_request)
def create_request() -> ResponseReturnValue:
    """Keep the request as a draft, and go on to whom it is sent."""
    require(actor(), Permission.REQUESTS_WRITE)
    form = RequestForm.checked(_offer)
    asked, token, buyer = _asked(form), form.token.data or "", own_organisation(actor())
    with writing():
        ref = services.draft(buyer, asked, token=token, by=actor()).ref
    return redirect(url_for(".recipients", ref=ref), code=303)


def _asked(form: RequestForm) -> Asked:
    province = places.province_by_slug(form.province.data, today=True)
    if province is None:
        raise Refused(_("Please choose one of the list."), field="province")
    return Asked(
        lines=_wanted(form),
        province=province,
        answer_by=form.answer_by.data,
        title=form.title.data or "",
        note=form.note.data or "",
        place=form.place.data or "",
        is_standing=form.is_standing.data,
        invite=requests.sellers_by_slug((form.invite.data or "").split()),
    )


def _wanted(form: RequestForm) -> list[Wanted]:
    """Lines with the packs of the catalogue that they name; a pack that is gone leaves its words."""
    typed = form.lines
    packs = beginnings.packs_by_sku([line["sku"] for line in typed if line["sku"]])
    sets = {str(one.number): one.id for one in catalogue.sets()}
    return [_line(line, packs.get(line["sku"] or ""), sets) for line in typed]


def _line(typed: Mapping[str, Any], pack: Variant | None, sets: Mapping[str, int]) -> Wanted:
    words = {name: typed[name] or "" for name in ("description", "unit", "quality", "packaging", "calendar")}
    return Wanted(
        **words,
        quantity=typed["quantity"],
        set_id=pack.product.set_id if pack else sets.get(typed["set"] or ""),
        product_id=pack.product_id if pack else None,
        variant_id=pack.id if pack else None,
    )


def _draft(ref: str) -> Request:
    found = request_for(actor(), ref, Permission.REQUEST_EDIT)
    if found.state is not RequestState.DRAFT:
        raise NotSeen
    return found


@bp.get("/requests/<ref>/draft")
@needs_sign_in
def edit_request(ref: str) -> ResponseReturnValue:
    """A draft once more, with room for a product that the reader comes from."""
    found = _draft(ref)
    more = beginnings.begun(actor(), product=query_text("product", most=90), sku=query_text("sku", most=20))
    lines = [*beginnings.lines_of(found), *more.lines][:MOST_LINES]
    return _page(RequestForm.shown(**beginnings.words_of(found), **known_lines(lines)), found)


@bp.post("/requests/<ref>/draft")
@needs_sign_in
@answers(edit_request)
def save_request(ref: str) -> ResponseReturnValue:
    """Keep what was changed, and go on to whom it is sent."""
    found, form = _draft(ref), RequestForm.checked(_offer)
    asked = _asked(form)
    with writing():
        services.edit(found, asked, by=actor())
    flash(_("The draft is saved."), "success")
    return redirect(url_for(".recipients", ref=ref), code=303)
