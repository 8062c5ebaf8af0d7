"""What a running deadline does when its moment comes: a reminder at half time, one a day before, then the lapse."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import Agreement, Deadline, DepartmentReview
from marketplace.contracts.queries.workdays import last_day
from marketplace.contracts.services import deadlines, telling
from marketplace.contracts.states.agreements import AgreementState, Side, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core import clock
from marketplace.core.database import db, lock

SIDES = {
    Turn.SELLER: (Side.SELLER,),
    Turn.BUYER: (Side.BUYER,),
    Turn.BOTH: (Side.SELLER, Side.BUYER),
}
# where the thing that is awaited has its own page below the agreement's, by the letters of its ref
PAGES = {"GH": "call-offs", "KN": "disputes"}


def pass_deadline(row: Deadline) -> bool:
    """Remind whoever has to act, or do what the lapse says; False where the row was closed or moved on meanwhile."""
    agreement = row.agreement
    lock(*(one for one in (agreement.belongs_to, agreement) if one is not None))
    lock(row)
    if row.closed_at is not None or row.next_at > clock.now():
        return False
    if agreement.state is AgreementState.CANCELLED:
        row.closed_at = clock.now()
        return False
    if row.due_at <= clock.now():
        _lapse(row)
    else:
        _remind(row)
    return True


def _remind(row: Deadline) -> None:
    """Each of the two reminders at most once; a worker that was away sends only the later one."""
    reached = deadlines.LAST if clock.now() >= row.due_at - deadlines.EVE else deadlines.HALF
    if reached > row.reminded:
        row.reminded = reached
        _tell(row, "deadline_near", is_last=reached == deadlines.LAST)
    row.next_at = deadlines.next_moment(row.begins_at, row.due_at, row.reminded)


def _lapse(row: Deadline) -> None:
    """The row is closed first, so that what follows may begin the next one; who has named no effect is only told."""
    row.lapsed_at = row.closed_at = clock.now()
    db.session.flush()
    effect = deadlines.on_lapse(row.kind)
    if effect is not None:
        effect(row)
    else:
        _tell(row, "deadline_passed")


def _tell(row: Deadline, template: str, **more: Any) -> None:
    agreement, figures = row.agreement, {"about": row.kind.value, "due_on": last_day(row.due_at).isoformat(), **more}
    for side in SIDES.get(row.turn, ()):
        telling.tell(agreement, side, template, page=_page(agreement, row.subject_ref), **figures)
    if row.kind is DeadlineKind.REVIEW:
        _tell_reviewer(row, template, figures)
    elif row.turn is Turn.DEPARTMENTS:
        telling.tell_departments(agreement, template, **figures)


def _tell_reviewer(row: Deadline, template: str, figures: dict[str, Any]) -> None:
    """Only the department whose opinion is awaited."""
    review = db.session.scalar(select(DepartmentReview).where(DepartmentReview.ref == row.subject_ref))
    if review is not None and review.department is not None:
        telling.tell_department(row.agreement, review.department, template, **figures)


def _page(agreement: Agreement, subject: str) -> str:
    below = PAGES.get(subject.partition("-")[0])
    return f"/agreements/{agreement.ref}/{below}/{subject}" if below else f"/agreements/{agreement.ref}"
