"""Awarding lines to quotes, ending a request, and what an accepted quote becomes: an order or a draft contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.contracts.models import Agreement, Award, Quote, QuoteLine, Request
from marketplace.contracts.queries import quotes as reading
from marketplace.contracts.services import guards
from marketplace.contracts.services.asking import tell_side
from marketplace.contracts.services.carrying import brought
from marketplace.contracts.services.requests import end_quotes
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.states.agreements import AgreementKind, Side
from marketplace.contracts.states.sourcing import QuoteAction, QuoteState, RequestAction, RequestState
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refusals import Refused


@dataclass(frozen=True, slots=True)
class Choice:
    """A line goes to a quote, at the round that the buyer's page showed."""

    quote_ref: str
    seen: int


def award(request: Request, choices: Mapping[int, Choice], *, by: Actor) -> list[Quote]:
    """Lines (by id) go to quotes; each quote is accepted once, whole or in part, and its producer told.

    Refused where a line has been awarded already, a round is no longer the last, or a quote is not valid any more.
    When every line has gone, the request is awarded and the other quotes are declined.
    """
    lock(request)
    if request.state not in (RequestState.OPEN, RequestState.CLOSED):
        raise Refused(_("This request is over: the state is now “%(state)s”.", state=request.state.label))
    if not choices:
        raise Refused(_("Please choose a producer for at least one line."))
    chosen = _chosen(request, choices)
    given = reading.awards_in(request)
    for line_id, choice in sorted(choices.items()):
        _refuse_line(request, line_id, given)
        _give(chosen[choice.quote_ref], line_id, choice)
    for quote in chosen.values():
        _accept(quote, [line for line, choice in choices.items() if choice.quote_ref == quote.ref], by)
    if len(given) + len(choices) == len(request.lines):
        _end(request, by)
    return list(chosen.values())


def _chosen(request: Request, choices: Mapping[int, Choice]) -> dict[str, Quote]:
    """The chosen quotes under lock, in the order of their making."""
    refs = {one.quote_ref for one in choices.values()}
    found = [one for one in request.quotes if one.ref in refs]
    if len(found) < len(refs):
        raise Refused(_("Please choose one of the quotes to this request."))
    lock(*found)
    return {one.ref: one for one in found}


def _refuse_line(request: Request, line_id: int, given: Mapping[int, Award]) -> None:
    line = next((one for one in request.lines if one.id == line_id), None)
    if line is None:
        raise Refused(_("This line is not of this request."))
    if line_id in given:
        raise Refused(
            _("“%(line)s” has been awarded already, to %(seller)s.",
              line=line.description, seller=given[line_id].quote.seller.name)
        )  # fmt: skip


def _give(quote: Quote, line_id: int, choice: Choice) -> None:
    _refuse_quote(quote, choice)
    offered = _line_of(quote, line_id)
    if offered is None or not offered.quantity:
        raise Refused(_("%(seller)s does not offer this line.", seller=quote.seller.name))
    db.session.add(Award(request_line_id=line_id, quote_id=quote.id, round_number=quote.last_round))


def _refuse_quote(quote: Quote, choice: Choice) -> None:
    name = quote.seller.name
    guards.two_that_may_trade(quote.seller, quote.request.buyer)
    if quote.state is not QuoteState.OPEN:
        raise Refused(
            _("The quote of %(seller)s cannot be accepted: it is now “%(state)s”.",
              seller=name, state=quote.state.label)
        )  # fmt: skip
    if quote.last_round != choice.seen:
        raise Refused(_("%(seller)s has sent a new round meanwhile. Please look at it before you choose.", seller=name))
    if quote.turn is not Side.BUYER:
        raise Refused(_("%(seller)s has not answered your proposal yet.", seller=name))
    if quote.valid_until < clock.today():
        raise Refused(_("The quote of %(seller)s is no longer valid. Please ask for a new one.", seller=name))


def _line_of(quote: Quote, line_id: int) -> QuoteLine | None:
    last = reading.last_round(quote)
    return next((one for one in last.lines if one.request_line_id == line_id), None)


def _accept(quote: Quote, lines: list[int], by: Actor) -> None:
    move(quote, QuoteAction.ACCEPT, by=by, round=quote.last_round, lines=len(lines))
    quote.decided_at = clock.now()
    db.session.flush()
    amount = sum(one.amount_vnd for one in brought(quote))
    tell_side(quote, Side.SELLER, "quote_accepted_seller", lines=len(lines), amount_vnd=amount)


def _end(request: Request, by: Actor) -> None:
    move(request, RequestAction.AWARD, by=by)
    for quote in end_quotes(request, by=by):
        tell_side(quote, Side.SELLER, "quote_declined_seller")


def finish(request: Request, *, by: Actor) -> None:
    """Some lines have gone, the others are not wanted any more: the request is over, open quotes are declined."""
    lock(request)
    if not reading.awards_in(request):
        raise Refused(_("No line has been awarded yet. Take the request back instead."))
    _end(request, by)


# --- what an accepted quote becomes ---


def order(quote: Quote, *, by: Actor) -> Any:
    """An accepted quote becomes one order on its terms, once; the order."""
    from marketplace.contracts.services.once import order_from_quote

    _hold_accepted(quote)
    guards.two_that_may_trade(quote.seller, quote.request.buyer)
    made = order_from_quote(quote, by)
    return _became(quote, made, by)


def agreement(quote: Quote, kind: AgreementKind, side: Side, *, by: Actor) -> Agreement:
    """An accepted quote becomes the draft of a contract, its lines carried over; the side that drafts it sends it."""
    from marketplace.contracts.services import agreements

    _hold_accepted(quote)
    made = agreements.create(NewPaper(kind, quote.seller, quote.request.buyer, side, quote=quote), by=by)
    _became(quote, made, by)
    return made


def _hold_accepted(quote: Quote) -> list[Award]:
    """The awards of an accepted quote, of which nothing has become yet."""
    lock(quote.request)
    lock(quote)
    awards = reading.awards_of(quote)
    if quote.state is not QuoteState.ACCEPTED or not awards:
        raise Refused(_("Only an accepted quote becomes an order or a contract."))
    became = next((one.became for one in awards if one.became), "")
    if became:
        raise Refused(_("This quote has become %(what)s already.", what=became))
    return awards


def _became(quote: Quote, made: Any, by: Actor) -> Any:
    for one in reading.awards_of(quote):
        one.became = made.ref
    audit.record(audit.subject_of(quote), "became", by=by, what=made.ref)
    return made
