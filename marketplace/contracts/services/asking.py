"""Writing to buyers and producers about requests and quotes; texts are in templates/contracts/notices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Quote, Request, RequestInvitation
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import Audience
from marketplace.core.actors import Recipient
from marketplace.core.database import db
from marketplace.core.outbox import notify


def tell_buyer(request: Request, template: str, **more: Any) -> None:
    """Write to the people of the organisation that asks."""
    _tell(request.buyer.ref, template, request, **{"url": f"/requests/{request.ref}", **more})


def tell_invited(request: Request, invited: Iterable[RequestInvitation], template: str) -> None:
    """Write to producers that were asked; one query for all of them."""
    ids = [one.seller_id for one in invited]
    refs = db.session.query(Organisation.ref).where(Organisation.id.in_(ids)).order_by(Organisation.id)
    for (ref,) in refs:
        _tell(ref, template, request, url=f"/requests/{request.ref}")


def tell_quoting(request: Request, template: str) -> None:
    """Write to every producer who has quoted."""
    for quote in request.quotes:
        tell_side(quote, Side.SELLER, template)


def tell_side(quote: Quote, side: Side, template: str, **more: Any) -> None:
    """Write to the people of one side of a quote."""
    to = quote.seller if side is Side.SELLER else quote.request.buyer
    about = {"quote": quote.ref, "seller": quote.seller.name, "url": f"/quotes/{quote.ref}"}
    _tell(to.ref, template, quote.request, **{**about, **more})


def _tell(ref: str, template: str, request: Request, **more: Any) -> None:
    """The buyer's name stands in no letter about demand that she keeps her name out of."""
    named = request.is_named or request.audience is not Audience.BOARD or "quote" in more
    context = {
        "request": request.ref,
        "title": request.title,
        "buyer": request.buyer.name if named else "",
        "province": request.province.name,
        "answer_by": request.answer_by.isoformat(),
    }
    notify(Recipient("organisation", ref), f"contracts/{template}", **{**context, **more})
