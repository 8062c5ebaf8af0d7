"""The list of agreements, a new one, the page of one with its sections, and its events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.queries.organisations import organisation_by_ref
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.agreements import ConsentForm, NewForm
from marketplace.contracts.models import Agreement, Quote
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.queries import agreements as lists
from marketplace.contracts.queries import history, turns, versions
from marketplace.contracts.sections import sections_of
from marketplace.contracts.services import agreements as services
from marketplace.contracts.services import awards
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, Consent, Side
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.permissions import Permission, allows, require
from marketplace.core.refusals import NotSeen, Refused
from marketplace.web.requests import actor, answers, private, query_text, query_texts

# what each kind is for, in plain words
PURPOSES: dict[AgreementKind, Any] = {
    AgreementKind.SALE: _l("Fixed goods, quantities and prices, delivered on agreed days. The usual choice."),
    AgreementKind.FRAMEWORK: _l("The rules for a season or a year; single sale contracts follow under it."),
    AgreementKind.DISTRIBUTION: _l("The buyer sells your goods on in its own shops or region."),
    AgreementKind.MOU: _l("A first understanding: what both want to do, without duties to buy or deliver."),
}


@bp.get("/agreements")
@needs_sign_in
def index() -> ResponseReturnValue:
    """All agreements of my organisation; what waits for me comes first."""
    if actor().organisation_kind is OrganisationKind.DEPARTMENT:
        return redirect("/department/agreements")
    wish = _wish()
    found = lists.listed(actor(), wish)
    rows = [(one, turns.standing_of(actor(), one)) for one in found.items]
    page = {"rows": rows, "next_ref": found.next_ref, "wish": wish, "tabs": lists.Tab, "kinds": AgreementKind}
    page |= {"waiting": lists.count_of_turns(actor()), "most": lists.MOST_COUNTED, "side_of": side_of}
    page["may_write"] = allows(actor(), Permission.AGREEMENTS_WRITE)
    return private(make_response(render_template("contracts/index.html", **page)))


def _wish() -> lists.Wish:
    tab = next((one for one in lists.Tab if one.value == query_text("tab")), lists.Tab.ALL)
    kinds = tuple(one for one in AgreementKind if one.value in query_texts("kind"))
    return lists.Wish(tab, kinds, query_text("q", most=80), query_text("after", most=40))


# --- a new one ---


@bp.get("/agreements/new")
@needs_sign_in
def new() -> ResponseReturnValue:
    """Choose the kind and the other side, or start from a quote or a framework agreement."""
    require(actor(), Permission.AGREEMENTS_WRITE)
    form = NewForm.shown(kind=query_text("kind") or AgreementKind.SALE.value, side=_usual_side().value, **_asked())
    words = query_text("q", most=80)
    of_buyer = form.side.data == Side.BUYER.value
    page = {"form": form, "purposes": {one.value: words for one, words in PURPOSES.items()}, "words": words}
    page |= {"partners": lists.partners_found(actor(), words, of_buyer=of_buyer), "chosen": _chosen(form)}
    page |= {"quotes": lists.quotes_to_start_from(actor()), "frameworks": lists.frameworks_in_force(actor())}
    return private(make_response(render_template("contracts/new.html", **page)))


def _asked() -> dict[str, str]:
    return {name: query_text(name, most=64) for name in ("partner", "quote", "parent")}


def _usual_side() -> Side:
    """Producers sell, others buy; a producer may also buy from another."""
    asked = query_text("side")
    usual = Side.SELLER if actor().is_seller else Side.BUYER
    return Side(asked) if actor().is_seller and asked in set(Side) else usual


def _chosen(form: NewForm) -> Organisation | None:
    """Who is chosen, by name."""
    sells = form.side.data == Side.SELLER.value
    return _partner(form.partner.data or "", Side.SELLER if sells else Side.BUYER)


def _partner(name: str, own: Side) -> Organisation | None:
    """The other side, where the reader may know of it."""
    return lists.partner_named(actor(), name, of_buyer=own is Side.BUYER) if name else None


@bp.post("/agreements")
@answers(new)
def create() -> ResponseReturnValue:
    """Begin a paper as a private draft."""
    require(actor(), Permission.AGREEMENTS_WRITE)
    form = NewForm.checked()
    new = _new_paper(form)
    with writing():
        made = _begun(new)
    flash(_("The draft is yours alone until you send it."), "success")
    return redirect(url_for(".draft", ref=made.ref), code=303)


def _begun(new: NewPaper) -> Agreement:
    if new.quote is not None:
        return awards.agreement(new.quote, new.kind, new.made_by, by=actor())
    return services.create(new, by=actor())


def _new_paper(form: NewForm) -> NewPaper:
    """Kind, sides and what it starts from; only what the actor's own organisation has a part in."""
    own = organisation_by_ref(actor().organisation_ref or "")
    side = Side(form.side.data) if actor().is_seller and form.side.data else _usual_side()
    partner = _partner(form.partner.data or "", side)
    if own is None or partner is None:
        raise Refused(_("Please choose the other side."), field="partner")
    seller, buyer = (own, partner) if side is Side.SELLER else (partner, own)
    new = NewPaper(AgreementKind(form.kind.data), seller, buyer, side)
    return replace(new, quote=_quote(form.quote.data or "", new), parent=_parent(form.parent.data or "", new))


