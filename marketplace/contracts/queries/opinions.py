"""Opinions of the departments as different readers see them, and what a department weighs before it gives its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Agreement, DepartmentReview, TermsVersion
from marketplace.contracts.queries.department import (
    earlier_between,
    frozen_version,
    is_settled,
    reviews_of,
    version_reviewed_before,
)
from marketplace.contracts.queries.rules import versions
from marketplace.contracts.queries.standing_of_parties import (
    CertificateWarning,
    FoodSafety,
    PartyStanding,
    certificate_warnings,
    food_safety_warning,
    standing_of_parties,
)
from marketplace.contracts.queries.workdays import last_day
from marketplace.contracts.states.agreements import PaperKind
from marketplace.contracts.states.reviews import PENDING, ReviewState
from marketplace.contracts.terms.checking import Deviation, deviations
from marketplace.contracts.terms.describing import described
from marketplace.contracts.terms.differing import Changes, changes
from marketplace.core import clock

# papers that promise goods; minutes only look back
WITH_GOODS = (PaperKind.CONTRACT, PaperKind.AMENDMENT)
TONES = {
    ReviewState.WAITING: "gold",
    ReviewState.OVERDUE: "lacquer",
    ReviewState.APPROVED: "tea",
    ReviewState.NO_OBJECTION: "tea",
    ReviewState.RETURNED: "lacquer",
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """One department's part in one text; words are there only for those who may read them by now."""

    ref: str
    version: int
    department: str
    province: str
    state: ReviewState
    is_own: bool
    due_on: date | None
    decided_at: datetime | None
    reason: str
    words: str
    is_hidden: bool
    officer: str

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return TONES.get(self.state, "muted")

    @property
    def is_awaited(self) -> bool:
        """Nobody has decided yet."""
        return self.state in PENDING

    @property
    def days_left(self) -> int | None:
        """Calendar days until the deadline; negative once it has passed."""
        return (self.due_on - clock.today()).days if self.due_on else None


def opinions_on(agreement: Agreement, reader: Organisation | None) -> list[Opinion]:
    """Every opinion on a paper, the newest text first.

    Words are shown once nobody is awaited on that text; a department reads its own at once, with the officer's name.
    """
    rows = reviews_of(agreement)
    return [_opinion(agreement, one, reader, is_settled(rows, one.version_id)) for one in rows]


def _opinion(agreement: Agreement, review: DepartmentReview, reader: Organisation | None, settled: bool) -> Opinion:
    is_own = reader is not None and review.department_id == reader.id
    shown = is_own or settled
    provinces = {one.id: one.name for one in (agreement.seller_province, agreement.buyer_province)}
    return Opinion(
        ref=review.ref,
        version=review.version.number,
        department=review.department.name if review.department else "",
        province=provinces.get(review.province_id, ""),
        state=review.state,
        is_own=is_own,
        due_on=last_day(review.due_at) if review.due_at else None,
        decided_at=review.decided_at,
        reason=str(review.reason.label) if review.reason and shown else "",
        words=review.words if shown else "",
        is_hidden=review.decided_at is not None and not shown,
        officer=review.person.name if is_own and review.person else "",
    )


def awaited_of(said: Iterable[Opinion]) -> Opinion | None:
    """The opinion that the reader's own department still owes."""
    return next((one for one in said if one.is_own and one.is_awaited), None)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What an officer reads before the text itself."""

    deviations: list[Deviation]
    parties: list[PartyStanding]
    certificates: list[CertificateWarning]
    food_safety: FoodSafety | None
    earlier: list[Agreement]
    version: TermsVersion | None
    described: dict[str, Any] | None
    since: Since | None


@dataclass(frozen=True, slots=True)
class Since:
    """What changed between the text that this department has looked at before and this one."""

    number: int
    found: Changes


def weighed(agreement: Agreement, department: Organisation) -> Weighed:
    """Deviations from the model clauses, both sides' standing, certificates, earlier agreements of the two."""
    version = frozen_version(agreement)
    terms = version.terms if version is not None else None
    with_goods = terms is not None and agreement.paper in WITH_GOODS
    return Weighed(
        deviations=_deviations(agreement, terms) if terms is not None else [],
        parties=standing_of_parties(agreement),
        certificates=certificate_warnings(terms, agreement.seller_id) if terms is not None and with_goods else [],
        food_safety=food_safety_warning(terms, agreement.seller_id) if terms is not None and with_goods else None,
        earlier=earlier_between(agreement, department),
        version=version,
        described=described(terms) if terms is not None else None,
        since=_since(agreement, version, department) if version is not None else None,
    )


def _since(agreement: Agreement, version: TermsVersion, department: Organisation) -> Since | None:
    """The last text before this one that was before the same department."""
    before = version_reviewed_before(agreement, version, department)
    return Since(before.number, changes(before.terms, version.terms)) if before is not None else None


def _deviations(agreement: Agreement, terms: dict[str, Any]) -> list[Deviation]:
    known = [one for one in versions(agreement.kind, agreement.paper) if one.since <= clock.today()]
    return deviations(terms, known)
