"""What accounts show on other pages: the bell with what is unread, and where a producer stands with the operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.accounts import queries
from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, allows
from marketplace.web.panels import Slot, hang


@hang(Slot.HEADER, place=90)
def bell(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """A way to the notices, with the number of those that nobody has read."""
    if not actor.is_signed_in:
        return {}
    words = render_template("accounts/bell.html", unread=queries.unread_notices(actor), most=queries.MOST_COUNTED)
    return dict.fromkeys(refs, Markup(words))  # noqa: S704 - our own template, escaped there


@hang(Slot.DESK, place=1)
def standing(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """What a producer who is not verified waits for, and until when; nothing for those who simply sell."""
    own = queries.organisation_by_ref(actor.organisation_ref) if actor.organisation_ref else None
    if own is None or not (known := queries.standing_of(own)).step:
        return {}
    may_edit = allows(actor, Permission.ORGANISATION_RUN, own)
    words = render_template("accounts/standing_panel.html", standing=known, may_edit=may_edit)
    return dict.fromkeys(refs, Markup(words))  # noqa: S704 - our own template, escaped there
