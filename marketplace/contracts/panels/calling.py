"""Call-offs on the pages of orders and on the producer's desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.contracts.policies import side_of
from marketplace.contracts.queries import calling, late_interest
from marketplace.core.actors import Actor, OrganisationKind, Role
from marketplace.web.panels import Slot, hang


@hang(Slot.ORDER, place=10)
def on_order(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Which call-off of which contract an order performs, and what its late money costs."""
    shown = {ref: one for ref, one in calling.of_orders(refs).items() if side_of(actor, one.agreement) is not None}
    owed = {one.call_off.id: one for one in late_interest.of_call_offs(list(shown.values()))}
    return {
        ref: _drawn(
            "_order", call_off=one, agreement=one.agreement, late=calling.timing_of(one), interest=owed.get(one.id)
        )
        for ref, one in shown.items()
    }


@hang(Slot.DESK, place=12)
def on_desk(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Call-offs that wait for the producer's word or for shipping, the one that is due first on top."""
    if actor.organisation_id is None or not actor.has_role(Role.MANAGER, Role.STAFF):
        return {}
    waiting = calling.waiting_of_seller(actor.organisation_id)
    if not waiting.next:
        return {}
    return dict.fromkeys(refs, _drawn("_desk", waiting=waiting, words=calling))


@hang(Slot.ME, place=25)
def on_my_page(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """A buying organisation calls goods under its contracts from here, and sees what waits to be checked."""
    if actor.organisation_kind is not OrganisationKind.BUYER or not actor.has_role(Role.MANAGER, Role.STAFF):
        return {}
    contracts, count = calling.callable_contracts(actor), calling.to_check(int(actor.organisation_id or 0))
    return dict.fromkeys(refs, _drawn("_me", contracts=contracts, to_check=count)) if contracts or count else {}


def _drawn(name: str, **values: object) -> Markup:
    return Markup(render_template(f"contracts/calling/{name}.html", **values))  # noqa: S704 - escaped by the template
