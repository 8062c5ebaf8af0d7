"""What the API hangs into others' pages: the way to tokens and webhooks, and what the operator reads of webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup

from marketplace.api.queries import webhooks as queries
from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, allows
from marketplace.web.panels import Slot, hang


def _manages(actor: Actor) -> bool:
    return actor.organisation_id is not None and allows(actor, Permission.WEBHOOK_EDIT, actor.organisation_id)


@hang(Slot.ME, place=80)
def on_my_page(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Where tokens are made, and webhooks by those who may."""
    written = render_template("api/on_my_page.html", manages=_manages(actor))
    return dict.fromkeys(refs, Markup(written))  # noqa: S704 - our own template, escaped there


@hang(Slot.DESK_MENU, place=90)
def in_desk_menu(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The way to webhooks."""
    if not _manages(actor):
        return {}
    return dict.fromkeys(refs, Markup(render_template("api/desk_link.html")))  # noqa: S704 - escaped there


@hang(Slot.WORKSHOP, place=50)
def for_the_operator(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Addresses of others that take nothing."""
    troubled = queries.in_trouble()
    waiting = queries.waiting_by_webhook([one.id for one in troubled])
    written = render_template("api/in_trouble.html", counts=queries.counts(), troubled=troubled, waiting=waiting)
    return dict.fromkeys(refs, Markup(written))  # noqa: S704 - our own template, escaped there
