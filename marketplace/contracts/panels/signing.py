"""The ways to mandates on my page, and to what signatures are measured by on the operator's desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.contracts.policies.agreements import SIDES
from marketplace.contracts.policies.signing import TRADING
from marketplace.contracts.queries.signing import held_signatures
from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, allows
from marketplace.web.panels import Slot, hang


@hang(Slot.ME, place=16)
def mandates_on_my_page(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Who may sign for the organisation, for its own people."""
    if actor.organisation_kind not in TRADING or not actor.has_role(*SIDES):
        return {}
    return dict.fromkeys(refs, _drawn("mandates_door"))


@hang(Slot.OPERATOR, place=51)
def trust_for_operator(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How many signatures wait for proof, with the way to authorities and lists."""
    if not allows(actor, Permission.RULES_SEE):
        return {}
    return dict.fromkeys(refs, _drawn("trust_door", held=len(held_signatures())))


def _drawn(name: str, **values: object) -> Markup:
    drawn = render_template(f"contracts/panels/{name}.html", **values)
    return Markup(drawn)  # noqa: S704 - the template escapes its values
