"""The producer's desk: what waits for her."""

from __future__ import annotations

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.storefronts import bp
from marketplace.storefronts.policies import own_seller
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, private


@bp.get("/desk")
@needs_sign_in
def desk() -> ResponseReturnValue:
    """Things to do first, then the ways on."""
    if not actor().is_seller:
        return private(make_response(render_template("storefronts/no_desk.html"), 404))
    seller = own_seller(actor())
    queue = panels(Slot.DESK, actor(), [seller.ref])[seller.ref]
    return private(make_response(render_template("storefronts/desk.html", seller=seller, queue=queue)))
