"""Quotes to one request side by side, on what the goods cost once they have arrived and are good.

Landed cost = (price × quantity + freight) ÷ the part that arrives good. Freight is shared by the lines of a quote in
proportion to their value; what is lost on the way makes the rest dearer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from marketplace.contracts.models import Award, Quote, QuoteLine, QuoteRound, Request, RequestLine
from marketplace.contracts.queries.quotes import last_of_seller
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import FreightTerms, QuoteState
from marketplace.core import clock, money

COMPARED = (QuoteState.OPEN, QuoteState.ACCEPTED)


@dataclass(slots=True)
class Cell:
    """One line in one quote: what it costs in all until it is there and good, and per unit."""

    line: RequestLine
    offered: QuoteLine
    goods_vnd: int
    freight_vnd: int
    loss_vnd: int
    unit_vnd: int
    is_whole: bool
    is_best: bool = False
    is_lowest: bool = False

    @property
    def total_vnd(self) -> int:
        """Goods, freight and what is lost."""
        return self.goods_vnd + self.freight_vnd + self.loss_vnd


@dataclass(slots=True)
class Column:
    """One quote: its last round by the producer, a cell for each line that it offers, and sums."""

    quote: Quote
    round: QuoteRound
    cells: dict[int, Cell]
    freight_vnd: int
    is_own_freight_known: bool
    is_valid: bool
    is_complete: bool = False
    is_best: bool = False

    @property
    def goods_vnd(self) -> int:
        """Everything that it offers, without freight."""
        return sum(one.goods_vnd for one in self.cells.values())

    @property
    def loss_vnd(self) -> int:
        """What the loss on the way costs."""
        return sum(one.loss_vnd for one in self.cells.values())

    @property
    def total_vnd(self) -> int:
        """Everything that it offers, once it is there and good."""
        return self.goods_vnd + self.freight_vnd + self.loss_vnd

    @property
    def is_collected(self) -> bool:
        """The buyer fetches the goods: what that costs only she knows."""
        return self.round.freight_terms is FreightTerms.COLLECTED

    @property
    def may_be_chosen(self) -> bool:
        """The producer's last word stands and is valid: it can be awarded."""
        return self.quote.state is QuoteState.OPEN and self.quote.turn is Side.BUYER and self.is_valid

    @property
    def is_cost_known(self) -> bool:
        """Nothing is missing in what it costs: of goods that the buyer fetches, only she can say."""
        return not self.is_collected or self.is_own_freight_known

    @property
    def can_be_ranked(self) -> bool:
        """All that it costs is known, and it can still be had."""
        return self.may_be_chosen and self.is_cost_known


@dataclass(slots=True)
class Comparison:
    """All quotes to a request, with the best marked: by line, and for everything together."""

    lines: Sequence[RequestLine]
    columns: list[Column]
    awards: Mapping[int, Award] = field(default_factory=dict)
    split_vnd: int | None = None

    @property
    def open_lines(self) -> list[RequestLine]:
        """Lines that nobody has got yet."""
        return [one for one in self.lines if one.id not in self.awards]

    @property
    def ranked(self) -> list[Column]:
        """Those that bring everything first, whose whole cost is known, then by what it comes to."""
        return sorted(self.columns, key=lambda one: (not one.is_complete, not one.is_cost_known, one.total_vnd))

    def ranked_for(self, line: RequestLine) -> list[tuple[Column, Cell]]:
        """Who offers a line: those whose whole cost is known first, the cheapest unit on top."""
        offering = [(one, one.cells[line.id]) for one in self.columns if line.id in one.cells]
        return sorted(offering, key=lambda pair: (not pair[0].is_cost_known, pair[1].unit_vnd))

    @property
    def best(self) -> Column | None:
        """The quote that costs least for everything."""
        return next((one for one in self.columns if one.is_best), None)


def comparison(
    request: Request, quotes: Sequence[Quote], awards: Mapping[int, Award], own_freight: Mapping[str, int]
) -> Comparison:
    """Quotes side by side; `own_freight` (đồng, by the quote's ref) is what the buyer reckons for fetching herself."""
    shown = [one for one in quotes if one.state in COMPARED]
    columns = [column for one in shown if (column := _column(one, request.lines, own_freight)) is not None]
    found = Comparison(request.lines, columns, awards)
    _mark_lines(found)
    _mark_totals(found)
    return found


def _column(quote: Quote, lines: Sequence[RequestLine], own_freight: Mapping[str, int]) -> Column | None:
    last = last_of_seller(quote)
    if last is None:
        return None
    offered = [one for one in last.lines if one.quantity]
    collected = last.freight_terms is FreightTerms.COLLECTED
    freight = own_freight.get(quote.ref, 0) if collected else last.freight_vnd
    shares = money.split(freight, [one.price_vnd * one.quantity for one in offered])
    by_id = {one.id: one for one in lines}
    cells = {
        one.request_line_id: _cell(by_id[one.request_line_id], one, share, last.loss_percent)
        for one, share in zip(offered, shares, strict=True)
    }
    is_valid = last.valid_until >= clock.today()
    found = Column(quote, last, cells, freight, collected and quote.ref in own_freight, is_valid)
    found.is_complete = all(one.id in cells and cells[one.id].is_whole for one in lines)
    return found


def _cell(line: RequestLine, offered: QuoteLine, freight_vnd: int, loss_percent: int) -> Cell:
    goods = offered.price_vnd * offered.quantity
    paid, good = Decimal(goods + freight_vnd), Decimal(100 - loss_percent)
    whole = paid * 100 / good
    return Cell(
        line=line,
        offered=offered,
        goods_vnd=goods,
        freight_vnd=freight_vnd,
        loss_vnd=money.rounded(whole) - goods - freight_vnd,
        unit_vnd=money.rounded(whole / offered.quantity),
        is_whole=offered.quantity >= line.quantity,
    )


def _mark_lines(found: Comparison) -> None:
    """Best is the cheapest that can deliver all; a cheaper one that cannot is called the lowest price, no more."""
    split = 0
    can_be_split = True
    for line in found.open_lines:
        ranked = [one.cells[line.id] for one in found.columns if one.can_be_ranked and line.id in one.cells]
        whole = [one for one in ranked if one.is_whole]
        least, best = _least(ranked), _least(whole)
        total = min((cell.total_vnd for cell in whole), default=0)
        for cell in ranked:
            cell.is_best = cell.is_whole and len(ranked) > 1 and cell.unit_vnd == best
            cell.is_lowest = not cell.is_whole and cell.unit_vnd == least and (best is None or cell.unit_vnd < best)
        can_be_split = can_be_split and best is not None
        split += total
    found.split_vnd = split if can_be_split and len(found.open_lines) > 1 else None


def _least(cells: Sequence[Cell]) -> int | None:
    return min((one.unit_vnd for one in cells), default=None)


def _mark_totals(found: Comparison) -> None:
    """Totals are compared only among quotes that bring everything, while nothing has been awarded."""
    rivals = [one for one in found.columns if one.can_be_ranked and one.is_complete]
    if found.awards or len(rivals) < 2:
        return
    least = min(one.total_vnd for one in rivals)
    for one in rivals:
        one.is_best = one.total_vnd == least
