"""The way to a department's desk, with what waits there; for the operator, figures without any agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.contracts.policies.departments import is_officer_of
from marketplace.contracts.queries.department import overdue_reviews, waiting_for
from marketplace.contracts.queries.risks import open_case_counts
from marketplace.core.actors import Actor
from marketplace.web.panels import Slot, hang

MOST_COUNTED = 100


@hang(Slot.HEADER, place=60)
def desk_in_header(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Officers come to their desk from every page of a wide screen; on a phone it stands on my page."""
    if not is_officer_of(actor, actor.organisation_id):
        return {}
    waiting = waiting_for(actor.organisation_id or 0, most=MOST_COUNTED)
    return dict.fromkeys(refs, _drawn("desk_in_header", waiting=waiting, most=MOST_COUNTED))


@hang(Slot.OPERATOR, place=55)
def followed_for_operator(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Over the whole market: how many opinions are overdue, how many cases run by which sign."""
    if not actor.is_operator:
        return {}
    counts = {str(one.label): number for one, number in open_case_counts().items()}
    return dict.fromkeys(refs, _drawn("followed_for_operator", overdue=overdue_reviews(), counts=counts))


def _drawn(name: str, **values: object) -> Markup:
    drawn = render_template(f"contracts/panels/{name}.html", **values)
    return Markup(drawn)  # noqa: S704 - the template escapes its values
