"""What orders show in lower pages: freight to the reader's place, reviews, and what waits on the seller's desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import current_app, render_template
from markupsafe import Markup

from marketplace.core.actors import Actor, Role
from marketplace.orders.queries import freight, lists, rates, returns, reviews
from marketplace.orders.queries.places import first_province
from marketplace.orders.states import OrderState
from marketplace.places import queries as places
from marketplace.places.models import Province
from marketplace.places.queries import Unit
from marketplace.web.panels import Slot, hang
from marketplace.web.requests import query_text, remember, remembered


def _reader_province(today: Sequence[Unit]) -> Province | Unit | None:
    """What the address or the session names, read from the list where it is in it."""
    by_slug: dict[str, Province | Unit] = {one.slug: one for one in today}
    texts = (query_text("province", most=40), remembered("province"))
    province = next((one for text in texts if text and (one := by_slug.get(text) or first_province(text))), None)
    if province is not None:
        remember("province", province.slug)
    return province


@hang(Slot.PRODUCT_SIDE, place=20)
def freight_of_product(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """What it costs to bring one pack of each product to the reader's province, and when it arrives."""
    provinces = places.units_today()
    province = _reader_province(provinces)
    return {
        slug: _drawn("_freight", slug=slug, offer=offer, province=province, provinces=provinces, tolerance=_tolerance())
        for slug, offer in freight.offers_of(refs, province).items()
    }


@hang(Slot.COMPARISON, place=20)
def freight_in_comparison(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The same in few words, for products side by side."""
    province = _reader_province(places.units_today())
    return {
        slug: _drawn("_freight_in_comparison", offer=offer) for slug, offer in freight.offers_of(refs, province).items()
    }


@hang(Slot.SHOP, place=30)
def freight_of_shop(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """What each seller asks for delivery, in short."""
    tables = rates.rates_of_sellers(refs)
    named = {one.code: one.name for one in places.all_today()} if any(one.not_served for one in tables.values()) else {}
    return {
        ref: _drawn("_rates", table=table, not_served=[named[code] for code in table.not_served if code in named])
        for ref, table in tables.items()
    }


def _tolerance() -> int:
    """How many per cent goods sold by weight may weigh less than estimated without a word."""
    return int(current_app.config["SETTINGS"].weight_tolerance_percent)


@hang(Slot.PRODUCT, place=20)
def reviews_of_product(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """What buyers say of each product."""
    found = reviews.reviews_of_products(refs)
    return {ref: _drawn("_reviews", reviews=found.get(ref, []), names=False) for ref in refs}


@hang(Slot.SHOP, place=20)
def reviews_of_shop(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """What buyers say of each seller's goods, where anybody has said something."""
    found = reviews.reviews_of_sellers(refs)
    return {ref: _drawn("_reviews", reviews=given, names=True) for ref, given in found.items()}


@hang(Slot.DESK, place=10)
def orders_that_wait(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How many orders wait for each seller, by what she has to do."""
    counts, back = lists.waiting_of_sellers(refs), returns.waiting_of_sellers(refs)
    return {
        ref: _drawn("_waiting", counts=counts.get(ref, {}), returns=back.get(ref, 0), states=OrderState)
        for ref in refs
        if ref in counts or ref in back
    }


@hang(Slot.OPERATOR, place=10)
def returns_for_operator(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How many returns the two sides do not agree about, with the way to them."""
    if not actor.is_operator:
        return {}
    return dict.fromkeys(refs, _drawn("_operator", count=returns.count_to_decide()))


@hang(Slot.DESK, place=5)
def no_freight_yet(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """A producer who never said what delivery costs cannot send anything: she is led to where she says it."""
    if not actor.has_role(Role.MANAGER, Role.STAFF):
        return {}
    known = rates.rates_of_sellers(refs)
    return {ref: _drawn("_no_freight") for ref in refs if ref not in known}


def _drawn(name: str, **values: object) -> Markup:
    return Markup(render_template(f"orders/{name}.html", **values))  # noqa: S704 - the template escapes its values
