"""A quote that becomes one order, for goods that are bought once and need no contract."""

from __future__ import annotations

from datetime import timedelta

from marketplace.contracts.models import Quote
from marketplace.contracts.queries import quotes as reading
from marketplace.contracts.queries.workdays import end_of_workday
from marketplace.contracts.services.carrying import brought
from marketplace.contracts.states.sourcing import FreightTerms
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.models import Order

CONFIRMATION_DAYS = 3
# where the producer named no days to prepare the goods
LEAD_DAYS = 7


def order_from_quote(quote: Quote, by: Actor) -> Order:
    """The awarded lines of an accepted quote become an order at its prices; a second time it is the same order.

    The caller holds the quote's lock. Freight (đồng), days to pay and days to prepare are those of the last round.
    """
    carried = brought(quote)
    nameless = [one.line.description for one in carried if one.variant is None]
    if nameless or not carried:
        names = ", ".join(nameless) or quote.ref
        raise Refused(
            _("An order needs goods of the shop: %(names)s is only described. Make a contract of it.", names=names)
        )
    agreed = [orders.Agreed(one.variant.id, one.quantity, one.price_vnd) for one in carried if one.variant is not None]
    return orders.place_on_terms(_terms_of(quote, agreed), by=by)


def _terms_of(quote: Quote, agreed: list[orders.Agreed]) -> orders.OnTerms:
    last = reading.last_round(quote)
    return orders.OnTerms(
        token=f"quote:{quote.ref}",
        basis_ref=quote.ref,
        seller=quote.seller,
        buyer=quote.request.buyer,
        province=quote.request.province.now,
        lines=agreed,
        due_on=clock.today() + timedelta(days=last.lead_days or LEAD_DAYS),
        answer_by=end_of_workday(CONFIRMATION_DAYS),
        payment_days=last.payment_days,
        place=quote.request.place,
        freight_vnd=reading.carried_freight(quote),
        is_collected=last.freight_terms is FreightTerms.COLLECTED,
    )
