"""Requests as their buyer and the producers that are asked see them: the list, one, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policies import own_organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.sourcing import MoreSellersForm, RecipientsForm, ReopenForm
from marketplace.contracts.models import Request
from marketplace.contracts.policies.sourcing import is_own, knows_buyer, request_for
from marketplace.contracts.queries import quotes, requests
from marketplace.contracts.services import requests as services
from marketplace.contracts.states.sourcing import Audience, QuoteState, RequestAction, RequestState
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can
from marketplace.core.permissions import Permission, allows
from marketplace.core.text import clean
from marketplace.messages import queries as talks
from marketplace.places import queries as places
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private, query_flag, query_text


def way_in() -> ResponseReturnValue:
    """Who buys for herself, or works for nobody who trades, is told how a business asks for prices."""
    return private(make_response(render_template("contracts/sourcing/way_in.html")))


@bp.get("/requests")
@needs_sign_in
def requests_index() -> ResponseReturnValue:
    """What my organisation has asked for; a producer sees first what she is asked."""
    if not allows(actor(), Permission.REQUESTS_WRITE):
        return way_in()
    asked = query_text("show", most=20) or ("received" if actor().is_seller else "sent")
    shown = _received if asked == "received" and actor().is_seller else _sent
    page = {"show": "received" if shown is _received else "sent", "over": query_flag("over")}
    page |= shown(int(actor().organisation_id or 0), over=query_flag("over"))
    return private(make_response(render_template("contracts/sourcing/requests.html", **page)))


def _sent(organisation_id: int, *, over: bool) -> dict[str, Any]:
    page = page_of(requests.sent_by(organisation_id, over=over))
    return {"page": page, "answers": requests.answers_to(page.items)}


def _received(organisation_id: int, *, over: bool) -> dict[str, Any]:
    page = page_of(requests.received_by(organisation_id, over=over))
    given, declined = requests.own_answers(organisation_id, page.items)
    known = {one.id: knows_buyer(actor(), one, has_quote=one.id in given) for one in page.items}
    return {"page": page, "given": given, "declined": declined, "knows_buyer": known}


@bp.get("/requests/<ref>")
@needs_sign_in
def show_request(ref: str) -> ResponseReturnValue:
    """One request: to its buyer with what came in, to a producer with the way to answer."""
    found = request_for(actor(), ref)
    page = _for_buyer(found) if is_own(actor(), found) else _for_seller(found)
    template = "request" if is_own(actor(), found) else "request_received"
    return private(make_response(render_template(f"contracts/sourcing/{template}.html", request_=found, **page)))


def _for_buyer(found: Request) -> dict[str, Any]:
    given = quotes.quotes_to(found)
    return {
        "quotes": given,
        "last": {one.id: quotes.last_round(one) for one in given},
        "invited": requests.invited(found),
        "quoted": {one.seller_id for one in given},
        "awards": quotes.awards_in(found),
        "threads": talks.threads_about(actor(), "quote", [one.ref for one in given]),
        "may_edit": allows(actor(), Permission.REQUEST_EDIT, found),
        "can": {action.value: can(found, action) for action in RequestAction},
        "open_quotes": [one for one in given if one.state is QuoteState.OPEN],
        "reopen_form": ReopenForm.shown(),
    }


def _for_seller(found: Request) -> dict[str, Any]:
    seller_id = int(actor().organisation_id or 0)
    quote = quotes.quote_of(found.id, seller_id)
    invitation = requests.invitation_of(found.id, seller_id)
    knows = knows_buyer(actor(), found, has_quote=quote is not None)
    return {
        "quote": quote,
        "invitation": invitation,
        "knows_buyer": knows,
        "is_open": found.state is RequestState.OPEN,
        "may_give": allows(actor(), Permission.QUOTE_GIVE, found),
        "thread": talks.threads_about(actor(), "request", [found.ref]).get(found.ref),
    }


# --- whom to ask ---


def _candidates(found: Request, ticked: Iterable[str]) -> dict[str, Any]:
    words, slug = (clean(request.values.get(name, "")[:60]) for name in ("q", "province"))
    province = places.province_by_slug(slug, today=True) if slug else None
    ids = places.matching_ids(province) if province else []
    return {
        "candidates": requests.candidates(found, words, ids, ticked),
        "words": words,
        "province": province,
        "provinces": places.units_today(),
    }


@bp.get("/requests/<ref>/recipients")
@needs_sign_in
def recipients(ref: str) -> ResponseReturnValue:
    """Who is asked: producers by name, all that sell such goods, or everybody on the board; or further ones later."""
    found = request_for(actor(), ref, Permission.REQUEST_EDIT)
    return _recipients(found, RecipientsForm.shown(audience=_likely(found).value, is_named=found.is_named))


@bp.post("/requests/<ref>/candidates")
@needs_sign_in
def find_sellers(ref: str) -> ResponseReturnValue:
    """The same page with the producers that words and a place find; what is ticked stays, nothing is saved."""
    return _recipients(request_for(actor(), ref, Permission.REQUEST_EDIT), RecipientsForm(request.form))


def _likely(found: Request) -> Audience:
    """Whoever sells such goods cannot be asked while nobody does, or while no line says what they are."""
    fits = found.audience is not Audience.MATCHING or requests.matching_sellers(found)
    return found.audience if fits else Audience.NAMED


def _recipients(found: Request, form: RecipientsForm) -> ResponseReturnValue:
    is_draft = found.state is RequestState.DRAFT
    page = {
        "form": form,
        "is_draft": is_draft,
        "matching": len(requests.matching_sellers(found)) if is_draft else 0,
        "has_sets": bool(requests.sets_of(found)),
        "invited": {one.seller_id for one in found.invited},
        **_candidates(found, form.seller.data or ()),
    }
    return private(make_response(render_template("contracts/sourcing/recipients.html", request_=found, **page)))


@bp.post("/requests/<ref>/recipients")
@needs_sign_in
@answers(recipients)
def send_request(ref: str) -> ResponseReturnValue:
    """Choose who is asked, and send it."""
    found, form = request_for(actor(), ref, Permission.REQUEST_EDIT), RecipientsForm.checked()
    audience = Audience(form.audience.data)
    sellers = requests.sellers_by_slug(form.seller.data or ()) if audience is not Audience.MATCHING else []
    with writing():
        services.address(found, audience, sellers, is_named=form.is_named.data, by=actor())
        asked = services.send(found, by=actor())
    flash(_told(audience, asked), "success")
    return redirect(url_for(".show_request", ref=ref), code=303)


def _told(audience: Audience, asked: int) -> str:
    if audience is Audience.BOARD:
        return _("Your request is on the demand board. You are told when a quote comes in.")
    return " ".join((services.said(asked), _("You are told when a quote comes in.")))


@bp.post("/requests/<ref>/more-recipients")
@needs_sign_in
@answers(recipients)
def ask_more(ref: str) -> ResponseReturnValue:
    """Ask further producers the same."""
    found, form = request_for(actor(), ref, Permission.REQUEST_EDIT), MoreSellersForm.checked()
    sellers = requests.sellers_by_slug(form.seller.data or ())
    with writing():
        asked = services.ask_more(found, sellers, by=actor())
    flash(services.said(asked) if asked else _("They have been asked already."), "success" if asked else "info")
    return redirect(url_for(".show_request", ref=ref), code=303)


# --- what a buyer does with it ---


@bp.post("/requests/<ref>/closing")
@needs_sign_in
@answers(show_request)
def close_request(ref: str) -> ResponseReturnValue:
    """Take no new quotes."""
    found = request_for(actor(), ref, Permission.REQUEST_EDIT)
    with writing():
        services.close(found, by=actor())
    return _done(ref, _("The request is closed: no new quotes come in."))


@bp.post("/requests/<ref>/reopening")
@needs_sign_in
@answers(show_request)
def reopen_request(ref: str) -> ResponseReturnValue:
    """Take quotes again until a new day."""
    found, form = request_for(actor(), ref, Permission.REQUEST_EDIT), ReopenForm.checked()
    with writing():
        services.reopen(found, answer_by=form.answer_by.data, by=actor())
    return _done(ref, _("The request is open again."))


@bp.post("/requests/<ref>/withdrawal")
@needs_sign_in
@answers(show_request)
def withdraw_request(ref: str) -> ResponseReturnValue:
    """Take it back."""
    found = request_for(actor(), ref, Permission.REQUEST_EDIT)
    with writing():
        services.withdraw(found, by=actor())
    return _done(ref, _("The request is taken back; whoever worked on it is told."))


def _done(ref: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".show_request", ref=ref), code=303)


@bp.post("/requests/<ref>/declining")
@needs_sign_in
@answers(show_request)
def decline_request(ref: str) -> ResponseReturnValue:
    """A producer says that she cannot."""
    found, seller = request_for(actor(), ref, Permission.QUOTE_GIVE), own_organisation(actor())
    with writing():
        services.decline(found, seller, by=actor())
    flash(_("The buyer sees that you cannot deliver this time."), "success")
    return redirect(url_for(".requests_index", show="received"), code=303)
