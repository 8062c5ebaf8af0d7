"""A department follows an agreement that may go wrong; both sides answer, and the department says how it ends."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Agreement, MonitoringCase
from marketplace.contracts.services import telling, trail
from marketplace.contracts.states.agreements import RUNNING, Side
from marketplace.contracts.states.performing import OPEN_CASES, CaseAction, CaseState, Indicator
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused

ENDS = (CaseAction.COMPLETE, CaseAction.CLOSE, CaseAction.STOP)


def draft_case(
    agreement: Agreement, department: Organisation, indicator: Indicator, words: str, by: Actor
) -> MonitoringCase:
    """A department notes why it may have to follow a running agreement; nobody else sees the draft."""
    lock(agreement)
    if not agreement.is_contract or agreement.state not in RUNNING:
        raise Refused(_("Only a contract that is in force can be followed."))
    if _is_followed(agreement, department, indicator):
        raise Refused(_("Your department follows this agreement for the same reason already."), field="indicator")
    case = MonitoringCase(
        ref=next_ref("monitoring"),
        agreement=agreement,
        department=department,
        indicator=indicator,
        state=CaseState.DRAFT,
        words=words,
        person_id=by.person_id,
    )
    db.session.add(case)
    db.session.flush()
    return case


def open_case(case: MonitoringCase, by: Actor) -> None:
    """The two sides and the other department are told why the agreement is followed, and the sides are asked to act."""
    _hold(case)
    agreement = case.agreement
    if agreement.state not in RUNNING:
        raise Refused(_("Only a contract that is in force can be followed."))
    if not case.words:
        raise Refused(_("Say in words what you have seen: whoever sees the case reads it."), field="words")
    move(case, CaseAction.OPEN, by=by, agreement=agreement.ref, indicator=case.indicator.value)
    case.opened_at = clock.now()
    trail.note(agreement, "monitoring_opened", by=by, case=case.ref, indicator=case.indicator.value)
    trail.flag(agreement, "monitored", on=True, by=by, case=case.ref)
    about = _about(case)
    telling.tell_both(agreement, "monitoring_opened", page=_page(case), words=case.words, **about)
    _tell_elsewhere(case, "monitoring_opened_elsewhere", words=case.words)


def change_words(case: MonitoringCase, words: str, by: Actor) -> None:
    """A draft says something else now."""
    _hold(case)
    if case.state is not CaseState.DRAFT:
        raise Refused(_("Both sides have read these words: they can no longer be changed."))
    case.words, case.person_id = words, by.person_id
    db.session.flush()


def cancel(case: MonitoringCase, by: Actor) -> None:
    """A draft is dropped; nobody has seen it."""
    _hold(case)
    move(case, CaseAction.CANCEL, by=by)
    case.ended_at = clock.now()


def answer(case: MonitoringCase, side: Side, *, has_acted: bool, words: str, by: Actor) -> None:
    """A side says what it has done, or why it sees no problem; the first answer moves the case, another may follow."""
    _hold(case)
    if case.state not in OPEN_CASES:
        raise Refused(_("This case is no longer open."))
    if getattr(case, f"{side.value}_acted") is not None:
        raise Refused(_("Your side has answered already."))
    setattr(case, f"{side.value}_acted", has_acted)
    setattr(case, f"{side.value}_answer", words)
    if case.state is CaseState.ACTIVE:
        move(case, CaseAction.ADDRESS if has_acted else CaseAction.DECLINE, by=by, side=side.value)
    trail.note(case.agreement, "monitoring_answered", by=by, case=case.ref, side=side.value, acted=has_acted)
    page = f"/department/monitoring/{case.ref}"
    about = {**_about(case), "side": side.value, "acted": has_acted, "words": words}
    telling.tell_department(case.agreement, case.department, "monitoring_answered", page=page, **about)


def end(case: MonitoringCase, action: CaseAction, result: str, by: Actor) -> None:
    """The department says how it ends: acted upon, no problem after all, or stopped; all who knew of it are told."""
    if action not in ENDS:
        raise ValueError(f"{action} ends no case")
    _hold(case)
    if not result:
        raise Refused(_("Say in words how it ended: both sides will read it."), field="result")
    move(case, action, by=by, agreement=case.agreement.ref)
    case.result, case.ended_at = result, clock.now()
    db.session.flush()
    trail.note(case.agreement, "monitoring_ended", by=by, case=case.ref, end=case.state.value)
    if not _open_cases(case.agreement):
        trail.flag(case.agreement, "monitored", on=False, by=by)
    telling.tell_both(case.agreement, "monitoring_ended", page=_page(case), words=result, end=case.state.value,
                      **_about(case))  # fmt: skip
    _tell_elsewhere(case, "monitoring_ended", words=result, end=case.state.value)


def _tell_elsewhere(case: MonitoringCase, template: str, **more: str) -> None:
    """Write to the other province's department, where there is one."""
    for department in case.agreement.departments():
        if department.id != case.department_id:
            telling.tell_department(case.agreement, department, template, **more, **_about(case))


def _hold(case: MonitoringCase) -> None:
    lock(case.agreement)
    lock(case)


def _is_followed(agreement: Agreement, department: Organisation, indicator: Indicator) -> bool:
    known = select(MonitoringCase.id).where(
        MonitoringCase.agreement_id == agreement.id,
        MonitoringCase.department_id == department.id,
        MonitoringCase.indicator == indicator,
        MonitoringCase.state.in_((CaseState.DRAFT, *OPEN_CASES)),
    )
    return db.session.scalar(known.limit(1)) is not None


def _open_cases(agreement: Agreement) -> bool:
    known = select(MonitoringCase.id).where(
        MonitoringCase.agreement_id == agreement.id, MonitoringCase.state.in_(OPEN_CASES)
    )
    return db.session.scalar(known.limit(1)) is not None


def _about(case: MonitoringCase) -> dict[str, str]:
    return {"case": case.ref, "department": case.department.name, "indicator": case.indicator.value}


def _page(case: MonitoringCase) -> str:
    return f"/agreements/{case.agreement.ref}/monitoring/{case.ref}"
