"""Call-offs of a contract: the list with its book, the form, one call-off with its timeline for both sides."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.calling import CallOffForm, with_rows
from marketplace.contracts.models import Agreement, CallOff
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.policies.calling import call_off_for
from marketplace.contracts.queries import calling, late_interest
from marketplace.contracts.queries.in_force import terms_in_force
from marketplace.contracts.sections import section
from marketplace.contracts.services import calling as services
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.performing import CallOffState
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refs import new_token
from marketplace.core.refusals import NotSeen, Refused
from marketplace.orders.queries import timeline
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private

LATEST = 5


@section("call_offs", "contracts/sections/call_offs.html", place=60)
def call_offs_section(reader: Actor, agreement: Agreement) -> Any | None:
    """How much of each line was called, delivered and accepted, and the latest call-offs."""
    if not agreement.is_contract or agreement.active_version is None:
        return None
    rows = calling.book_rows(agreement)
    if not rows:
        return None
    latest = calling.latest_of(agreement, drafts=_may_call(reader, agreement), most=LATEST + 1)
    rights = {"may_call": _may_call(reader, agreement), "why_not": _why_not(agreement)}
    rights["interest"] = late_interest.of_contract(agreement) if side_of(reader, agreement) else []
    return {"rows": rows, "latest": latest[:LATEST], "more": len(latest) > LATEST, "words": calling, **rights}


def _may_call(reader: Actor, agreement: Agreement) -> bool:
    return allows(reader, Permission.CALL_OFF_PLACE, agreement)


def _why_not(agreement: Agreement) -> str:
    """Why nothing can be called now, as a sentence; empty where it can."""
    try:
        services.check_callable(agreement)
    except Refused as refusal:
        return str(refusal.sentence)
    return ""


def _whole(agreement: Agreement, **more: Any) -> dict[str, Any]:
    rights = {"may_call": _may_call(actor(), agreement), "why_not": _why_not(agreement)}
    side = side_of(actor(), agreement)
    return {"agreement": agreement, "side": side, "Side": Side, "words": calling, **rights, **more}


@bp.get("/agreements/<ref>/call-offs")
@needs_sign_in
def call_offs(ref: str) -> ResponseReturnValue:
    """Every call-off of a contract under its book."""
    agreement = agreement_for(actor(), ref)
    if not agreement.is_contract or agreement.active_version is None:
        raise NotSeen
    page = page_of(calling.call_offs_of(agreement, drafts=_may_call(actor(), agreement)))
    shown = _whole(agreement, page=page, rows=calling.book_rows(agreement))
    return private(make_response(render_template("contracts/call_offs.html", **shown)))


@bp.get("/agreements/<ref>/call-offs/new")
@needs_sign_in
def new_call_off(ref: str) -> ResponseReturnValue:
    """Call goods: how much, for when, to where."""
    agreement = agreement_for(actor(), ref, Permission.CALL_OFF_PLACE)
    if not agreement.is_contract or agreement.active_version is None:
        raise NotSeen
    terms = terms_in_force(agreement) or {}
    rows = calling.book_rows(agreement, terms)
    known = {"token": new_token(), "due_on": calling.first_possible(agreement), "place": terms["delivery"]["place"]}
    form = with_rows(CallOffForm.shown(**known), rows)
    shown = _whole(agreement, form=form, rows=rows, terms=terms, call_off=None, today=clock.today())
    return private(make_response(render_template("contracts/new_call_off.html", **shown)))


@bp.post("/agreements/<ref>/call-offs")
@needs_sign_in
@answers(new_call_off)
def place_call_off(ref: str) -> ResponseReturnValue:
    """Place a call-off, or keep it as a draft."""
    agreement = agreement_for(actor(), ref, Permission.CALL_OFF_PLACE)
    rows = calling.book_rows(agreement)
    form = CallOffForm.checked(lambda asked: with_rows(asked, rows))
    asked = form.asked(rows, form.token.data or new_token())
    keep = services.draft if _is_draft() else services.call
    with writing():
        call_off = keep(agreement, asked, by=actor())
    return _done(agreement, call_off)


def _is_draft() -> bool:
    return request.form.get("act") == "draft"


def _done(agreement: Agreement, call_off: CallOff) -> ResponseReturnValue:
    if call_off.state is CallOffState.PLACED:
        flash(_("Call-off %(ref)s is with the seller.", ref=call_off.ref), "success")
    else:
        flash(_("The draft is kept. Nobody else sees it, and nothing is called yet."), "success")
    return redirect(url_for(".show_call_off", ref=agreement.ref, call_off=call_off.ref), code=303)


@bp.get("/agreements/<ref>/call-offs/<call_off>")
@needs_sign_in
def show_call_off(ref: str, call_off: str) -> ResponseReturnValue:
    """One call-off: what was called, what came, what was accepted, and whose turn it is."""
    found = call_off_for(actor(), ref, call_off)
    if found.state is CallOffState.DRAFT:
        return _draft_page(found)
    rows = {one.row.id: one for one in calling.book_rows(found.agreement)}
    order = found.order
    told = timeline.timeline_of(order) if order is not None else None
    shown = _whole(found.agreement, call_off=found, order=order, rows=rows, timeline=told, papers=_papers(found))
    # money is between the two sides; departments follow the goods
    shown["interest"] = next(iter(late_interest.of_call_offs([found])), None) if shown["side"] else None
    return private(make_response(render_template("contracts/call_off.html", **shown)))


def _papers(call_off: CallOff) -> list[tuple[str, str]]:
    """What can be printed of a call-off, with its address."""
    if call_off.order is None:
        return []
    known: dict[str, Any] = {"ref": call_off.agreement.ref, "call_off_ref": call_off.ref}
    slip = (_("Call-off of goods (PDF)"), url_for(".call_off_slip", **known))
    if call_off.order.state in calling.OFF:
        return [slip]
    return [slip, (_("Minutes of handing over and acceptance (PDF)"), url_for(".delivery_minutes", **known))]


def _draft_page(found: CallOff) -> ResponseReturnValue:
    agreement = found.agreement
    rows = calling.book_rows(agreement)
    known = {"token": found.token, "due_on": found.due_on, "place": found.place, "note": found.note}
    quantities = {one.line.key: one.quantity for one in found.lines}
    form = with_rows(CallOffForm.shown(**known), rows, quantities)
    terms = terms_in_force(agreement) or {}
    shown = _whole(agreement, form=form, rows=rows, terms=terms, call_off=found, today=clock.today())
    return private(make_response(render_template("contracts/new_call_off.html", **shown)))


@bp.post("/agreements/<ref>/call-offs/<call_off>")
@needs_sign_in
@answers(show_call_off)
def save_call_off(ref: str, call_off: str) -> ResponseReturnValue:
    """Change a draft, and place it if that is wanted."""
    found = call_off_for(actor(), ref, call_off, Permission.CALL_OFF_PLACE)
    rows = calling.book_rows(found.agreement)
    form = CallOffForm.checked(lambda asked: with_rows(asked, rows))
    asked = form.asked(rows)
    with writing():
        if found.state is CallOffState.DRAFT or _is_draft():
            services.revise(found, asked, by=actor())
        if not _is_draft():
            services.place(found, by=actor())
    return _done(found.agreement, found)


@bp.post("/agreements/<ref>/call-offs/<call_off>/removal")
@needs_sign_in
@answers(show_call_off)
def drop_call_off(ref: str, call_off: str) -> ResponseReturnValue:
    """Throw a draft away."""
    found = call_off_for(actor(), ref, call_off, Permission.CALL_OFF_PLACE)
    with writing():
        services.drop(found, by=actor())
    flash(_("The draft is gone."), "success")
    return redirect(url_for(".call_offs", ref=ref), code=303)
