"""The price of one's own contract beside a pack, with the way to call goods at it: the cart counts the shop's price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.contracts.policies.agreements import EDITORS
from marketplace.contracts.queries.agreed_prices import prices_of
from marketplace.core.actors import Actor
from marketplace.web.panels import Slot, hang


@hang(Slot.PACK, place=20)
def beside_pack(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Only for people of the buyer that has the contract; nobody else causes a query, let alone an answer."""
    shown: dict[str, Markup] = {}
    for one in prices_of(actor, refs):
        shown[one.sku] = shown.get(one.sku, Markup()) + _drawn(one=one, may_call=actor.has_role(*EDITORS))
    return shown


def _drawn(**values: object) -> Markup:
    return Markup(render_template("contracts/calling/_agreed.html", **values))  # noqa: S704 - escaped by the template
