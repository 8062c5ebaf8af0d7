"""The way to one's agreements: in the header, on the desk and on my page, with how many wait for an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import g, render_template
from markupsafe import Markup

from marketplace.contracts.policies.agreements import SIDES
from marketplace.contracts.queries.agreements import MOST_COUNTED, count_of_turns
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.web.panels import Slot, hang

TRADING = (OrganisationKind.PRODUCER, OrganisationKind.BUYER)


def _trades(actor: Actor) -> bool:
    return actor.organisation_kind in TRADING and actor.has_role(*SIDES)


def _waiting(actor: Actor) -> int:
    """Asked once a page, however many places show it."""
    if "agreements_waiting" not in g:
        g.agreements_waiting = count_of_turns(actor)
    return int(g.agreements_waiting)


@hang(Slot.HEADER, place=60)
def in_header(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """A plain link for those who buy for an organisation: they have no desk."""
    if not _trades(actor) or actor.is_seller:
        return {}
    return dict.fromkeys(refs, _drawn("header"))


@hang(Slot.DESK_MENU, place=30)
def in_desk_menu(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """One place of the desk's menu."""
    return dict.fromkeys(refs, _drawn("desk_link", waiting=_waiting(actor))) if _trades(actor) else {}


@hang(Slot.DESK, place=20)
def on_desk(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How many agreements wait for the producer."""
    if not _trades(actor) or not _waiting(actor):
        return {}
    return dict.fromkeys(refs, _drawn("waiting", waiting=_waiting(actor)))


@hang(Slot.ME_DOORS, place=15)
def on_my_page(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The first way on my page: on a small screen it is where people look."""
    return dict.fromkeys(refs, _drawn("on_my_page", waiting=_waiting(actor))) if _trades(actor) else {}


def _drawn(name: str, **values: object) -> Markup:
    drawn = render_template(f"contracts/panels/{name}.html", most=MOST_COUNTED, **values)
    return Markup(drawn)  # noqa: S704 - the template escapes its values
