"""The way to the rules of agreements on the operator's desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.contracts.queries.rules import waiting_count
from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, allows
from marketplace.web.panels import Slot, hang


@hang(Slot.OPERATOR, place=50)
def rules_for_operator(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How many changes wait for a second person, with the way to all rules."""
    if not allows(actor, Permission.RULES_SEE):
        return {}
    words = render_template("contracts/_operator_rules.html", count=waiting_count())
    return dict.fromkeys(refs, Markup(words))  # noqa: S704 - our own template, escaped there
