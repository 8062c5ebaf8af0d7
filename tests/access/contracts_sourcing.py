"""Requests, quotes and supply that an address names: made for whoever asks, else for the firm and the seller."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Variant
from marketplace.contracts.models import Quote, Request, SupplyOffer
from marketplace.contracts.services import awards, quotes, requests, rules, supply
from marketplace.contracts.services.awards import Choice
from marketplace.contracts.services.quotes import Price, Proposal
from marketplace.contracts.services.requests import Asked as Wish
from marketplace.contracts.services.requests import Wanted
from marketplace.contracts.services.supply import Harvest
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import Audience, FreightTerms
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests import factories
from tests.access.rows import SIGN_IN, Row, Status, Thing, public, row
from tests.access.things import Asked, nothing
from tests.access.world import World

FIRM = "colleague"


def _firm(world: World) -> tuple[Organisation, Actor]:
    """The organisation that asks, and whoever writes for it."""
    person = db.session.get_one(Person, world.people["firm_buyer"])
    firm = person.memberships[0].organisation
    return firm, factories.actor(person, firm)


def _seller(world: World) -> tuple[Organisation, Actor]:
    seller = db.session.get_one(Organisation, world.seller_id)
    return seller, factories.actor(db.session.get_one(Person, world.people["manager"]), seller)


def _in_days(days: int) -> Any:
    return clock.today() + timedelta(days=days)


def _draft(world: World) -> Request:
    firm, by = _firm(world)
    set_id = factories.product_set(6).id
    line = Wanted(description="Bánh đậu xanh", quantity=500, unit="hộp", set_id=set_id)
    place = factories.province("quang-ninh")
    with writing():
        return requests.draft(firm, Wish(lines=[line], province=place, answer_by=_in_days(10)), by=by)


def _sent(world: World) -> Request:
    made, seller, by = _draft(world), _seller(world)[0], _firm(world)[1]
    with writing():
        requests.address(made, Audience.NAMED, [seller], is_named=True, by=by)
        requests.send(made, by=by)
    return made


def _proposal(found: Request, price_vnd: int, variant: Variant | None = None) -> Proposal:
    prices = {line.id: Price(price_vnd, line.quantity, variant) for line in found.lines}
    return Proposal(
        prices=prices, freight_terms=FreightTerms.INCLUDED, freight_vnd=0, loss_percent=0, payment_days=15,
        lead_days=7, valid_until=_in_days(14),
    )  # fmt: skip


def _quoted(world: World) -> Quote:
    found, (seller, by) = _sent(world), _seller(world)
    pack = db.session.get_one(Variant, factories.variant_of(world.product(star=4)).id)
    with writing():
        return quotes.give(found, seller, _proposal(found, 60_000, pack), by=by)


def _accepted(world: World) -> Quote:
    quote, by = _quoted(world), _firm(world)[1]
    choices = {line.id: Choice(quote.ref, quote.last_round) for line in quote.request.lines}
    with writing():
        rules.load()
        awards.award(quote.request, choices, by=by)
    return quote


def draft(world: World, role: str) -> Asked:
    return Asked({"ref": _draft(world).ref})


def draft_form(world: World, role: str) -> Asked:
    return Asked({"ref": _draft(world).ref}, new_form(world, role).form)


def new_form(world: World, role: str) -> Asked:
    factories.product_set(6)
    line = {"line_1_description": "Bánh gai", "line_1_quantity": "500", "line_1_unit": "hộp", "line_1_set": "6"}
    return Asked(form={"province": "ha-noi", "answer_by": _in_days(10).isoformat(), **line})


def to_send(world: World, role: str) -> Asked:
    return Asked({"ref": _draft(world).ref}, {"audience": "named", "seller": world.seller_slug})


def sent(world: World, role: str) -> Asked:
    return Asked({"ref": _sent(world).ref})


def closed(world: World, role: str) -> Asked:
    found, by = _sent(world), _firm(world)[1]
    with writing():
        requests.close(found, by=by)
    return Asked({"ref": found.ref}, {"answer_by": _in_days(5).isoformat()})


def more(world: World, role: str) -> Asked:
    other = db.session.get_one(Variant, world.stranger_variant).seller_id
    slug = db.session.get_one(Organisation, other).slug
    return Asked({"ref": _sent(world).ref}, {"seller": slug})


ROUND = {"price_1": "58.000", "quantity_1": "500", "freight_terms": "included", "payment_days": "15"}


def to_quote(world: World, role: str) -> Asked:
    return Asked({"ref": _sent(world).ref}, {**ROUND, "valid_until": _in_days(14).isoformat()})


def quote(world: World, role: str) -> Asked:
    return Asked({"ref": _quoted(world).ref})


def next_round(world: World, role: str) -> Asked:
    until = _in_days(20).isoformat()
    return Asked({"ref": _quoted(world).ref}, {**ROUND, "seen": "1", "valid_until": until})


def countered(world: World, role: str) -> Asked:
    made, by = _quoted(world), _firm(world)[1]
    with writing():
        quotes.propose(made, _proposal(made.request, 55_000), Side.BUYER, seen=1, by=by)
    return Asked({"ref": made.ref}, {"seen": "2"})


def compared(world: World, role: str) -> Asked:
    made = _quoted(world)
    return Asked({"ref": made.request.ref}, {"line_1": f"{made.ref}:1"})


def part_awarded(world: World, role: str) -> Asked:
    """One of two lines has gone."""
    (firm, by), (seller, hers) = _firm(world), _seller(world)
    lines = [Wanted(description=words, quantity=10, unit="hộp") for words in ("Bánh đậu xanh", "Bánh gai")]
    wish = Wish(lines=lines, province=factories.province("quang-ninh"), answer_by=_in_days(10))
    with writing():
        made = requests.draft(firm, wish, by=by)
        requests.address(made, Audience.NAMED, [seller], is_named=True, by=by)
        requests.send(made, by=by)
        given = quotes.give(made, seller, _proposal(made, 60_000), by=hers)
        awards.award(made, {made.lines[0].id: Choice(given.ref, 1)}, by=by)
    return Asked({"ref": made.ref})


def accepted(world: World, role: str) -> Asked:
    return Asked({"ref": _accepted(world).ref}, {"kind": "sale"})


def _offer(world: World) -> SupplyOffer:
    seller, by = _seller(world)
    today = clock.today()
    harvest = Harvest(
        description="Bánh đậu xanh Tết", product_set=factories.product_set(6), province_id=seller.province_id,
        year=today.year, first_month=today.month, last_month=today.month, kilograms=5_000,
    )  # fmt: skip
    with writing():
        return supply.publish(seller, harvest, by=by)


def offer(world: World, role: str) -> Asked:
    return Asked({"ref": _offer(world).ref}, _harvest_form())


def closed_offer(world: World, role: str) -> Asked:
    made, by = _offer(world), _seller(world)[1]
    with writing(), suppress(Refused):
        supply.close(made, by=by)
    return Asked({"ref": made.ref})


def _harvest_form() -> dict[str, str]:
    factories.product_set(6)
    today = clock.today()
    months = {"year": str(today.year), "first_month": str(today.month), "last_month": str(today.month)}
    return {"description": "Bánh gai", "set": "6", "province": "hai-phong", "kilograms": "2.000", **months}


def new_offer(world: World, role: str) -> Asked:
    return Asked(form=_harvest_form())


def trading(status: Status, thing: Thing = nothing, others: Status = 403, **by: Status) -> Row:
    """For whoever buys or sells for an organisation."""
    firms = {FIRM: status, "sellers": status, "other_manager": status}
    return row(others, thing, None, **{"visitors": SIGN_IN, **firms, **by})


def by_firm(status: Status, thing: Thing, **by: Status) -> Row:
    """An act of the organisation that asks; the producer who is asked sees the request and may not."""
    return row(404, thing, None, **{"visitors": SIGN_IN, FIRM: status, "sellers": 403, **by})


def by_asked(status: Status, thing: Thing) -> Row:
    """An act of the producer who is asked."""
    return row(404, thing, None, visitors=SIGN_IN, colleague=403, sellers=status)


def on_both(status: Status, thing: Thing, **by: Status) -> Row:
    """Something between the two sides."""
    return row(404, thing, None, **{"visitors": SIGN_IN, FIRM: status, "sellers": status, **by})


def of_producers(status: Status, thing: Thing = nothing, **by: Status) -> Row:
    """On the desk of every producer."""
    return row(404, thing, None, **{"visitors": SIGN_IN, "sellers": status, "other_manager": status, **by})


ROWS: dict[str, Row] = {
    "GET contracts.demand": public(),
    "GET contracts.supply": public(),
    "GET contracts.requests_index": row(200, visitors=SIGN_IN),
    "GET contracts.new_request": row(200, visitors=SIGN_IN),
    "POST contracts.create_request": trading(303, new_form),
    "POST contracts.change_lines": trading(200, new_form),
    "GET contracts.show_request": on_both(200, sent),
    "GET contracts.edit_request": by_firm(200, draft, sellers=404),
    "POST contracts.save_request": by_firm(303, draft_form, sellers=404),
    "GET contracts.recipients": by_firm(200, draft, sellers=404),
    "POST contracts.send_request": by_firm(303, to_send, sellers=404),
    "POST contracts.find_sellers": by_firm(200, draft, sellers=404),
    "POST contracts.ask_more": by_firm(303, more),
    "POST contracts.close_request": by_firm(303, sent),
    "POST contracts.reopen_request": by_firm(303, closed),
    "POST contracts.withdraw_request": by_firm(303, sent),
    "POST contracts.decline_request": by_asked(303, sent),
    "GET contracts.quote_form": by_asked(200, sent),
    "POST contracts.give_quote": by_asked(303, to_quote),
    "GET contracts.quotes_index": trading(200),
    "GET contracts.show_quote": on_both(200, quote),
    "POST contracts.propose": on_both(303, next_round),
    "POST contracts.agree_quote": by_asked(303, countered),
    "POST contracts.withdraw_quote": by_asked(303, quote),
    "POST contracts.refuse_quote": by_firm(303, quote),
    "GET contracts.compare_quotes": by_firm(200, compared),
    "POST contracts.award": by_firm(303, compared),
    "POST contracts.finish_request": by_firm(303, part_awarded),
    "POST contracts.order_quote": by_firm(303, accepted),
    "POST contracts.contract_quote": on_both(303, accepted),
    "GET contracts.own_supply": of_producers(200),
    "POST contracts.publish_supply": of_producers(303, new_offer),
    "GET contracts.edit_supply": of_producers(200, offer, other_manager=404),
    "POST contracts.save_supply": of_producers(303, offer, other_manager=404),
    "POST contracts.close_supply": of_producers(303, offer, other_manager=404),
    "POST contracts.reopen_supply": of_producers(303, closed_offer, other_manager=404),
}
