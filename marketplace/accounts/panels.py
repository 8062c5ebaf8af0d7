"""What accounts show on every page: the bell with what is unread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.accounts import queries
from marketplace.core.actors import Actor
from marketplace.web.panels import Slot, hang


@hang(Slot.HEADER, place=90)
def bell(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """A way to the notices, with the number of those that nobody has read."""
    if not actor.is_signed_in:
        return {}
    words = render_template("accounts/bell.html", unread=queries.unread_notices(actor), most=queries.MOST_COUNTED)
    return dict.fromkeys(refs, Markup(words))  # noqa: S704 - our own template, escaped there
