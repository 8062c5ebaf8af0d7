"""Quotes: a producer's answer to a request, its rounds by either side, and what becomes of an accepted one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.policies import own_organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.sourcing import AgreementKindForm, QuoteForm, SeenForm, known_round
from marketplace.contracts.models import Quote, Request
from marketplace.contracts.policies.sourcing import quote_for, request_for, side_in
from marketplace.contracts.queries import quotes, rounds
from marketplace.contracts.services import awards
from marketplace.contracts.services import quotes as services
from marketplace.contracts.states.agreements import AgreementKind, Side
from marketplace.contracts.states.sourcing import QuoteAction, QuoteState
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can
from marketplace.core.permissions import Permission, allows, require
from marketplace.core.refusals import Forbidden
from marketplace.messages import queries as talks
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private, query_text


@bp.get("/quotes")
@needs_sign_in
def quotes_index() -> ResponseReturnValue:
    """What my producer has quoted: those that wait for her word first."""
    require(actor(), Permission.REQUESTS_WRITE)
    state = next((one for one in QuoteState if one.value == query_text("state", most=20)), None)
    page = page_of(quotes.given_by(int(actor().organisation_id or 0), state))
    last = {one.id: quotes.last_round(one) for one in page.items}
    shown = render_template(
        "contracts/sourcing/quotes.html", page=page, last=last, state=state, states=list(QuoteState), Side=Side
    )
    return private(make_response(shown))


# --- a first quote ---


def _offering(found: Request, own: Organisation) -> Callable[[QuoteForm], None]:
    """The form knows the lines of the request and the packs of the producer who answers."""
    packs = quotes.packs_of(own.id)
    return lambda form: form.about(found.lines, packs)


@bp.get("/requests/<ref>/quote")
@needs_sign_in
def quote_form(ref: str) -> ResponseReturnValue:
    """The form to answer a request; who has answered goes on with her quote."""
    found, own = request_for(actor(), ref, Permission.QUOTE_GIVE), own_organisation(actor())
    given = quotes.quote_of(found.id, own.id)
    if given is not None:
        return redirect(url_for(".show_quote", ref=given.ref))
    form = QuoteForm.shown(**rounds.usual(found, own.id))
    _offering(found, own)(form)
    page = {"request_": found, "form": form, "side": Side.SELLER, "quote": None}
    return private(make_response(render_template("contracts/sourcing/quote_form.html", **page)))


@bp.post("/requests/<ref>/quotes")
@needs_sign_in
@answers(quote_form)
def give_quote(ref: str) -> ResponseReturnValue:
    """Send the first quote."""
    found, own = request_for(actor(), ref, Permission.QUOTE_GIVE), own_organisation(actor())
    form = QuoteForm.checked(_offering(found, own))
    proposal = form.proposal({one.sku: one for one in quotes.packs_of(own.id)})
    with writing():
        quote_ref = services.give(found, own, proposal, by=actor()).ref
    flash(_("Your quote is sent. You are told when the buyer answers."), "success")
    return redirect(url_for(".show_quote", ref=quote_ref), code=303)


# --- its rounds ---


def _form_of(quote: Quote, side: Side) -> QuoteForm:
    """The form of the next round, filled with what was said last."""
    last = quotes.last_round(quote)
    form = QuoteForm.shown(**known_round(last, _skus(quote)))
    if form.seen.data is None:
        form.seen.data = quote.last_round
    _about(quote, side)(form)
    return form


def _about(quote: Quote, side: Side) -> Callable[[QuoteForm], None]:
    """A buyer names no packs: those of the last round stay."""
    packs = quotes.packs_of(quote.seller_id) if side is Side.SELLER else rounds.packs_in(quote)
    return lambda form: form.about(quote.request.lines, packs)


def _skus(quote: Quote) -> dict[int, str]:
    return {line_id: pack.sku for line_id, pack in rounds.packs_by_line(quote).items()}


@bp.get("/quotes/<ref>")
@needs_sign_in
def show_quote(ref: str) -> ResponseReturnValue:
    """One quote: whose turn it is, what stands, how it came to be, and the next round."""
    quote = quote_for(actor(), ref)
    side = side_in(actor(), quote)
    assert side is not None
    page = {"quote": quote, "request_": quote.request, "side": side, "Side": Side, **_page(quote, side)}
    return private(make_response(render_template("contracts/sourcing/quote.html", **page)))


def _page(quote: Quote, side: Side) -> dict[str, Any]:
    may_answer = allows(actor(), Permission.QUOTE_ANSWER, quote)
    return {
        "last": quotes.last_round(quote),
        "history": rounds.history(quote),
        "standing": rounds.standing_of(quote, side),
        "may_answer": may_answer,
        "may_propose": may_answer and rounds.may_propose(quote, side),
        "form": _form_of(quote, side),
        "kind_form": AgreementKindForm.shown(kind=AgreementKind.SALE.value),
        "carried": quotes.carried_over(quote) if quote.state is QuoteState.ACCEPTED else [],
        "became": next((one.became for one in quotes.awards_of(quote) if one.became), ""),
        "can": {action.value: can(quote, action) for action in QuoteAction},
        "thread": talks.threads_about(actor(), "quote", [quote.ref]).get(quote.ref),
    }


def _answered(ref: str) -> tuple[Quote, Side]:
    """The quote and the side for which somebody acts on it."""
    quote = quote_for(actor(), ref, Permission.QUOTE_ANSWER)
    side = side_in(actor(), quote)
    assert side is not None
    return quote, side


def _of_side(ref: str, wanted: Side) -> Quote:
    quote, side = _answered(ref)
    if side is not wanted:
        raise Forbidden
    return quote


def _done(ref: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".show_quote", ref=ref), code=303)


@bp.post("/quotes/<ref>/rounds")
@needs_sign_in
@answers(show_quote)
def propose(ref: str) -> ResponseReturnValue:
    """One more round."""
    quote, side = _answered(ref)
    form = QuoteForm.checked(_about(quote, side))
    packs = rounds.packs_in(quote) if side is Side.BUYER else quotes.packs_of(quote.seller_id)
    proposal, seen = form.proposal({one.sku: one for one in packs}), form.seen.data or 0
    with writing():
        services.propose(quote, proposal, side, seen=seen, by=actor())
    return _done(ref, _("Your proposal is sent. It is the other side's turn."))


@bp.post("/quotes/<ref>/consent")
@needs_sign_in
@answers(show_quote)
def agree_quote(ref: str) -> ResponseReturnValue:
    """The producer takes the buyer's proposal."""
    quote, form = _of_side(ref, Side.SELLER), SeenForm.checked()
    with writing():
        services.agree(quote, seen=form.seen.data, by=actor())
    return _done(ref, _("You have agreed to the buyer's proposal. The buyer can award it now."))


