"""What conversations show in other pages: what is unread, the way to ask, and public questions with their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import g, render_template
from markupsafe import Markup

from marketplace.core.actors import Actor
from marketplace.messages import policies, queries, subjects
from marketplace.messages.models import Thread
from marketplace.messages.states import TALKING
from marketplace.web.panels import Slot, hang


def _unread(actor: Actor) -> int:
    """Asked once a page, however many places show it."""
    if "unread_threads" not in g:
        g.unread_threads = queries.unread_threads(actor)
    return int(g.unread_threads)


@hang(Slot.HEADER, place=80)
def in_header(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The way to one's conversations, with the number of those that have something new."""
    return _link("header", actor, refs)


@hang(Slot.BOTTOM_BAR, place=50)
def in_bottom_bar(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The same at the foot of a phone."""
    return _link("bottom", actor, refs)


@hang(Slot.DESK_MENU, place=40)
def in_desk_menu(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """The same on a desk."""
    return _link("desk_link", actor, refs) if actor.has_role(*TALKING) else {}


def _link(name: str, actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    if not actor.is_signed_in:
        return {}
    return dict.fromkeys(refs, _drawn(name, unread=_unread(actor), most=queries.MOST_COUNTED))


@hang(Slot.DESK, place=40)
def on_desk(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How many conversations wait for an answer."""
    if actor.organisation_id is None or not actor.has_role(*TALKING):
        return {}
    waiting = queries.unanswered(actor.organisation_id)
    return dict.fromkeys(refs, _drawn("waiting", waiting=waiting)) if waiting else {}


@hang(Slot.PRODUCT_SIDE, place=30)
def beside_product(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Ask the producer about a product, or go on with what was asked."""
    return _ways("product", actor, refs)


@hang(Slot.SHOP_HEAD, place=30)
def in_shop(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Write to a shop."""
    return _ways("shop", actor, refs)


@hang(Slot.ORDER, place=40)
def beside_order(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """Write to the other side of an order."""
    return _ways("order", actor, refs)


def _ways(kind: str, actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    if subjects.subject_of(kind) is None:
        return {}
    known = queries.threads_about(actor, kind, refs) if actor.is_signed_in else {}
    ways = {ref: _way(kind, actor, ref, known.get(ref)) for ref in refs}
    return {ref: way for ref, way in ways.items() if way is not None}


def _way(kind: str, actor: Actor, ref: str, thread: Thread | None) -> Markup | None:
    sells = False
    if actor.is_seller and thread is None:
        about = subjects.about(actor, kind, ref)
        sells = about is not None and policies.answers_for(actor, about.organisation_id)
        if about is None or (sells and about.asker is None):
            return None
    return _drawn("way", kind=kind, ref=ref, thread=thread, sells=sells)


@hang(Slot.PRODUCT, place=30)
def questions_of_product(_actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """What others asked and the producer answered, where both sides wanted it to be seen."""
    found = queries.public_questions("product", refs)
    return {ref: _drawn("questions", questions=told) for ref, told in found.items()}


@hang(Slot.OPERATOR, place=40)
def on_operators_desk(actor: Actor, refs: Sequence[str]) -> Mapping[str, Markup]:
    """How many reported messages wait for a judgement, with the way to them."""
    if not actor.is_operator:
        return {}
    return dict.fromkeys(refs, _drawn("operator", count=queries.count_open_reports()))


def _drawn(name: str, **values: object) -> Markup:
    return Markup(render_template(f"messages/_{name}.html", **values))  # noqa: S704 - the template escapes its values
