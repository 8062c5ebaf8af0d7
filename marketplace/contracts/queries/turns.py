"""Whose turn it is, until when, and what comes next: the one answer for lists, page heads and letters.

It is read from the columns that every step sets (state, turn, due_at): no query.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from marketplace.contracts.models import Agreement
from marketplace.contracts.policies import departments_of, side_of
from marketplace.contracts.policies.agreements import EDITORS
from marketplace.contracts.states.agreements import (
    BEFORE_ACTIVE,
    RUNNING,
    AgreementAction,
    AgreementKind,
    AgreementState,
    Side,
    Turn,
)
from marketplace.core import clock
from marketplace.core.actors import Actor, Role
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.web.filters import day

A, S = AgreementAction, AgreementState
# the five steps of a paper's life, each with the states that belong to it
STEPS: tuple[tuple[Any, tuple[AgreementState, ...]], ...] = (
    (_l("Draft"), (S.DRAFT,)),
    (_l("Negotiation"), (S.NEGOTIATING,)),
    (_l("Review"), (S.AGREED, S.IN_REVIEW, S.READY)),
    (_l("Signing"), (S.SIGNING,)),
    (_l("In force"), (S.ACTIVE, S.WINDING_DOWN)),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has to know at one glance; `acts` are the machine's actions that she may do now."""

    words: str
    mine: bool
    until: datetime | None
    next_words: str
    acts: tuple[AgreementAction, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The day with whose end the time runs out."""
        return clock.local(self.until - timedelta(seconds=1)).date() if self.until else None

    @property
    def is_over(self) -> bool:
        """Nothing is awaited any more."""
        return not self.words


def standing_of(actor: Actor, agreement: Agreement) -> Standing:
    """The standing of a paper as one reader sees it."""
    side = side_of(actor, agreement)
    acts = acts_of(actor, agreement)
    mine = _is_mine(actor, agreement, side)
    words = _own_words(agreement, acts) if mine else _other_words(agreement, side)
    return Standing(words, mine, agreement.due_at, _next_words(agreement, side), acts)


def _is_mine(actor: Actor, agreement: Agreement, side: Side | None) -> bool:
    """Whether the reader's own organisation has the turn; a contract in force waits for nobody as a whole."""
    if agreement.state not in BEFORE_ACTIVE:
        return False
    if agreement.turn is Turn.DEPARTMENTS:
        return bool(departments_of(actor, agreement))
    if agreement.turn is Turn.BOTH:
        return side is not None
    return side is not None and agreement.turn.value == side.value


def steps_of(agreement: Agreement) -> list[dict[str, Any]]:
    """The five steps as a bar: done, now, next; a paper that ended early stops where it stood."""
    now = next((place for place, (_word, states) in enumerate(STEPS) if agreement.state in states), len(STEPS))
    if agreement.state is S.CANCELLED:
        return []
    names = ("done", "now", "next")
    return [{"label": word, "state": names[(place >= now) + (place > now)]} for place, (word, _s) in enumerate(STEPS)]


# --- what may be done now ---


def acts_of(actor: Actor, agreement: Agreement) -> tuple[AgreementAction, ...]:
    """The actions of the machine that this reader may do in this state, in the order of the table."""
    possible = agreement.machine.actions(agreement.state)
    return tuple(one for one in possible if _may(actor, agreement, one))


def _may(actor: Actor, agreement: Agreement, action: AgreementAction) -> bool:
    side = side_of(actor, agreement)
    if action in (A.APPROVE, A.RETURN):
        return bool(departments_of(actor, agreement))
    if side is None or (agreement.state is S.DRAFT and side is not agreement.made_by):
        return False
    if action is A.SIGN:
        return actor.has_role(Role.SIGNATORY) and _has_turn(agreement, side)
    if not actor.has_role(*EDITORS):
        return False
    if action in (A.SEND, A.COUNTER):
        return _has_turn(agreement, side)
    if action is A.ACCEPT:
        return agreement.turn.value == side.value and agreement.last_side is not side
    return action in (A.CANCEL, A.REOPEN)


def _has_turn(agreement: Agreement, side: Side) -> bool:
    return agreement.turn in (Turn(side.value), Turn.BOTH)


# --- in words ---


def _own_words(agreement: Agreement, acts: tuple[AgreementAction, ...]) -> str:
    if agreement.turn is Turn.DEPARTMENTS:
        return _("give your department's opinion on the frozen text")
    return {
        S.DRAFT: _("finish the text and send it to the other side"),
        S.NEGOTIATING: _negotiating_words(agreement),
        S.SIGNING: _("sign the issued paper") if A.SIGN in acts else _("your signatory has to sign the issued paper"),
    }.get(agreement.state, "")


def _negotiating_words(agreement: Agreement) -> str:
    if agreement.turn is Turn.BOTH:
        return _("the text is open again: either side may propose the next version")
    if agreement.turn.value == agreement.last_side:
        return _("a department has sent the text back: propose a new version")
    return _("read version %(number)s, then accept it or propose changes", number=agreement.last_version)


def _other_words(agreement: Agreement, side: Side | None) -> str:
    if agreement.is_contract and agreement.state in RUNNING:
        return _running_words(agreement)
    if agreement.turn is Turn.NOBODY:
        return ""
    if agreement.turn is Turn.SYSTEM:
        return _system_words(agreement.state)
    if agreement.turn is Turn.DEPARTMENTS:
        return _("the Departments of Industry and Trade are reading the text")
    if agreement.turn is Turn.BOTH:
        return _("both sides")
    who = agreement.organisation_of(Side(agreement.turn.value)).name
    return _waiting_words(agreement.state, who)


def _system_words(state: AgreementState) -> str:
    if state is S.SIGNING:
        return _("a signature waits for the list that proves its certificate was not revoked")
    return _("the marketplace prepares the next step")


def _running_words(agreement: Agreement) -> str:
    if agreement.state is S.WINDING_DOWN:
        return _("nothing more is called off; what was called off is delivered and paid")
    if agreement.is_suspended:
        return _("new call-offs are suspended; what was called off is delivered and paid")
    if agreement.day_ahead is not None:
        return _("both sides have signed; it takes effect on %(day)s", day=day(agreement.day_ahead))
    if agreement.kind is AgreementKind.MOU:
        return _("both sides work together as the memorandum says")
    return _("goods are called off and delivered as the contract says")


def _waiting_words(state: AgreementState, who: str) -> str:
    if state is S.NEGOTIATING:
        return _("waiting for the answer of %(who)s", who=who)
    if state is S.SIGNING:
        return _("waiting for the signature of %(who)s", who=who)
    return _("waiting for %(who)s", who=who)


def _next_in_force(agreement: Agreement) -> str:
    if agreement.kind is AgreementKind.MOU:
        return _("when both are ready, they make a contract of sale or a framework agreement")
    if agreement.is_suspended:
        return _("once the suspension is lifted, the buyer can call off goods again")
    if agreement.day_ahead is not None:
        return _("from that day the buyer calls off goods, until the end of the term")
    return _("the buyer calls off goods until the end of the term")


def _next_after_signing(agreement: Agreement) -> str:
    if agreement.day_ahead is not None:
        return _("with the last signature it is signed; it takes effect on %(day)s", day=day(agreement.day_ahead))
    return _("with the last signature it is in force")


def _next_words(agreement: Agreement, side: Side | None) -> str:
    sentences: dict[AgreementState, Any] = {
        S.DRAFT: _("the other side reads it and answers"),
        S.NEGOTIATING: _("once both sides accept the same text, it is checked and issued for signing"),
        S.AGREED: _("the text goes to the departments or straight to issue"),
        S.IN_REVIEW: _("when no department objects, the paper is issued for signing"),
        S.READY: _("the paper is issued as PDF for both sides to sign"),
        S.SIGNING: _next_after_signing(agreement),
        S.ACTIVE: _next_in_force(agreement),
        S.WINDING_DOWN: _("what was called off is delivered and settled, then it ends"),
    }
    return str(sentences.get(agreement.state, ""))
