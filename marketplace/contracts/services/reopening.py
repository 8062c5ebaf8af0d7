"""Back to the table: a paper that was accepted, reviewed or issued is negotiated again (T10)."""

from __future__ import annotations

from typing import Any

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.workdays import end_of_workday
from marketplace.contracts.services import deadlines, trail
from marketplace.contracts.states.agreements import AgreementAction, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core.actors import Actor


def back_to_table(agreement: Agreement, action: AgreementAction, *, by: Actor, **figures: Any) -> None:
    """A locked paper is negotiated again: both sides may propose the next version, whoever is first (T10)."""
    deadlines.close_all(agreement)
    until = end_of_workday(agreement.policy["answer_days"])
    trail.advance(agreement, action, by=by, turn=Turn.BOTH, due_at=until, **figures)
    deadlines.begin(agreement, DeadlineKind.ANSWER, until=until, turn=Turn.BOTH)