@bp.post("/quotes/<ref>/withdrawal")
@needs_sign_in
@answers(show_quote)
def withdraw_quote(ref: str) -> ResponseReturnValue:
    """The producer takes her quote back."""
    quote = _of_side(ref, Side.SELLER)
    with writing():
        services.withdraw(quote, by=actor())
    return _done(ref, _("Your quote is taken back."))


@bp.post("/quotes/<ref>/refusal")
@needs_sign_in
@answers(show_quote)
def refuse_quote(ref: str) -> ResponseReturnValue:
    """The buyer declines it."""
    quote = _of_side(ref, Side.BUYER)
    with writing():
        services.refuse(quote, by=actor())
    return _done(ref, _("The quote is declined; the producer is told."))


# --- what it becomes ---


@bp.post("/quotes/<ref>/order")
@needs_sign_in
@answers(show_quote)
def order_quote(ref: str) -> ResponseReturnValue:
    """The buyer orders what was awarded, once."""
    quote = _of_side(ref, Side.BUYER)
    with writing():
        order_ref = awards.order(quote, by=actor()).ref
    flash(_("Order %(ref)s is placed on the terms of the quote.", ref=order_ref), "success")
    return redirect(url_for("orders.show", ref=order_ref), code=303)


@bp.post("/quotes/<ref>/agreement")
@needs_sign_in
@answers(show_quote)
def contract_quote(ref: str) -> ResponseReturnValue:
    """Either side drafts a contract from what was awarded."""
    quote, side = _answered(ref)
    kind = AgreementKind(AgreementKindForm.checked().kind.data)
    with writing():
        made = awards.agreement(quote, kind, side, by=actor()).ref
    flash(_("The draft of a contract is made; its lines are those of the quote."), "success")
    return redirect(url_for(".show", ref=made), code=303)
