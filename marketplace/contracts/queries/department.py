"""What a department reads: its queue, the agreements of its province, the opinions on one text, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

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
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled
from marketplace.core.text import fold
from marketplace.places.models import Province

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


def queue_of(department: Organisation, wish: Wish) -> Select[DepartmentReview]:
    """Texts that wait for this department's opinion, the most urgent first."""
    asked = (
        select(DepartmentReview)
        .join(DepartmentReview.agreement)
        .where(DepartmentReview.department_id == department.id, DepartmentReview.state.in_(PENDING))
        .options(contains_eager(DepartmentReview.agreement).options(*_sides()))
        .order_by(DepartmentReview.due_at, DepartmentReview.id)
    )
    late = [DepartmentReview.state == ReviewState.OVERDUE] if wish.is_late else []
    return asked.where(*_wished(department, wish), *late)


def agreements_of(department: Organisation, wish: Wish) -> Select[Agreement]:
    """Every paper that was shown to this department, the latest touched first."""
    asked = select(Agreement).where(_of_province(department), Agreement.shown_to_departments_at.is_not(None))
    stage = [Agreement.state.in_(STAGES[wish.stage])] if wish.stage else []
    late = [_has_overdue(department)] if wish.is_late else []
    ordered = asked.order_by(Agreement.touched_at.desc(), Agreement.id.desc())
    return ordered.where(*_wished(department, wish), *stage, *late).options(*_sides())


def cases_of(department: Organisation, *, is_open: bool) -> Select[MonitoringCase]:
    """Cases that this department has made, the latest first: those that run, or those that are over."""
    over = (CaseState.COMPLETED, CaseState.CLOSED, CaseState.STOPPED, CaseState.CANCELLED)
    running = MonitoringCase.state.not_in(over) if is_open else MonitoringCase.state.in_(over)
    asked = select(MonitoringCase).where(MonitoringCase.department_id == department.id, running)
    whole = joinedload(MonitoringCase.agreement).options(*_sides())
    return asked.order_by(MonitoringCase.opened_at.desc(), MonitoringCase.id.desc()).options(whole)


def mediations_of(department: Organisation) -> list[Dispute]:
    """Disputes in which this department was asked to mediate and which are not ended."""
    asked = select(Dispute).where(Dispute.mediator_id == department.id, Dispute.state == DisputeState.MEDIATION)
    whole = joinedload(Dispute.agreement).options(*_sides())
    return list(db.session.scalars(asked.order_by(Dispute.opened_at, Dispute.id).options(whole)))


def owed_among(department: Organisation, agreement_ids: Sequence[int]) -> set[int]:
    """Those of some papers on which this department's own opinion is awaited."""
    mine = (DepartmentReview.department_id == department.id) & DepartmentReview.state.in_(PENDING)
    asked = select(DepartmentReview.agreement_id).where(mine, DepartmentReview.agreement_id.in_(agreement_ids))
    return set(db.session.scalars(asked))


def partner_provinces(department: Organisation) -> list[Province]:
    """The provinces that agreements shown to this department lead to."""
    seller = select(Agreement.seller_province_id).where(Agreement.buyer_department_id == department.id)
    buyer = select(Agreement.buyer_province_id).where(Agreement.seller_department_id == department.id)
    shown = Agreement.shown_to_departments_at.is_not(None)
    partners = or_(Province.id.in_(seller.where(shown)), Province.id.in_(buyer.where(shown)))
    return list(db.session.scalars(select(Province).where(partners).order_by(Province.name)))


def _of_province(department: Organisation) -> ColumnElement[bool]:
    return or_(Agreement.seller_department_id == department.id, Agreement.buyer_department_id == department.id)


def _has_overdue(department: Organisation) -> ColumnElement[bool]:
    late = DepartmentReview.state == ReviewState.OVERDUE
    mine = select(DepartmentReview.agreement_id).where(DepartmentReview.department_id == department.id, late)
    return Agreement.id.in_(mine)


def _wished(department: Organisation, wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.kind:
        found.append(Agreement.kind == wish.kind)
    if wish.province:
        found.append(_with_partner_in(department, wish.province))
    if wish.words:
        found.append(_named(wish.words))
    return found


def _with_partner_in(department: Organisation, slug: str) -> ColumnElement[bool]:
    there = select(Province.id).where(Province.slug == slug)
    return or_(
        and_(Agreement.seller_department_id == department.id, Agreement.buyer_province_id.in_(there)),
        and_(Agreement.buyer_department_id == department.id, Agreement.seller_province_id.in_(there)),
    )


def _named(words: str) -> ColumnElement[bool]:
    """By ref, by the paper's number, or by the name of a side as it is written or as its address folds it."""
    part, folded = f"%{_literal(words)}%", f"%{_literal(fold(words).replace(' ', '-'))}%"
    names = (Organisation.name.ilike(part, escape="\\"), Organisation.slug.like(folded, escape="\\"))
    sides = select(Organisation.id).where(or_(*names))
    texts = (Agreement.ref, Agreement.paper_number, Agreement.title)
    return or_(
        *(text.ilike(part, escape="\\") for text in texts),
        Agreement.seller_id.in_(sides),
        Agreement.buyer_id.in_(sides),
    )


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _sides() -> tuple[Any, ...]:
    return (
        joinedload(Agreement.seller),
        joinedload(Agreement.buyer),
        joinedload(Agreement.seller_province),
        joinedload(Agreement.buyer_province),
        joinedload(Agreement.belongs_to),
    )


# --- figures ---


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits for a department, and how much runs."""

    waiting: int
    overdue: int
    soon: int
    in_force: int
    answered: int
    mediations: int


def counts_of(department: Organisation) -> Counts:
    """The figures of the desk, in four queries."""
    review, soon = DepartmentReview, clock.end_of(clock.today())
    waiting = review.state.in_(PENDING)
    kinds = (
        waiting,
        review.state == ReviewState.OVERDUE,
        and_(review.state == ReviewState.WAITING, review.due_at <= soon),
    )
    sums = (func.coalesce(func.sum(case((kind, 1), else_=0)), 0) for kind in kinds)
    mine = db.session.execute(select(*sums).where(review.department_id == department.id, waiting)).one()
    running = _of_province(department) & Agreement.shown_to_departments_at.is_not(None)
    answers = (CaseState.ADDRESSED, CaseState.DECLINED)
    cases = (MonitoringCase.department_id == department.id) & MonitoringCase.state.in_(answers)
    quarrels = (Dispute.mediator_id == department.id) & (Dispute.state == DisputeState.MEDIATION)
    contract = Agreement.belongs_to_id.is_(None)
    return Counts(
        waiting=int(mine[0]),
        overdue=int(mine[1]),
        soon=int(mine[2]),
        in_force=_count(Agreement.id, running, contract, Agreement.state.in_(RUNNING)),
        answered=_count(MonitoringCase.id, cases),
        mediations=_count(Dispute.id, quarrels),
    )


def _count(column: Any, *conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(column)).where(*conditions)) or 0


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


def waiting_for(department_id: int) -> int:
    """How many opinions a department owes."""
    return _count(
        DepartmentReview.id, DepartmentReview.department_id == department_id, DepartmentReview.state.in_(PENDING)
    )


def overdue_reviews() -> int:
    """How many opinions are overdue over the whole market."""
    return _count(DepartmentReview.id, DepartmentReview.state == ReviewState.OVERDUE)
