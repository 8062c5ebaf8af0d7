"""The rounds of a quote: whose word is awaited, what each round changed, what the next form begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from marketplace.catalogue.models import Variant
from marketplace.contracts.models import Quote, QuoteLine, QuoteRound, Request, RequestLine
from marketplace.contracts.queries.quotes import last_round, packs_of
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import FreightTerms, QuoteState, RequestState
from marketplace.core import clock
from marketplace.core.i18n import gettext as _
from marketplace.web.filters import day, vnd

USUAL_DAYS = 14
USUAL_PAYMENT = 15


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose turn it is in words, whether it is the reader's, until when, and what comes next."""

    words: str
    mine: bool
    until: date | None
    next_words: str = ""


def standing_of(quote: Quote, side: Side) -> Standing:
    """Where a quote stands, as one side reads it."""
    if quote.state is not QuoteState.OPEN:
        return Standing(_ended(quote, side), False, None)
    if quote.request.state in (RequestState.AWARDED, RequestState.WITHDRAWN):
        return Standing(_("The request is over."), False, None)
    mine = quote.turn is side
    return Standing(_turn(quote, side), mine, quote.valid_until, _next(quote))


def _turn(quote: Quote, side: Side) -> str:
    if quote.turn is side:
        if side is Side.SELLER:
            return _("The buyer proposes other terms. Agree, answer with your own, or withdraw.")
        return _("The producer has quoted. Accept it in the comparison, propose other terms, or decline.")
    if side is Side.SELLER:
        return _("The buyer looks at your quote. You may still better it.")
    return _("The producer looks at your proposal.")


def _next(quote: Quote) -> str:
    if quote.turn is Side.SELLER:
        return _("Once the producer agrees, the buyer can award it.")
    return _("Once accepted, it becomes an order or a contract.")


def _ended(quote: Quote, side: Side) -> str:
    mine = side is Side.SELLER
    sentences: Mapping[QuoteState, str] = {
        QuoteState.ACCEPTED: _("The quote is accepted. Go on with an order or a contract."),
        QuoteState.DECLINED: _("The buyer has chosen otherwise.") if mine else _("You have declined this quote."),
        QuoteState.WITHDRAWN: _("You have taken this quote back.") if mine else _("The producer has taken it back."),
        QuoteState.EXPIRED: _("Its last day has passed. Send it again with a new day to go on.")
        if mine
        else _("Its last day has passed. The producer can send it again with a new day."),
    }
    return sentences[quote.state]


def may_propose(quote: Quote, side: Side) -> bool:
    """Whether a side may send a round now: a producer also to better or to renew hers, a buyer in her turn."""
    if quote.request.state not in (RequestState.OPEN, RequestState.CLOSED):
        return False
    if side is Side.BUYER:
        return quote.state is QuoteState.OPEN and quote.turn is Side.BUYER
    if quote.state is QuoteState.WITHDRAWN:
        return quote.request.state is RequestState.OPEN
    return quote.state in (QuoteState.OPEN, QuoteState.EXPIRED)


# --- how it came to be ---


@dataclass(frozen=True, slots=True)
class Told:
    """One line of one round beside the line of the round before."""

    line: RequestLine
    now: QuoteLine | None
    before: QuoteLine | None

    @property
    def percent(self) -> float | None:
        """By how much the price has changed, in per cent."""
        if self.now is None or self.before is None or not self.before.price_vnd:
            return None
        return round((self.now.price_vnd - self.before.price_vnd) * 100 / self.before.price_vnd, 1)

    @property
    def changed(self) -> bool:
        """The line was offered otherwise in the round before; nothing is a change in the first round."""
        said = [(one.price_vnd, one.quantity) for one in (self.now, self.before) if one is not None]
        return len(set(said)) > 1 or len(said) == 1


@dataclass(frozen=True, slots=True)
class Step:
    """One round with what it says of each line, what changed otherwise, and its sum."""

    round: QuoteRound
    lines: list[Told]
    total_vnd: int
    before_vnd: int | None
    changes: list[tuple[str, str, str]]


def history(quote: Quote) -> list[Step]:
    """Every round, the last one first, each beside the one before."""
    steps = []
    before: QuoteRound | None = None
    for one in quote.rounds:
        steps.append(_step(quote, one, before))
        before = one
    return steps[::-1]


def _step(quote: Quote, now: QuoteRound, before: QuoteRound | None) -> Step:
    said = {one.request_line_id: one for one in now.lines}
    was = {one.request_line_id: one for one in (before or now).lines}
    lines = [Told(line, said.get(line.id), was.get(line.id)) for line in quote.request.lines]
    return Step(now, lines, now.total_vnd, before.total_vnd if before else None, _changes(now, before))


def _changes(now: QuoteRound, before: QuoteRound | None) -> list[tuple[str, str, str]]:
    """Label, old and new of every term that is not a price."""
    if before is None:
        return []
    pairs = zip(_terms(before), _terms(now), strict=True)
    return [(label, old, new) for (label, old), (_label, new) in pairs if old != new]


def _terms(said: QuoteRound) -> list[tuple[str, str]]:
    return [
        (_("Delivery"), str(said.freight_terms.label)),
        (_("Freight"), vnd(said.freight_vnd) if said.freight_terms is FreightTerms.EXTRA else "–"),
        (_("Loss on the way"), f"{said.loss_percent} %"),
        (_("Payment after delivery"), _("%(days)s days", days=said.payment_days)),
        (_("First delivery after the order"), _("%(days)s days", days=said.lead_days)),
        (_("Valid until"), day(said.valid_until)),
    ]


# --- what a form begins with ---


def packs_by_line(quote: Quote) -> dict[int, Variant]:
    """Which of the producer's packs stands behind each line, as said last."""
    return {one.request_line_id: one.variant for one in last_round(quote).lines if one.variant is not None}


def packs_in(quote: Quote) -> list[Variant]:
    """The packs of the last round, each once."""
    return list({one.id: one for one in packs_by_line(quote).values()}.values())


def usual(request: Request, seller_id: int) -> dict[str, Any]:
    """A first quote by the names of the form's fields: everything wanted, the producer's own packs where they fit."""
    packs = packs_of(seller_id)
    found: dict[str, Any] = {
        "freight_terms": FreightTerms.INCLUDED.value,
        "payment_days": USUAL_PAYMENT,
        "lead_days": 7,
        "loss": 0,
        "valid_until": clock.today() + timedelta(days=USUAL_DAYS),
    }
    own = _own_set(request, packs)
    for line in request.lines:
        found[f"quantity_{line.position}"] = line.quantity
        found[f"pack_{line.position}"] = own.get(line.id, "")
    return found


def _own_set(request: Request, packs: list[Variant]) -> dict[int, str]:
    """The SKU of the pack that a line names, if it is the producer's; else of her only pack of that set."""
    by_id = {one.id: one for one in packs}
    found = {}
    for line in request.lines:
        same = [one for one in packs if line.set_id is not None and one.product.set_id == line.set_id]
        if line.variant_id in by_id:
            found[line.id] = by_id[line.variant_id].sku
        elif len(same) == 1:
            found[line.id] = same[0].sku
    return found
