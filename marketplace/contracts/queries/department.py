"""What a department reads: its queue, the agreements of its province, the opinions on one text, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import (
    Acceptance,
    Agreement,
    DepartmentReview,
    Dispute,
    MonitoringCase,
    TermsVersion,
)
from marketplace.contracts.states.agreements import RUNNING, TERMINAL, AgreementKind, AgreementState
from marketplace.contracts.states.performing import CaseState, DisputeState
from marketplace.contracts.states.reviews import PENDING, ReviewState
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled
from marketplace.web.paging import count_up_to

BOTH_SIDES = 2


class Stage(Labelled):
    """Where agreements stand, in the few words that a department asks by."""

    IN_REVIEW = "in_review", _l("with the departments")
    ON_THE_WAY = "on_the_way", _l("on the way to signature")
    IN_FORCE = "in_force", _l("in force")
    OVER = "over", _l("ended")


STAGES: dict[Stage, tuple[AgreementState, ...]] = {
    Stage.IN_REVIEW: (AgreementState.IN_REVIEW,),
    Stage.ON_THE_WAY: (
        AgreementState.NEGOTIATING,
        AgreementState.AGREED,
        AgreementState.READY,
        AgreementState.SIGNING,
    ),
    Stage.IN_FORCE: RUNNING,
    Stage.OVER: TERMINAL,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list is narrowed to; None and the empty text mean everything."""

    kind: AgreementKind | None = None
    province: str = ""
    stage: Stage | None = None
    words: str = ""
    is_late: bool = False

    @property
    def is_narrow(self) -> bool:
        """Something is asked for."""
        return self != Wish()


# --- lists ---


def cases_of(department: Organisation, *, is_open: bool) -> Select[MonitoringCase]:
    """Cases that this department has made, the latest first: those that run, or those that are over."""
    over = (CaseState.COMPLETED, CaseState.CLOSED, CaseState.STOPPED, CaseState.CANCELLED)
    running = MonitoringCase.state.not_in(over) if is_open else MonitoringCase.state.in_(over)
    asked = select(MonitoringCase).where(MonitoringCase.department_id == department.id, running)
    whole = joinedload(MonitoringCase.agreement).options(*sides())
    return asked.order_by(MonitoringCase.opened_at.desc(), MonitoringCase.id.desc()).options(whole)


def mediations_of(department: Organisation) -> list[Dispute]:
    """Disputes in which this department was asked to mediate and which are not ended."""
    asked = select(Dispute).where(Dispute.mediator_id == department.id, Dispute.state == DisputeState.MEDIATION)
    whole = joinedload(Dispute.agreement).options(*sides())
    return list(db.session.scalars(asked.order_by(Dispute.opened_at, Dispute.id).options(whole)))


def owed_among(department: Organisation, agreement_ids: Sequence[int]) -> set[int]:
    """Those of some papers on which this department's own opinion is awaited."""
    mine = (DepartmentReview.department_id == department.id) & DepartmentReview.state.in_(PENDING)
    asked = select(DepartmentReview.agreement_id).where(mine, DepartmentReview.agreement_id.in_(agreement_ids))
    return set(db.session.scalars(asked))


def sides() -> tuple[Any, ...]:
    """What a row of a desk's list shows of both sides."""
    return (
        joinedload(Agreement.seller),
        joinedload(Agreement.buyer),
        joinedload(Agreement.seller_province),
        joinedload(Agreement.buyer_province),
        joinedload(Agreement.belongs_to),
    )


def _of_province(department: Organisation) -> ColumnElement[bool]:
    return or_(Agreement.seller_department_id == department.id, Agreement.buyer_department_id == department.id)


# --- one text and what was said of it ---


def frozen_version(agreement: Agreement) -> TermsVersion | None:
    """The text that counts for a department: the one in force, else the newest that both sides have accepted."""
    version = TermsVersion
    mine = select(version).where(version.agreement_id == agreement.id)
    if agreement.active_version:
        return db.session.scalar(mine.where(version.number == agreement.active_version))
    accepted = select(func.count(Acceptance.id)).where(Acceptance.version_id == version.id).scalar_subquery()
    return db.session.scalar(mine.where(accepted == BOTH_SIDES).order_by(version.number.desc()).limit(1))


def reviews_of(agreement: Agreement) -> list[DepartmentReview]:
    """Every opinion on every text of a paper, the newest text first."""
    asked = select(DepartmentReview).where(DepartmentReview.agreement_id == agreement.id)
    whole = (
        joinedload(DepartmentReview.department),
        joinedload(DepartmentReview.version),
        joinedload(DepartmentReview.person),
    )
    return list(db.session.scalars(asked.order_by(DepartmentReview.id.desc()).options(*whole)))


def version_reviewed_before(
    agreement: Agreement, version: TermsVersion, department: Organisation
) -> TermsVersion | None:
    """The newest earlier text that lay before this department, whatever became of it."""
    asked = select(TermsVersion).join(DepartmentReview, DepartmentReview.version_id == TermsVersion.id)
    mine = (TermsVersion.agreement_id == agreement.id) & (DepartmentReview.department_id == department.id)
    before = asked.where(mine, TermsVersion.number < version.number)
    return db.session.scalar(before.order_by(TermsVersion.number.desc()).limit(1))


def is_settled(reviews: Sequence[DepartmentReview], version_id: int) -> bool:
    """Nobody is awaited on this text any more: from then on everybody may read what was said."""
    return all(one.state not in PENDING for one in reviews if one.version_id == version_id)


def earlier_between(agreement: Agreement, department: Organisation, *, most: int = 10) -> list[Agreement]:
    """Other contracts of the same two organisations, in either role, that this department may see."""
    pair = or_(
        and_(Agreement.seller_id == agreement.seller_id, Agreement.buyer_id == agreement.buyer_id),
        and_(Agreement.seller_id == agreement.buyer_id, Agreement.buyer_id == agreement.seller_id),
    )
    others = Agreement.id.not_in([one for one in (agreement.id, agreement.belongs_to_id) if one])
    contract = Agreement.belongs_to_id.is_(None) & Agreement.shown_to_departments_at.is_not(None)
    asked = select(Agreement).where(pair, others, contract, _of_province(department))
    return list(db.session.scalars(asked.order_by(Agreement.id.desc()).limit(most)))


def waiting_for(department_id: int, *, most: int) -> int:
    """How many opinions a department owes, counted up to so many."""
    waiting = (DepartmentReview.department_id == department_id) & DepartmentReview.state.in_(PENDING)
    return count_up_to(most, select(DepartmentReview.id).where(waiting))


def overdue_reviews() -> int:
    """How many opinions are overdue over the whole market."""
    late = DepartmentReview.state == ReviewState.OVERDUE
    return db.session.scalar(select(func.count(DepartmentReview.id)).where(late)) or 0
