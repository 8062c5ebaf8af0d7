"""What tests of requests and quotes start from: two buyers, three producers with rice, and what they ask and answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from typing import Any

from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Variant
from marketplace.contracts.models import Quote, Request
from marketplace.contracts.services import awards, quotes, requests
from marketplace.contracts.services.awards import Choice
from marketplace.contracts.services.quotes import Price, Proposal
from marketplace.contracts.services.requests import Asked, Wanted
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import Audience, FreightTerms
from marketplace.core import clock
from marketplace.core.actors import Actor, OrganisationKind, Role
from marketplace.core.database import db, writing
from tests import factories

RICE = Wanted(description="Gạo ST25", quantity=1200, unit="kg", quality="độ ẩm tối đa 14 %", packaging="túi 5 kg")
CAKE = Wanted(description="Bánh đậu xanh", quantity=300, unit="hộp")


@dataclass
class Market:
    """Everybody by ref, so that tests may come back in another session."""

    app: Flask
    buyer: str = ""
    other_buyer: str = ""
    sellers: list[str] = field(default_factory=list)
    packs: list[str] = field(default_factory=list)

    def organisation(self, ref: str) -> Organisation:
        """An organisation as this session knows it."""
        return db.session.scalars(select(Organisation).where(Organisation.ref == ref)).one()

    def actor(self, ref: str, *roles: Role) -> Actor:
        """The manager of an organisation."""
        of = self.organisation(ref)
        return factories.actor(self.manager(ref), of, *roles)

    def manager(self, ref: str) -> Any:
        """The person who runs it."""
        from marketplace.accounts.queries import people_of

        return people_of(self.organisation(ref).id)[0]


def market(app: Flask) -> Market:
    """Two supermarkets and three cooperatives, each with a bag of rice of 5 kg; inside an app context."""
    made = Market(app)
    set_ = factories.product_set(3)
    for name in ("Siêu thị Hạ Long", "Siêu thị Bạch Đằng"):
        firm = factories.organisation(OrganisationKind.BUYER, name=name, province_slug="quang-ninh")
        factories.manager_of(firm)
        made.sellers.append(firm.ref)
    made.buyer, made.other_buyer = made.sellers
    made.sellers = []
    for place, name in enumerate(("HTX Triệu Phong", "HTX Hải Lăng", "HTX Điện Bàn")):
        seller = factories.seller(name, province_slug="quang-tri")
        factories.manager_of(seller)
        rice = factories.product(seller, f"Gạo sạch {place + 1}", set_number=set_.number, stock=1_000, star=4)
        bag = factories.variant_of(rice)
        with writing():
            bag = db.session.merge(bag)
            bag.name, bag.net_grams, bag.gross_grams, bag.price_vnd = "Túi 5 kg", 5_000, 5_100, 150_000
        made.sellers.append(seller.ref)
        made.packs.append(bag.sku)
    return made


def in_days(days: int) -> date:
    """A day from today on."""
    return clock.today() + timedelta(days=days)


def asked(*lines: Wanted, **changes: Any) -> Asked:
    """A request for rice to Quảng Ninh, answers within ten days."""
    place = factories.province("quang-ninh")
    known = {"province": place, "answer_by": in_days(10), "place": "Kho Bãi Cháy"}
    return Asked(lines=lines or (with_set(RICE),), **{**known, **changes})


def with_set(line: Wanted, number: int = 3) -> Wanted:
    """The line with its product set."""
    from dataclasses import replace

    return replace(line, set_id=factories.product_set(number).id)


def sent(
    of: Market,
    *lines: Wanted,
    to: Sequence[int] = (0, 1),
    audience: Audience = Audience.NAMED,
    is_named: bool = False,
    **changes: Any,
) -> Request:
    """A request of the first buyer that has gone out."""
    buyer, by = of.organisation(of.buyer), of.actor(of.buyer)
    wish = asked(*lines, **changes)
    with writing():
        made = requests.draft(buyer, wish, by=by)
        sellers = [of.organisation(of.sellers[one]) for one in to]
        requests.address(made, audience, sellers, is_named=is_named, by=by)
        requests.send(made, by=by)
    return made


def proposal(found: Request, *prices_vnd: int | None, **changes: Any) -> Proposal:
    """Prices for the lines in their order (None: not offered), everything that is wanted, freight in the price."""
    whole = zip(found.lines, prices_vnd, strict=False)
    quantity = changes.pop("quantity", None)
    pack: Variant | None = changes.pop("pack", None)
    prices = {line.id: Price(price, quantity or line.quantity, pack) for line, price in whole if price is not None}
    usual: Mapping[str, Any] = {
        "freight_terms": FreightTerms.INCLUDED, "freight_vnd": 0, "loss_percent": 0, "payment_days": 15,
        "lead_days": 7, "valid_until": in_days(14),
    }  # fmt: skip
    return Proposal(prices=prices, **{**usual, **changes})


def quoted(of: Market, found: Request, seller: int, *prices_vnd: int | None, **changes: Any) -> Quote:
    """A first quote of one of the producers."""
    ref, with_pack = of.sellers[seller], changes.pop("with_pack", False)
    pack = pack_of(of, seller) if with_pack else None
    wish = proposal(found, *prices_vnd, pack=pack, **changes)
    whose, by = of.organisation(ref), of.actor(ref)
    with writing():
        return quotes.give(found, whose, wish, by=by)


def pack_of(of: Market, seller: int) -> Variant:
    """A producer's bag of rice."""
    return db.session.scalars(select(Variant).where(Variant.sku == of.packs[seller])).one()


def countered(of: Market, quote: Quote, side: Side, *prices_vnd: int | None, **changes: Any) -> None:
    """One more round by a side."""
    by = of.actor(of.buyer if side is Side.BUYER else quote.seller.ref)
    wish = proposal(quote.request, *prices_vnd, **changes)
    with writing():
        quotes.propose(quote, wish, side, seen=quote.last_round, by=by)


def awarded(of: Market, found: Request, chosen: Mapping[int, Quote]) -> list[Quote]:
    """Lines by their position go to quotes."""
    by_position = {line.position: line.id for line in found.lines}
    choices = {by_position[place]: Choice(one.ref, one.last_round) for place, one in chosen.items()}
    by = of.actor(of.buyer)
    with writing():
        return awards.award(found, choices, by=by)


def request_of(ref: str) -> Request:
    """A request as this session knows it."""
    return db.session.scalars(select(Request).where(Request.ref == ref)).one()


def quote_of(ref: str) -> Quote:
    """A quote as this session knows it."""
    return db.session.scalars(select(Quote).where(Quote.ref == ref)).one()


def text_of(answer: Any) -> str:
    """What a page says, on one line, without its tags."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return re.sub(r"\s+", " ", unescape(bare))


Clients = Callable[[Any], Any]


def client_for(of: Market, client_of: Clients, ref: str) -> Any:
    """A browser of the manager of an organisation."""
    with of.app.app_context():
        return client_of(of.manager(ref))
