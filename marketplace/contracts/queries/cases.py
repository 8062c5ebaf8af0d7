"""Monitoring cases as their readers see them, and the contracts at which something gives reason to look."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Agreement, MonitoringCase
from marketplace.contracts.policies import is_department_of, side_of
from marketplace.contracts.policies.monitoring import may_see_case
from marketplace.contracts.queries.risks import Risk, open_cases_on, risks_in, running_of
from marketplace.contracts.states.agreements import RUNNING, Side
from marketplace.contracts.states.performing import OPEN_CASES, CaseState, Indicator
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.permissions import Permission, allows

TONES = {
    CaseState.DRAFT: "neutral",
    CaseState.ACTIVE: "gold",
    CaseState.ADDRESSED: "gold",
    CaseState.DECLINED: "gold",
    CaseState.COMPLETED: "tea",
    CaseState.CLOSED: "tea",
}


@dataclass(frozen=True, slots=True)
class Followed:
    """What an agreement's page shows: the cases, those her side owes an answer, whether she may begin one."""

    cases: list[MonitoringCase]
    is_department: bool
    may_begin: bool
    owed: list[MonitoringCase]


def section_of(reader: Actor, agreement: Agreement) -> Followed | None:
    """The cases that this reader sees, the latest first; None where there is nothing to see or to do."""
    asked = select(MonitoringCase).where(MonitoringCase.agreement_id == agreement.id)
    rows = db.session.scalars(
        asked.order_by(MonitoringCase.id.desc()).options(
            joinedload(MonitoringCase.department), joinedload(MonitoringCase.agreement)
        )
    )
    seen = [one for one in rows if may_see_case(reader, one)]
    looks = is_department_of(reader, agreement)
    may_begin = looks and agreement.is_contract and agreement.state in RUNNING
    owed = _owed_by(reader, agreement, seen)
    return Followed(seen, looks, may_begin, owed) if seen or may_begin else None


def _owed_by(reader: Actor, agreement: Agreement, seen: list[MonitoringCase]) -> list[MonitoringCase]:
    side = side_of(reader, agreement)
    if side is None:
        return []
    return [one for one in seen if may_still_answer(one, side) and allows(reader, Permission.MONITORING_ANSWER, one)]


def may_still_answer(case: MonitoringCase, side: Side) -> bool:
    """The case is open and this side has not answered."""
    return case.state in OPEN_CASES and getattr(case, f"{side.value}_acted") is None


def tone_of(case: MonitoringCase) -> str:
    """The colour of a case's badge."""
    return TONES.get(case.state, "muted")


@dataclass(frozen=True, slots=True)
class Risky:
    """One contract with its signs; for each the case by which the department follows it, if there is one."""

    agreement: Agreement
    risks: list[tuple[Risk, MonitoringCase | None]]


def risky(department: Organisation, wanted: Indicator | None) -> list[Risky]:
    """Contracts in force with at least one sign (of this kind, where one is asked for), the most signs first."""
    found = risks_in(running_of(department))
    if wanted is not None:
        found = {one: each for one, each in found.items() if any(risk.indicator is wanted for risk in each)}
    followed = open_cases_on(found, department)
    rows = [
        Risky(one, [(risk, followed.get((one.id, risk.indicator))) for risk in found[one.id]])
        for one in _contracts(sorted(found))
    ]
    return sorted(rows, key=lambda row: (-len(row.risks), -row.agreement.id))


def _contracts(ids: list[int]) -> list[Agreement]:
    whole = (
        joinedload(Agreement.seller),
        joinedload(Agreement.buyer),
        joinedload(Agreement.seller_province),
        joinedload(Agreement.buyer_province),
    )
    return list(db.session.scalars(select(Agreement).where(Agreement.id.in_(ids)).options(*whole)))
