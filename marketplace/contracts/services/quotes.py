"""Answering a request: a first quote, then round by round by either side until it is accepted, declined or over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Variant
from marketplace.contracts.models import Quote, QuoteLine, QuoteRound, Request
from marketplace.contracts.queries import quotes as reading
from marketplace.contracts.queries import requests as found
from marketplace.contracts.services.asking import tell_buyer, tell_side
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import FreightTerms, QuoteAction, QuoteState, RequestState
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused

MOST_DAYS = 365
NEGOTIATED = (RequestState.OPEN, RequestState.CLOSED)


@dataclass(frozen=True, slots=True)
class Price:
    """What one line costs a unit in đồng with VAT, how much of it can be had, and as which pack."""

    price_vnd: int
    quantity: int
    variant: Variant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One round: prices by the id of the line; freight in đồng for everything; loss on the way in per cent."""

    prices: Mapping[int, Price]
    freight_terms: FreightTerms
    freight_vnd: int
    loss_percent: int
    payment_days: int
    lead_days: int
    valid_until: date
    note: str = ""


def give(request: Request, seller: Organisation, proposal: Proposal, *, by: Actor) -> Quote:
    """A producer's first quote; sent twice by two colleagues it is one, the second is told so."""
    lock(request)
    if request.state is not RequestState.OPEN or request.answer_by < clock.today():
        raise Refused(_("This request is no longer open for quotes."))
    if reading.quote_of(request.id, seller.id) is not None:
        raise Refused(_("Your organisation has answered this request already. Open that quote to change it."))
    quote = Quote(
        ref=next_ref("quote"), request=request, seller_id=seller.id, turn=Side.BUYER,
        valid_until=proposal.valid_until,
    )  # fmt: skip
    db.session.add(quote)
    db.session.flush()
    invitation = found.invitation_of(request.id, seller.id)
    if invitation is not None:
        invitation.declined_at = None
    _round(quote, proposal, Side.SELLER, by)
    tell_buyer(request, "quote_received", quote=quote.ref, seller=seller.name, url=f"/quotes/{quote.ref}")
    return quote


def propose(quote: Quote, proposal: Proposal, side: Side, *, seen: int, by: Actor) -> None:
    """One more round by either side, on the round that its page showed (`seen`); the other side is told.

    A producer may always better her word, also one that has run out; a buyer answers what the producer said last.
    """
    _hold(quote)
    _refuse_stale(quote, seen)
    _refuse_turn(quote, side)
    if _says_the_same(quote, proposal, side):
        raise Refused(_("Nothing is different from the last round."))
    move(quote, QuoteAction.COUNTER, by=by, round=quote.last_round + 1, side=side.value)
    _round(quote, proposal, side, by)
    tell_side(quote, side.other, f"quote_round_{side.other.value}", round=quote.last_round)


def _hold(quote: Quote) -> None:
    """Lock the request, then the quote, and let nothing happen once the request is over."""
    lock(quote.request)
    lock(quote)
    if quote.request.state not in NEGOTIATED:
        raise Refused(_("This request is over: the state is now “%(state)s”.", state=quote.request.state.label))


def _refuse_stale(quote: Quote, seen: int) -> None:
    if seen != quote.last_round:
        raise Refused(
            _("Round %(number)s has come in meanwhile. Please read it first; what you typed is still here.",
              number=quote.last_round)
        )  # fmt: skip


def _refuse_turn(quote: Quote, side: Side) -> None:
    if side is Side.BUYER and quote.turn is not Side.BUYER:
        raise Refused(_("You have made a proposal already. Please wait for the producer's answer."))
    if side is Side.BUYER and quote.state is not QuoteState.OPEN:
        raise Refused(_("This quote is no longer open: the state is now “%(state)s”.", state=quote.state.label))
    if quote.state is QuoteState.WITHDRAWN and quote.request.state is not RequestState.OPEN:
        raise Refused(_("This request is no longer open for quotes."))


def _round(quote: Quote, proposal: Proposal, side: Side, by: Actor) -> QuoteRound:
    _refuse_proposal(proposal)
    lines = [_line(line_id, price, quote) for line_id, price in sorted(proposal.prices.items())]
    free = proposal.freight_terms is not FreightTerms.EXTRA
    said = QuoteRound(
        quote=quote,
        number=quote.last_round + 1,
        side=side,
        person_id=by.person_id,
        freight_terms=proposal.freight_terms,
        freight_vnd=0 if free else proposal.freight_vnd,
        loss_percent=proposal.loss_percent,
        payment_days=proposal.payment_days,
        lead_days=proposal.lead_days,
        valid_until=proposal.valid_until,
        note=proposal.note,
        at=clock.now(),
    )
    said.lines = lines
    db.session.add(said)
    quote.last_round, quote.turn, quote.valid_until = said.number, side.other, proposal.valid_until
    quote.decided_at = None
    db.session.flush()
    return said


