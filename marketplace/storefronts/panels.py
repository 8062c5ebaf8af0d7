"""What the storefronts show on the operator's page: certificates that wait for a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, allows
from marketplace.storefronts import queries
from marketplace.web.panels import Slot, hang


@hang(Slot.OPERATOR, place=20)
def certificates_that_wait(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How many certificates producers have declared, with the way to them."""
    if not allows(actor, Permission.CERTIFICATE_JUDGE):
        return {}
    words = render_template("storefronts/_certificates_waiting.html", count=queries.count_waiting_certificates())
    return dict.fromkeys(refs, Markup(words))  # noqa: S704 - our own template, escaped there