def _quote(ref: str, new: NewPaper) -> Quote | None:
    found = lists.quote_between(actor(), ref, new.seller, new.buyer) if ref else None
    if ref and found is None:
        raise Refused(_("This quote cannot become an agreement between these two sides."))
    return found


def _parent(ref: str, new: NewPaper) -> Agreement | None:
    found = lists.framework_between(actor(), ref, new.seller, new.buyer) if ref else None
    if ref and found is None:
        raise Refused(_("This framework agreement is not in force between these two sides."), field="parent")
    return found


# --- one of them ---


@bp.get("/agreements/<ref>")
@needs_sign_in
def show(ref: str) -> ResponseReturnValue:
    """One paper: whose turn it is on top, then its parts in their order."""
    agreement = agreement_for(actor(), ref)
    if side_of(actor(), agreement) is None:
        return redirect(f"/department/agreements/{agreement.ref}")
    parts = {
        "main": sections_of(actor(), agreement, at_side=False),
        "at_side": sections_of(actor(), agreement, at_side=True),
    }
    shown = render_template("contracts/show.html", **head_of(agreement), **parts)
    return private(make_response(shown))


def head_of(agreement: Agreement) -> dict[str, Any]:
    """What every page about a paper begins with."""
    return {
        "agreement": agreement,
        "side": side_of(actor(), agreement),
        "standing": turns.standing_of(actor(), agreement),
        "steps": turns.steps_of(agreement),
        "states": AgreementState,
    }


def for_sides(ref: str) -> Agreement:
    """A paper, for the two sides only: what the departments see of it stands on their own pages."""
    agreement = agreement_for(actor(), ref)
    if side_of(actor(), agreement) is None:
        raise NotSeen
    return agreement


@bp.get("/agreements/<ref>/events")
@needs_sign_in
def events(ref: str) -> ResponseReturnValue:
    """Everything that happened to it, each chained to the one before."""
    agreement = for_sides(ref)
    happened = history.happenings(agreement, versions.events_of(agreement))
    return private(make_response(render_template("contracts/events.html", happened=happened, **head_of(agreement))))


@bp.post("/agreements/<ref>/consent")
@answers(show)
def set_consent(ref: str) -> ResponseReturnValue:
    """Say how much the public may see."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    form = ConsentForm.checked()
    with writing():
        services.set_consent(agreement, Consent(form.consent.data), by=actor())
    flash(_("Saved. What both sides allow is what the public sees."), "success")
    return redirect(url_for(".show", ref=ref, _anchor="public"), code=303)
