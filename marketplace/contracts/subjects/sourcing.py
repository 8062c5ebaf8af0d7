"""Requests and quotes as something to talk about: each producer with the buyer, and nobody else in between."""

from __future__ import annotations

from flask import url_for

from marketplace.contracts.policies.sourcing import is_own, knows_buyer, quote_for, request_for
from marketplace.contracts.queries.quotes import quote_of
from marketplace.core.actors import Actor
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import NotSeen
from marketplace.messages import subjects
from marketplace.messages.subjects import About, Party, Subject


def about_request(actor: Actor, ref: str) -> About | None:
    """The request with this ref: a producer asks, the buyer answers; not about demand whose buyer is not named."""
    try:
        found = request_for(actor, ref)
    except NotSeen:
        return None
    quoted = not is_own(actor, found) and quote_of(found.id, int(actor.organisation_id or 0)) is not None
    if not knows_buyer(actor, found, has_quote=quoted):
        return None
    return About(
        ref=found.ref,
        title=f"{found.ref} · {found.title}",
        url=url_for("contracts.show_request", ref=found.ref),
        organisation_id=found.buyer_id,
        organisation_name=found.buyer.name,
        note=str(found.state.label),
    )


def about_quote(actor: Actor, ref: str) -> About | None:
    """The quote with this ref: its buyer asks, its producer answers, and either may begin."""
    try:
        quote = quote_for(actor, ref)
    except NotSeen:
        return None
    return About(
        ref=quote.ref,
        title=f"{quote.ref} · {quote.request.title}",
        url=url_for("contracts.show_quote", ref=quote.ref),
        organisation_id=quote.seller_id,
        organisation_name=quote.seller.name,
        note=str(quote.state.label),
        asker=Party(organisation_id=quote.request.buyer_id),
        asker_name=quote.request.buyer.name,
    )


subjects.offer("request", Subject(_l("Message about a request for quotes"), about_request))
subjects.offer("quote", Subject(_l("Message about a quote"), about_quote))
