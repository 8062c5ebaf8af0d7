"""The ways to ask for prices and to supply ahead, on the pages of goods, shops, carts, desks and of oneself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.catalogue.queries import product_of_page
from marketplace.contracts.policies.sourcing import may_run_supply
from marketplace.contracts.queries import calendar, requests
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.permissions import Permission, allows
from marketplace.web.panels import Slot, hang


@hang(Slot.PRODUCT_SIDE, place=35)
def beside_product(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Ask for the price of much of it; not on one's own goods."""
    return {ref: _drawn("_ask_product", slug=ref) for ref in refs if not _is_own(actor, ref)}


def _is_own(actor: Actor, slug: str) -> bool:
    shown = product_of_page(slug)
    return shown is not None and actor.acts_for(shown.seller_id)


@hang(Slot.CART, place=30)
def beside_cart(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Ask the sellers of what lies in the cart for their price, instead of buying now."""
    return dict.fromkeys(refs, _drawn("_ask_cart"))


@hang(Slot.SHOP, place=10)
def supply_of_shop(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """What a producer publishes ahead; nothing where there is none."""
    found = calendar.offers_of_shops(refs)
    return {ref: _drawn("_shop_supply", offers=offers) for ref, offers in found.items()}


@hang(Slot.HOME, place=20)
def on_home(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The ways to the demand board and the harvest calendar."""
    return dict.fromkeys(refs, _drawn("_home"))


@hang(Slot.HEADER, place=20)
def in_header(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The way to a buying organisation's requests, with how many quotes wait for its word."""
    if actor.organisation_kind is not OrganisationKind.BUYER or not allows(actor, Permission.REQUESTS_WRITE):
        return {}
    return dict.fromkeys(refs, _drawn("_header", waiting=requests.waiting_for_buyer(int(actor.organisation_id or 0))))


@hang(Slot.DESK_MENU, place=20)
def in_desk_menu(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """A producer's requests, quotes and supply."""
    return dict.fromkeys(refs, _drawn("_desk_links")) if may_run_supply(actor) else {}


@hang(Slot.DESK, place=15)
def on_desk(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Requests that wait for a quote, and quotes whose turn is the producer's."""
    if not may_run_supply(actor):
        return {}
    asked, turns = requests.waiting_for_seller(int(actor.organisation_id or 0))
    return dict.fromkeys(refs, _drawn("_waiting", asked=asked, turns=turns)) if asked or turns else {}


@hang(Slot.ME_DOORS, place=20)
def door_on_my_page(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """A buying organisation's requests, with how many quotes wait for its word."""
    if actor.organisation_kind is not OrganisationKind.BUYER or not allows(actor, Permission.REQUESTS_WRITE):
        return {}
    return dict.fromkeys(refs, _drawn("_door", waiting=requests.waiting_for_buyer(int(actor.organisation_id or 0))))


@hang(Slot.ME, place=25)
def on_my_page(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The same ways for whoever buys or sells for an organisation."""
    return dict.fromkeys(refs, _drawn("_me")) if allows(actor, Permission.REQUESTS_WRITE) else {}


def _drawn(name: str, **values: object) -> Markup:
    return Markup(render_template(f"contracts/sourcing/{name}.html", **values))  # noqa: S704 - escaped by the template
