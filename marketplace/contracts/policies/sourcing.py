"""Who sees and answers requests, quotes and offers of supply; and the way from an address to one.

One buyer's request is seen by herself and by the producers that she asks, one producer's quote by the two of them.
"""

from __future__ import annotations

from marketplace.contracts.models import Quote, Request, SupplyOffer
from marketplace.contracts.policies.agreements import EDITORS, SIDES
from marketplace.contracts.queries import quotes, requests, supply
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import Audience, RequestState
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.permissions import Permission, permits, reach

TRADING = (OrganisationKind.BUYER, OrganisationKind.PRODUCER)


@permits(Permission.REQUESTS_WRITE)
def may_write_requests(actor: Actor, _nothing: object) -> bool:
    """Managers and staff of organisations that buy; a producer may buy from others too."""
    return actor.organisation_kind in TRADING and not actor.organisation_suspended and actor.has_role(*EDITORS)


def is_own(actor: Actor, request: Request) -> bool:
    """Works for the organisation that asks."""
    return actor.acts_for(request.buyer_id, *SIDES)


def is_asked(actor: Actor, request: Request) -> bool:
    """Works for a producer that was asked, that has answered, or that finds the request on the board."""
    if not actor.is_seller or not actor.has_role(*SIDES) or actor.organisation_id in (None, request.buyer_id):
        return False
    if request.state is RequestState.DRAFT:
        return False
    on_board = request.audience is Audience.BOARD and request.state is RequestState.OPEN
    if on_board and actor.organisation_verified:
        return True
    return requests.is_party(request.id, int(actor.organisation_id or 0))


@permits(Permission.REQUEST_SEE)
def may_see_request(actor: Actor, request: Request) -> bool:
    """The organisation that asks, and the producers that are asked."""
    return is_own(actor, request) or is_asked(actor, request)


@permits(Permission.REQUEST_EDIT)
def may_edit_request(actor: Actor, request: Request) -> bool:
    """Managers and staff of the organisation that asks."""
    return actor.acts_for(request.buyer_id, *EDITORS) and not actor.organisation_suspended


@permits(Permission.QUOTE_GIVE)
def may_give_quote(actor: Actor, request: Request) -> bool:
    """Managers and staff of a verified producer that is asked."""
    return actor.has_role(*EDITORS) and actor.organisation_verified and is_asked(actor, request)


def side_in(actor: Actor, quote: Quote) -> Side | None:
    """On which side of a quote somebody stands, if on one."""
    if actor.acts_for(quote.seller_id, *SIDES):
        return Side.SELLER
    return Side.BUYER if actor.acts_for(quote.request.buyer_id, *SIDES) else None


@permits(Permission.QUOTE_SEE)
def may_see_quote(actor: Actor, quote: Quote) -> bool:
    """Its two sides; no other producer, no other buyer, not even the operator."""
    return side_in(actor, quote) is not None


@permits(Permission.QUOTE_ANSWER)
def may_answer_quote(actor: Actor, quote: Quote) -> bool:
    """Managers and staff of its two sides."""
    own = actor.acts_for(quote.seller_id, *EDITORS) or actor.acts_for(quote.request.buyer_id, *EDITORS)
    return own and not actor.organisation_suspended


@permits(Permission.SUPPLY_EDIT)
def may_edit_supply(actor: Actor, offer: SupplyOffer) -> bool:
    """Managers and staff of the producer who offers it."""
    return may_run_supply(actor) and actor.acts_for(offer.seller_id)


def may_run_supply(actor: Actor) -> bool:
    """Managers and staff of a producer, who publish what will be there."""
    return actor.is_seller and actor.has_role(*EDITORS)


def request_for(actor: Actor, ref: str, permission: Permission | None = None) -> Request:
    """The request behind an address: 404 unless it is one's own or one is asked, 403 unless one may."""
    return reach(actor, requests.request_by_ref(ref), Permission.REQUEST_SEE, permission)


def quote_for(actor: Actor, ref: str, permission: Permission | None = None) -> Quote:
    """The quote behind an address, for its two sides; 404 for everyone else."""
    return reach(actor, quotes.quote_by_ref(ref), Permission.QUOTE_SEE, permission)


def supply_for(actor: Actor, ref: str) -> SupplyOffer:
    """An offer of supply for those who run it; for all others its desk page does not exist."""
    return reach(actor, supply.offer_by_ref(ref), Permission.SUPPLY_EDIT)


def knows_buyer(actor: Actor, request: Request, *, has_quote: bool) -> bool:
    """Whether the buyer's name and place are shown: to herself, to quoters, and to all whom she lets see them.

    Who asks producers by name is named to them; only demand on the board can go without.
    """
    return is_own(actor, request) or has_quote or request.is_named