def _line(line_id: int, price: Price, quote: Quote) -> QuoteLine:
    if price.variant is not None and price.variant.seller_id != quote.seller_id:
        raise Refused(_("Please choose one of the producer's own goods."))
    return QuoteLine(
        request_line_id=line_id,
        variant_id=price.variant.id if price.variant is not None else None,
        price_vnd=price.price_vnd,
        quantity=price.quantity,
    )


def _refuse_proposal(proposal: Proposal) -> None:
    today = clock.today()
    if not any(one.quantity for one in proposal.prices.values()):
        raise Refused(_("Give a price and a quantity for at least one line."))
    if proposal.valid_until < today:
        raise Refused(_("A quote has to be valid for today at least."), field="valid_until")
    if proposal.valid_until > today + timedelta(days=MOST_DAYS):
        raise Refused(_("A quote can be valid for a year at most."), field="valid_until")


def _says_the_same(quote: Quote, proposal: Proposal, side: Side) -> bool:
    """Prolonging one's own word is something new; saying again what the other said is not a counter."""
    last = reading.last_round(quote)
    return (
        (last.side is not side or last.valid_until == proposal.valid_until)
        and quote.state is QuoteState.OPEN
        and _figures(last) == _wished(proposal)
    )


def _figures(last: QuoteRound) -> object:
    prices = {one.request_line_id: (one.price_vnd, one.quantity, one.variant_id) for one in last.lines}
    return prices, last.freight_terms, last.freight_vnd, last.loss_percent, last.payment_days, last.lead_days


def _wished(said: Proposal) -> object:
    prices = {
        line_id: (one.price_vnd, one.quantity, one.variant.id if one.variant is not None else None)
        for line_id, one in said.prices.items()
    }
    freight = said.freight_vnd if said.freight_terms is FreightTerms.EXTRA else 0
    return prices, said.freight_terms, freight, said.loss_percent, said.payment_days, said.lead_days


def agree(quote: Quote, *, seen: int, by: Actor) -> None:
    """The producer takes the buyer's proposal as it stands: it becomes her own word, which the buyer can award."""
    _hold(quote)
    _refuse_stale(quote, seen)
    last = reading.last_round(quote)
    if last.side is not Side.BUYER or quote.state is not QuoteState.OPEN:
        raise Refused(_("There is no proposal of the buyer to agree to."))
    if quote.valid_until < clock.today():
        raise Refused(_("The buyer's proposal has run out. Please send a quote with a new last day."))
    prices = {one.request_line_id: Price(one.price_vnd, one.quantity, one.variant) for one in last.lines}
    same = Proposal(
        prices=prices, freight_terms=last.freight_terms, freight_vnd=last.freight_vnd, loss_percent=last.loss_percent,
        payment_days=last.payment_days, lead_days=last.lead_days, valid_until=last.valid_until,
    )  # fmt: skip
    move(quote, QuoteAction.COUNTER, by=by, round=quote.last_round + 1, side=Side.SELLER.value)
    _round(quote, same, Side.SELLER, by)
    tell_side(quote, Side.BUYER, "quote_agreed_buyer", round=quote.last_round)


def withdraw(quote: Quote, *, by: Actor) -> None:
    """The producer takes her quote back; the buyer is told."""
    _hold(quote)
    move(quote, QuoteAction.WITHDRAW, by=by)
    quote.decided_at = clock.now()
    tell_side(quote, Side.BUYER, "quote_withdrawn_buyer")


def refuse(quote: Quote, *, by: Actor) -> None:
    """The buyer declines one quote; its producer is told."""
    _hold(quote)
    move(quote, QuoteAction.DECLINE, by=by)
    quote.decided_at = clock.now()
    tell_side(quote, Side.SELLER, "quote_declined_seller")


def expire(quote: Quote) -> bool:
    """What was proposed last is no longer valid: the quote rests until its producer renews it; both are told."""
    lock(quote.request)
    lock(quote)
    if quote.state is not QuoteState.OPEN or quote.valid_until >= clock.today():
        return False
    move(quote, QuoteAction.EXPIRE, by=SYSTEM)
    for side in Side:
        tell_side(quote, side, f"quote_expired_{side.value}")
    return True
