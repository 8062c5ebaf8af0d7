"""The demand board: what buyers want, where to, until when; open to everybody, without prices and quantities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.catalogue import queries as catalogue
from marketplace.contracts import bp
from marketplace.contracts.models import Request
from marketplace.contracts.policies.sourcing import knows_buyer
from marketplace.contracts.queries import board, quotes
from marketplace.contracts.views.filtering import asked_places, asked_sets, places_with, sets_with
from marketplace.core.permissions import Permission, allows
from marketplace.web.paging import page_of
from marketplace.web.requests import actor


@bp.get("/demand")
def demand() -> ResponseReturnValue:
    """Open wants, filtered by product set and province."""
    chosen_sets, chosen_places = asked_sets(), asked_places()
    page = page_of(board.demand(chosen_sets, [one.id for one in chosen_places]), per_page=20)
    return render_template(
        "contracts/sourcing/demand.html",
        page=page,
        sets=sets_with(board.sets_wanted(), catalogue.sets(), chosen_sets),
        provinces=places_with(board.provinces_wanting(), chosen_places),
        chosen={"set": [str(one) for one in chosen_sets], "province": [one.slug for one in chosen_places]},
        may_write=allows(actor(), Permission.REQUESTS_WRITE),
        **_to_reader(page.items),
    )


def _to_reader(wants: Sequence[Request]) -> dict[str, Any]:
    """Her own quotes to these wants, and whose names she may read."""
    seller_id = int(actor().organisation_id or 0) if actor().is_seller else 0
    given = quotes.own_quotes(seller_id, [one.id for one in wants]) if seller_id else {}
    return {"given": given, "named": {one.id: knows_buyer(actor(), one, has_quote=one.id in given) for one in wants}}
