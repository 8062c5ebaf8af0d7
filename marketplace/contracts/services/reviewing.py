"""What the departments of both provinces say of a frozen text: asked, heard, sent back, or passed over in silence.

One review a department. Every verb but `ask` takes the locks itself: paper, then review.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.queries.organisations import belongs_to_any
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Agreement, Deadline, DepartmentReview, TermsVersion
from marketplace.contracts.queries.workdays import end_of_workday, last_day
from marketplace.contracts.services import deadlines, telling, trail
from marketplace.contracts.services.reopening import back_to_table
from marketplace.contracts.states.agreements import AgreementAction, AgreementState, Review, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.states.reviews import PENDING, ReturnReason, ReviewAction, ReviewState
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.outbox import enqueue
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.places.models import Province

ISSUE = "contracts.issue"
REVIEW_DAYS = 5


def ask(agreement: Agreement, version: TermsVersion, by: Actor) -> None:
    """Both sides of a locked paper accept one text: its departments get it, with a deadline, if the policy asks so.

    Where nobody is awaited the paper is ready at once and its PDF is ordered.
    """
    reviews: list[DepartmentReview] = []
    if agreement.review_policy is Review.REQUIRED:
        reviews = [_asked(agreement, version, *one, by=by) for one in _looking(agreement)]
    waiting = [one for one in reviews if one.state in PENDING]
    if not waiting:
        _clear(agreement, AgreementAction.CLEAR, by=SYSTEM, version=version.number)
        return
    due_at, refs = waiting[0].due_at, [one.ref for one in waiting]
    trail.advance(
        agreement,
        AgreementAction.TASK,
        by=SYSTEM,
        turn=Turn.DEPARTMENTS,
        due_at=due_at,
        version=version.number,
        reviews=refs,
    )
    agreement.shown_to_departments_at = agreement.shown_to_departments_at or clock.now()
    for one in waiting:
        _task(one)


def approve(review: DepartmentReview, words: str, by: Actor) -> None:
    """A department has no objection; when no other is awaited the paper is ready and its PDF is ordered."""
    agreement = _held(review, by)
    _decide(review, ReviewAction.APPROVE, words=words, by=by)
    trail.note(agreement, "review_approved", by=by, review=review.ref, version=review.version.number)
    _go_on(agreement, review.version, by)


def send_back(review: DepartmentReview, reason: ReturnReason, words: str, by: Actor) -> None:
    """A department returns the text: both sides read why, the author of the version has the next word."""
    agreement = _held(review, by)
    if not words:
        raise Refused(_("Say in words what has to change: both sides will read it."), field="words")
    review.reason = reason
    _decide(review, ReviewAction.RETURN, words=words, by=by)
    _close(_open_reviews(agreement), template="review_closed")
    back_to_table(agreement, AgreementAction.RETURN, by=by, review=review.ref, reason=reason.value)
    telling.tell_both(agreement, "review_returned", reason=reason.value, words=words, **_department(review))


def tell_in_force(agreement: Agreement) -> None:
    """A paper has entered into force: the departments may read it from now on, but for kinds that involve none."""
    if agreement.review_policy is Review.NONE:
        return
    agreement.shown_to_departments_at = agreement.shown_to_departments_at or clock.now()
    ahead = agreement.day_ahead.isoformat() if agreement.day_ahead else ""
    telling.tell_departments(agreement, "in_force", day_ahead=ahead)


def void(agreement: Agreement, *, all_of_them: bool) -> None:
    """The text of a locked paper is off the table; opinions given stand unless a new text will come."""
    found = _open_reviews(agreement)
    _close(found if all_of_them else [one for one in found if one.state in PENDING], template="review_dropped")


@deadlines.lapses(DeadlineKind.REVIEW)
def lapse(deadline: Deadline) -> None:
    """A department was silent: recorded as no objection only where the policy says so, else overdue and reminded."""
    review = db.session.scalar(select(DepartmentReview).where(DepartmentReview.ref == deadline.subject_ref))
    if review is None:
        return
    lock(review)
    agreement = review.agreement
    if review.state not in PENDING or agreement.state is not AgreementState.IN_REVIEW:
        return
    if not _is_active(review.department):
        _replace_gone(review)
    elif agreement.policy.get("silence_passes", False):
        _let_pass(review)
    else:
        _remind(review)


# --- asking ---


def _looking(agreement: Agreement) -> list[tuple[Organisation | None, Province]]:
    """Who looks for which province: one where both sides lie in one, nobody where a province has no active one."""
    found: dict[object, tuple[Organisation | None, Province]] = {}
    for department, province in (
        (agreement.seller_department, agreement.seller_province),
        (agreement.buyer_department, agreement.buyer_province),
    ):
        active = department if _is_active(department) else None
        found.setdefault(active.ref if active else province.id, (active, province))
    return list(found.values())


def _is_active(department: Organisation | None) -> bool:
    return department is not None and department.state is OrganisationState.VERIFIED


def _asked(
    agreement: Agreement, version: TermsVersion, department: Organisation | None, province: Province, *, by: Actor
) -> DepartmentReview:
    days = agreement.policy.get("review_days", REVIEW_DAYS)
    review = DepartmentReview(
        ref=next_ref("review"),
        agreement=agreement,
        version=version,
        sha256=version.sha256,
        department=department,
        province_id=province.id,
        due_at=end_of_workday(days) if department else None,
        **_beginning(department),
    )
    db.session.add(review)
    db.session.flush()
    audit.record(audit.subject_of(review), "ask", by=by, after=review.state.value, version=version.number)
    if department is None:
        trail.note(agreement, "no_department", by=SYSTEM, review=review.ref, province=province.code)
        telling.tell_operators(agreement, "no_department", province=province.name)
    return review


def _beginning(department: Organisation | None) -> dict[str, Any]:
    if department is not None:
        return {"state": ReviewState.WAITING}
    return {"state": ReviewState.NO_DEPARTMENT, "decided_at": clock.now()}


def _task(review: DepartmentReview) -> None:
    assert review.due_at is not None
    agreement = review.agreement
    deadlines.begin(agreement, DeadlineKind.REVIEW, until=review.due_at, turn=Turn.DEPARTMENTS, subject=review.ref)
    _tell(review, "review_asked", due_on=last_day(review.due_at).isoformat())


# --- deciding ---


def _held(review: DepartmentReview, by: Actor) -> Agreement:
    """The paper and the review under lock, once it is certain that this officer may still decide."""
    agreement = review.agreement
    lock(*(one for one in (agreement.belongs_to, agreement) if one is not None))
    lock(review)
    if by.person_id is not None and belongs_to_any(by.person_id, [agreement.seller_id, agreement.buyer_id]):
        raise Refused(_("You belong to one of the two sides: a colleague has to decide this one."))
    if review.state is ReviewState.CLOSED or agreement.state is not AgreementState.IN_REVIEW:
        raise Refused(_("This text is no longer before the departments: the agreement is now “%(state)s”.",
                        state=agreement.state.label))  # fmt: skip
    if review.state not in PENDING:
        raise Refused(_("Your department has decided already: “%(state)s”.", state=review.state.label))
    if review.version.number != agreement.last_version or review.sha256 != review.version.sha256:
        raise Refused(_("There is a newer text. Open the page again and read that one."))
    return agreement


def _decide(review: DepartmentReview, action: ReviewAction, *, words: str = "", by: Actor) -> None:
    figures = {"reason": review.reason.value} if review.reason else {}
    move(review, action, by=by, **figures)
    review.words, review.person_id, review.decided_at = words, by.person_id, clock.now()
    deadlines.close(DeadlineKind.REVIEW, review.ref)
    db.session.flush()


def _go_on(agreement: Agreement, version: TermsVersion, by: Actor) -> None:
    """The paper is ready once no department is awaited."""
    awaited = select(DepartmentReview.id).where(
        DepartmentReview.version_id == version.id, DepartmentReview.state.in_(PENDING)
    )
    if db.session.scalar(awaited.limit(1)) is None:
        _clear(agreement, AgreementAction.APPROVE, by=by, version=version.number)
        telling.tell_both(agreement, "review_passed")


def _clear(agreement: Agreement, action: AgreementAction, *, by: Actor, version: int) -> None:
    trail.advance(agreement, action, by=by, turn=Turn.SYSTEM, version=version)
    enqueue(ISSUE, agreement=agreement.ref)


# --- silence and what is off the table ---


def _let_pass(review: DepartmentReview) -> None:
    _decide(review, ReviewAction.LET_PASS, by=SYSTEM)
    trail.note(review.agreement, "review_let_pass", by=SYSTEM, review=review.ref)
    _tell(review, "review_let_pass")
    _go_on(review.agreement, review.version, SYSTEM)


def _remind(review: DepartmentReview) -> None:
    """Overdue stays overdue: the department is reminded again after each further span of the same length."""
    agreement = review.agreement
    if review.state is ReviewState.WAITING:
        move(review, ReviewAction.REMIND, by=SYSTEM)
        trail.note(agreement, "review_overdue", by=SYSTEM, review=review.ref)
        telling.tell_both(agreement, "review_late", **_department(review))
    until = end_of_workday(agreement.policy.get("review_days", REVIEW_DAYS))
    again = deadlines.begin(agreement, DeadlineKind.REVIEW, until=until, turn=Turn.DEPARTMENTS, subject=review.ref)
    again.reminded, again.next_at = deadlines.LAST, again.due_at
    assert review.due_at is not None
    _tell(review, "review_overdue", due_on=last_day(review.due_at).isoformat())


def _replace_gone(review: DepartmentReview) -> None:
    """The department has been closed or suspended since: nobody is awaited there, and the operator is told."""
    agreement, version = review.agreement, review.version
    move(review, ReviewAction.CLOSE, by=SYSTEM)
    province = db.session.get_one(Province, review.province_id)
    _asked(agreement, version, None, province, by=SYSTEM)
    _go_on(agreement, version, SYSTEM)


def _open_reviews(agreement: Agreement) -> list[DepartmentReview]:
    over = (ReviewState.CLOSED, ReviewState.RETURNED)
    mine = select(DepartmentReview).where(
        DepartmentReview.agreement_id == agreement.id, DepartmentReview.state.not_in(over)
    )
    return list(db.session.scalars(mine.order_by(DepartmentReview.id)))


def _close(reviews: Sequence[DepartmentReview], *, template: str) -> None:
    for one in reviews:
        was_pending = one.state in PENDING
        move(one, ReviewAction.CLOSE, by=SYSTEM)
        deadlines.close(DeadlineKind.REVIEW, one.ref)
        if was_pending:
            _tell(one, template)


def _tell(review: DepartmentReview, template: str, **more: Any) -> None:
    if review.department is not None:
        telling.tell_department(review.agreement, review.department, template, review=review.ref, **more)


def _department(review: DepartmentReview) -> dict[str, str]:
    return {"department": review.department.name if review.department else ""}
