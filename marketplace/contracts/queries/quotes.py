"""Quotes with their rounds as the two sides read them, and what an accepted one carries over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, case, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.states import ProductState
from marketplace.contracts.models import Award, Quote, QuoteLine, QuoteRound, Request, RequestLine
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import QuoteState
from marketplace.core.database import db
from marketplace.core.money import rounded, split
from marketplace.core.text import fold

# grams in one unit, for lines that are asked for by weight
GRAMS = {"g": 1, "gam": 1, "gram": 1, "kg": 1_000, "kí": 1_000, "ký": 1_000, "kilogam": 1_000,
         "yến": 10_000, "tạ": 100_000, "tấn": 1_000_000}  # fmt: skip

_ROUNDS = selectinload(Quote.rounds).options(
    selectinload(QuoteRound.lines).options(
        joinedload(QuoteLine.request_line).joinedload(RequestLine.product),
        joinedload(QuoteLine.variant).joinedload(Variant.product),
    )
)
_WHOLE = (
    joinedload(Quote.seller).joinedload(Organisation.province),
    joinedload(Quote.request).options(
        joinedload(Request.buyer).joinedload(Organisation.province),
        joinedload(Request.province),
        selectinload(Request.lines).options(joinedload(RequestLine.variant), joinedload(RequestLine.product)),
    ),
    _ROUNDS,
)


def quote_by_ref(ref: str) -> Quote | None:
    """The quote with this ref, with its request and all its rounds."""
    return db.session.scalar(select(Quote).where(Quote.ref == ref[:32]).options(*_WHOLE))


def quote_of(request_id: int, seller_id: int) -> Quote | None:
    """A producer's quote to a request."""
    return db.session.scalar(select(Quote).where(Quote.request_id == request_id, Quote.seller_id == seller_id))


def own_quotes(seller_id: int, request_ids: Sequence[int]) -> dict[int, Quote]:
    """A producer's quotes to some requests, by the request's id; one query."""
    mine = select(Quote).where(Quote.seller_id == seller_id, Quote.request_id.in_(request_ids))
    return {one.request_id: one for one in db.session.scalars(mine)}


def quotes_to(request: Request) -> list[Quote]:
    """Every quote to a request with all its rounds, the oldest first; a fixed number of queries."""
    mine = select(Quote).where(Quote.request_id == request.id).order_by(Quote.id)
    return list(db.session.scalars(mine.options(joinedload(Quote.seller).joinedload(Organisation.province), _ROUNDS)))


def given_by(seller_id: int, state: QuoteState | None = None) -> Select[Quote]:
    """A producer's quotes: those whose turn is hers first, then the newest."""
    hers = case(((Quote.state == QuoteState.OPEN) & (Quote.turn == Side.SELLER), 0), else_=1)
    mine = select(Quote).join(Quote.request).where(Quote.seller_id == seller_id)
    if state is not None:
        mine = mine.where(Quote.state == state)
    whole = contains_eager(Quote.request).joinedload(Request.buyer), _ROUNDS
    return mine.options(*whole).order_by(hers, Quote.id.desc())


def last_round(quote: Quote) -> QuoteRound:
    """What was proposed last."""
    return next(one for one in quote.rounds if one.number == quote.last_round)


def last_of_seller(quote: Quote) -> QuoteRound | None:
    """What the producer proposed last: nobody else's word can be awarded."""
    return next((one for one in reversed(quote.rounds) if one.side is Side.SELLER), None)


def open_past(day: date) -> Select[int]:
    """The ids of quotes that are still open though what was proposed last is no longer valid."""
    return select(Quote.id).where(Quote.state == QuoteState.OPEN, Quote.valid_until < day).order_by(Quote.id)


def packs_of(seller_id: int) -> list[Variant]:
    """The packs that a producer has on sale, by the name of their product."""
    on_sale = (Variant.seller_id == seller_id) & Variant.is_active & (Product.state == ProductState.PUBLISHED)
    asked = select(Variant).join(Variant.product).where(on_sale).options(contains_eager(Variant.product))
    return sorted(db.session.scalars(asked), key=lambda one: (fold(one.product.name), one.position, one.id))


# --- awards ---


def awards_of(quote: Quote) -> list[Award]:
    """The lines that went to a quote, in the order of the request."""
    mine = select(Award).join(Award.request_line).where(Award.quote_id == quote.id).order_by(RequestLine.position)
    return list(db.session.scalars(mine.options(joinedload(Award.request_line))))


def awards_in(request: Request) -> dict[int, Award]:
    """What became of each line of a request that was awarded, by the line's id."""
    mine = select(Award).join(Award.request_line).where(RequestLine.request_id == request.id)
    found = db.session.scalars(mine.options(joinedload(Award.quote).joinedload(Quote.seller)))
    return {one.request_line_id: one for one in found}


@dataclass(frozen=True, slots=True)
class Carried:
    """An awarded line as an order or a contract counts it: in packs of the producer's goods, where it names one."""

    line: RequestLine
    quoted: QuoteLine
    variant: Variant | None
    quantity: int
    unit: str
    price_vnd: int
    quality: str

    @property
    def amount_vnd(self) -> int:
        """What all of it costs."""
        return self.quantity * self.price_vnd

    @property
    def is_counted_otherwise(self) -> bool:
        """The packs are another measure than the one that was asked for."""
        return self.quantity != self.quoted.quantity or self.price_vnd != self.quoted.price_vnd


def carried_over(quote: Quote) -> list[Carried]:
    """What an accepted quote brings into an order or a contract: the lines awarded to it, at the awarded round."""
    awards = {one.request_line_id: one for one in awards_of(quote)}
    rounds = {one.number: one for one in quote.rounds}
    found = []
    for line_id, award in awards.items():
        given = next((one for one in rounds[award.round_number].lines if one.request_line_id == line_id), None)
        if given is not None and given.quantity:
            found.append(carried(given))
    return found


def carried_freight(quote: Quote) -> int:
    """The freight (đồng) of what was awarded: all of it, or the part that falls on those lines by their value."""
    shares = {award.request_line_id: award.round_number for award in awards_of(quote)}
    said = next((one for one in quote.rounds if one.number in shares.values()), last_round(quote))
    offered = [one for one in said.lines if one.quantity]
    parts = split(said.freight_vnd, [one.price_vnd * one.quantity for one in offered])
    return sum(part for one, part in zip(offered, parts, strict=True) if one.request_line_id in shares)


def freight_in_one(quote_id: int | None) -> int:
    """The freight (đồng) that the quote of a contract reckoned for all the goods in one; 0 where it asked for none."""
    quote = db.session.get(Quote, quote_id) if quote_id else None
    return carried_freight(quote) if quote is not None else 0


def carried(given: QuoteLine) -> Carried:
    """A quoted line in packs: weights are counted by what a pack holds, rounded up; other units are packs already."""
    line, variant = given.request_line, given.variant or given.request_line.variant
    unit_grams = GRAMS.get(line.unit.strip().lower(), 0)
    if variant is None or line.variant_id == variant.id or not unit_grams or not variant.net_grams:
        words = variant.name if variant is not None else line.unit
        return Carried(line, given, variant, given.quantity, words, given.price_vnd, line.quality)
    quantity = -(-given.quantity * unit_grams // variant.net_grams)
    price = rounded(Decimal(given.price_vnd) * variant.net_grams / unit_grams)
    return Carried(line, given, variant, quantity, variant.name, price, line.quality)
