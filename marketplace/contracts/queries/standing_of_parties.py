"""What a department weighs before an opinion: how the two sides stand, and which certificates will not last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from marketplace.accounts.models import Organisation, Ruling
from marketplace.accounts.states import OrganisationState, RulingKind
from marketplace.catalogue.models import Certificate, FoodSafetyPaper
from marketplace.catalogue.queries import food_safety_papers, is_food
from marketplace.catalogue.states import CertificateBasis
from marketplace.contracts.models import Agreement, Dispute
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.performing import OPEN_DISPUTES, DisputeState
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.tax_codes import masked

DONE = (AgreementState.COMPLETED, AgreementState.EXPIRED)


@dataclass(frozen=True, slots=True)
class PartyStanding:
    """One side: since when it is verified, whether it was ever suspended, how its agreements went so far."""

    side: Side
    organisation: Organisation
    tax_code: str
    verified_at: datetime | None
    suspended_at: tuple[datetime, ...]
    disputes_open: int
    disputes_ended: int
    in_force: int
    done: int
    terminated: int

    @property
    def is_verified(self) -> bool:
        """It may trade today."""
        return self.organisation.state is OrganisationState.VERIFIED

    @property
    def is_suspended(self) -> bool:
        """It may not trade today."""
        return self.organisation.state is OrganisationState.SUSPENDED


def standing_of_parties(agreement: Agreement) -> list[PartyStanding]:
    """Seller and buyer, in three queries."""
    sides = {side: agreement.organisation_of(side) for side in Side}
    ids = [one.id for one in sides.values()]
    rulings, ends, quarrels = _rulings(ids), _agreements(ids), _disputes(ids)
    return [_standing(side, one, rulings, ends, quarrels) for side, one in sides.items()]


def _standing(
    side: Side,
    one: Organisation,
    rulings: Mapping[int, Sequence[Ruling]],
    ends: Mapping[tuple[int, AgreementState], int],
    quarrels: Mapping[tuple[int, DisputeState], int],
) -> PartyStanding:
    mine = rulings.get(one.id, ())
    verified = [ruling.at for ruling in mine if ruling.kind is RulingKind.VERIFIED]
    suspended = tuple(ruling.at for ruling in mine if ruling.kind is RulingKind.SUSPENDED)

    def counted(of: Mapping[tuple[int, Any], int], *states: Any) -> int:
        return sum(of.get((one.id, state), 0) for state in states)

    ended = [state for state in DisputeState if state not in OPEN_DISPUTES]
    return PartyStanding(
        side=side,
        organisation=one,
        tax_code=masked(one.tax_code),
        verified_at=min(verified, default=None),
        suspended_at=suspended,
        disputes_open=counted(quarrels, *OPEN_DISPUTES),
        disputes_ended=counted(quarrels, *ended),
        in_force=counted(ends, AgreementState.ACTIVE, AgreementState.WINDING_DOWN),
        done=counted(ends, *DONE),
        terminated=counted(ends, AgreementState.TERMINATED),
    )


def _rulings(ids: list[int]) -> dict[int, list[Ruling]]:
    kinds = (RulingKind.VERIFIED, RulingKind.SUSPENDED)
    asked = select(Ruling).where(Ruling.organisation_id.in_(ids), Ruling.kind.in_(kinds)).order_by(Ruling.id)
    found: dict[int, list[Ruling]] = {}
    for one in db.session.scalars(asked):
        found.setdefault(one.organisation_id, []).append(one)
    return found


def _agreements(ids: list[int]) -> dict[tuple[int, AgreementState], int]:
    """How many contracts of each state an organisation is a side of."""
    found: dict[tuple[int, AgreementState], int] = {}
    for column in (Agreement.seller_id, Agreement.buyer_id):
        asked = select(column, Agreement.state, func.count()).where(column.in_(ids), Agreement.belongs_to_id.is_(None))
        for whose, state, count in db.session.execute(asked.group_by(column, Agreement.state)):
            found[whose, state] = found.get((whose, state), 0) + count
    return found


def _disputes(ids: list[int]) -> dict[tuple[int, DisputeState], int]:
    """How many disputes of each state an organisation was part of, whoever began."""
    found: dict[tuple[int, DisputeState], int] = {}
    asked = select(Agreement.seller_id, Agreement.buyer_id, Dispute.state).join(Dispute.agreement)
    for seller, buyer, state in db.session.execute(
        asked.where(or_(Agreement.seller_id.in_(ids), Agreement.buyer_id.in_(ids)))
    ):
        for one in {seller, buyer} & set(ids):
            found[one, state] = found.get((one, state), 0) + 1
    return found


# --- certificates ---


@dataclass(frozen=True, slots=True)
class CertificateWarning:
    """A line whose star does not stand on a paper for the whole term."""

    product: str
    number: str
    valid_until: date | None
    revoked_on: date | None
    has_ended: bool


def certificate_warnings(terms: Mapping[str, Any], seller_id: int) -> list[CertificateWarning]:
    """Lines whose OCOP certificate is missing, revoked since, or ends before the term does."""
    last = terms["term"]["valid_to"]
    end = date.fromisoformat(last) if last else clock.today()
    numbers = [paper["number"] for line in terms["lines"] if (paper := line.get("certificate"))]
    known = _certificates(numbers, seller_id)
    judged = (_judged(line, end, known) for line in terms["lines"] if line.get("star") or line.get("certificate"))
    return [one for one in judged if one is not None]


@dataclass(frozen=True, slots=True)
class FoodSafety:
    """What the seller's papers on food safety lack for a text about food: `paper` is the one that lasts longest."""

    paper: FoodSafetyPaper | None
    has_ended: bool


def food_safety_warning(terms: Mapping[str, Any], seller_id: int) -> FoodSafety | None:
    """A text about food or drinks whose seller has no paper on food safety for the whole term; else nothing."""
    if not is_food(line["sku"] for line in terms["lines"] if line.get("sku")):
        return None
    last = terms["term"]["valid_to"]
    end = date.fromisoformat(last) if last else clock.today()
    paper = next(iter(food_safety_papers(seller_id)), None)
    if paper is not None and paper.valid_until >= end:
        return None
    return FoodSafety(paper, has_ended=paper is None or not paper.is_in_force)


def _judged(line: Mapping[str, Any], end: date, known: Mapping[str, Certificate]) -> CertificateWarning | None:
    paper = line.get("certificate") or {}
    number, until = paper.get("number") or "", paper.get("valid_until")
    official = known.get(number)
    valid_until = official.valid_until if official else (date.fromisoformat(until) if until else None)
    revoked = official.revoked_on if official else None
    if valid_until is not None and valid_until >= end and revoked is None:
        return None
    has_ended = valid_until is None or valid_until < clock.today() or revoked is not None
    return CertificateWarning(line["product"], number, valid_until, revoked, has_ended)


def _certificates(numbers: list[str], seller_id: int) -> dict[str, Certificate]:
    asked = select(Certificate).where(
        Certificate.number.in_(numbers),
        Certificate.basis != CertificateBasis.DECLARED,
        Certificate.product.has(seller_id=seller_id),
    )
    return {one.number: one for one in db.session.scalars(asked.order_by(Certificate.valid_until))}
