"""The rules in force, read: policies of the kinds, the library of model clauses, days of the calendar, changes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import CalendarDay, KindPolicy, ModelClause, RuleChange
from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.contracts.states.signing import ChangeState
from marketplace.contracts.terms.texts import shelf_of
from marketplace.core import clock
from marketplace.core.database import db


def policy_of(kind: AgreementKind) -> KindPolicy:
    """How agreements of a kind are reviewed, signed and timed today."""
    return db.session.scalars(select(KindPolicy).where(KindPolicy.kind == kind)).one()


def policies() -> list[KindPolicy]:
    """The policy of every kind, in the order of the kinds."""
    found = {one.kind: one for one in db.session.scalars(select(KindPolicy))}
    return [found[kind] for kind in AgreementKind if kind in found]


def library(kind: AgreementKind, paper: PaperKind = PaperKind.CONTRACT) -> list[ModelClause]:
    """The model clauses that are offered today for a kind and paper, each in its newest version, in their order."""
    return [one for one in newest(kind, paper) if one.is_offered]


def newest(kind: AgreementKind, paper: PaperKind = PaperKind.CONTRACT) -> list[ModelClause]:
    """The newest version in force of every clause, also of those that are not offered any more."""
    found: dict[str, ModelClause] = {}
    for one in versions(kind, paper):
        if one.since <= clock.today():
            found[one.key] = one
    return sorted(found.values(), key=lambda one: (one.position, one.key))


def versions(kind: AgreementKind, paper: PaperKind = PaperKind.CONTRACT) -> list[ModelClause]:
    """Every version of every clause of a kind and paper, older ones first."""
    mine = (ModelClause.kind == kind) & (ModelClause.paper == shelf_of(paper))
    return list(db.session.scalars(select(ModelClause).where(mine).order_by(ModelClause.key, ModelClause.version)))


def history(kind: AgreementKind, paper: PaperKind, key: str) -> list[ModelClause]:
    """Every version of one clause, the newest first."""
    return [one for one in reversed(versions(kind, paper)) if one.key == key]


def days_of(year: int) -> list[CalendarDay]:
    """The days of a year that are otherwise than their weekday says."""
    within = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return list(db.session.scalars(select(CalendarDay).where(within).order_by(CalendarDay.day)))


def day_of(day: date) -> CalendarDay | None:
    """What the calendar says of a day, if anything."""
    return db.session.scalar(select(CalendarDay).where(CalendarDay.day == day))


def years() -> list[int]:
    """The years that the calendar knows, and this one and the next."""
    ends = db.session.execute(select(func.min(CalendarDay.day), func.max(CalendarDay.day))).one()
    this = clock.today().year
    known = [one.year for one in ends if one is not None]
    return list(range(min([this, *known]), max([this + 1, *known]) + 1))


def open_changes() -> list[RuleChange]:
    """Proposals that wait for a second operator, the oldest first."""
    return _changes(ChangeState.PROPOSED, newest_first=False)


def decided_changes(most: int = 50) -> list[RuleChange]:
    """What was put into force, declined or taken back, the newest first."""
    return _changes(ChangeState.APPLIED, ChangeState.DECLINED, ChangeState.WITHDRAWN, most=most)


def _changes(*states: ChangeState, most: int = 200, newest_first: bool = True) -> list[RuleChange]:
    people = (joinedload(RuleChange.proposed_by), joinedload(RuleChange.decided_by))
    wanted = select(RuleChange).where(RuleChange.state.in_(states)).options(*people).limit(most)
    latest = wanted.order_by(RuleChange.decided_at.desc(), RuleChange.id.desc())
    return list(db.session.scalars(latest if newest_first else wanted.order_by(RuleChange.id)))


def waiting_count() -> int:
    """How many proposals wait for a second operator."""
    return db.session.scalar(select(func.count()).where(RuleChange.state == ChangeState.PROPOSED)) or 0


def change_by_ref(ref: str) -> RuleChange | None:
    """One change, by its ref."""
    people = (joinedload(RuleChange.proposed_by), joinedload(RuleChange.decided_by))
    return db.session.scalar(select(RuleChange).where(RuleChange.ref == ref[:32]).options(*people))
