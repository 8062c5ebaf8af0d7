"""Signs that a contract in force may go wrong, read from what has happened; a sign is no judgement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Certificate, FoodSafetyPaper, Product, ProductSet, Variant
from marketplace.catalogue.queries.food_safety import food_sets
from marketplace.catalogue.states import CertificateBasis
from marketplace.contracts.models import (
    Agreement,
    AgreementLine,
    CallOff,
    Document,
    DocumentVoiding,
    MonitoringCase,
    Signature,
    TermsVersion,
)
from marketplace.contracts.states.agreements import RUNNING, AgreementState, PaperKind, Side
from marketplace.contracts.states.performing import OPEN_CASES, CallOffState, CaseState, Indicator
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.orders.models import Order
from marketplace.orders.states import OrderState
from marketplace.web.filters import day

LATE_PERCENT = 20
PRICE_PERCENT = 20
HALF = 2
# goods that never left, or came back, were not delivered late: the order is over
OFF = (OrderState.CANCELLED, OrderState.RETURNED_TO_SELLER)

Scope = Select[int]
Found = dict[int, str]


@dataclass(frozen=True, slots=True)
class Risk:
    """One sign at one contract, with the figures behind it in words."""

    indicator: Indicator
    words: str


def running_of(department: Organisation) -> Scope:
    """The contracts in force that this department sees."""
    shown = _running().where(Agreement.shown_to_departments_at.is_not(None))
    offices = (Agreement.seller_department_id, Agreement.buyer_department_id)
    # two index ranges put together: asked for with "or", the table was read for each sign
    return select(union(*(shown.where(one == department.id) for one in offices)).subquery().c.id)


def only(agreement: Agreement) -> Scope:
    """One contract, as long as it is in force."""
    return _running().where(Agreement.id == agreement.id)


def _running() -> Scope:
    return select(Agreement.id).where(Agreement.paper == PaperKind.CONTRACT, Agreement.state.in_(RUNNING))


def risks_in(scope: Scope) -> dict[int, list[Risk]]:
    """Every sign at every contract of a scope, in the order of the indicators; a fixed number of queries."""
    found: defaultdict[int, list[Risk]] = defaultdict(list)
    for indicator, look in LOOKS.items():
        for agreement_id, words in look(scope).items():
            found[agreement_id].append(Risk(indicator, words))
    return dict(found)


def open_cases_on(ids: Iterable[int], department: Organisation) -> dict[tuple[int, Indicator], MonitoringCase]:
    """The cases by which this department follows these contracts already, drafts included."""
    case = MonitoringCase
    asked = select(case).where(case.agreement_id.in_(sorted(ids)), case.department_id == department.id)
    known = db.session.scalars(asked.where(case.state.in_((CaseState.DRAFT, *OPEN_CASES))))
    return {(one.agreement_id, one.indicator): one for one in known}


# --- the six signs ---


def _late(scope: Scope) -> Found:
    """More than a fifth of the deliveries that were due came late or have not come."""
    due = select(CallOff.agreement_id, CallOff.due_on, Order.delivered_at).join(Order, Order.id == CallOff.order_id)
    asked = due.where(
        CallOff.agreement_id.in_(scope),
        CallOff.state == CallOffState.PLACED,
        CallOff.due_on < clock.today(),
        Order.state.not_in(OFF),
    )
    counted: defaultdict[int, list[bool]] = defaultdict(list)
    for agreement_id, due_on, delivered_at in db.session.execute(asked):
        counted[agreement_id].append(_was_late(due_on, delivered_at))
    return {one: _late_words(each) for one, each in counted.items() if sum(each) * 100 > LATE_PERCENT * len(each)}


def _was_late(due_on: date, delivered_at: datetime | None) -> bool:
    return delivered_at is None or clock.local(delivered_at).date() > due_on


def _late_words(each: list[bool]) -> str:
    return _("%(late)s of %(all)s deliveries were late", late=sum(each), all=len(each))


def _slow(scope: Scope) -> Found:
    """Half of the term has passed, and less than half of the goods by value was delivered."""
    line = AgreementLine
    sums = (func.sum(line.delivered * line.price_vnd), func.sum(line.contracted * line.price_vnd))
    asked = (
        select(Agreement.id, Agreement.valid_from, Agreement.valid_to, *sums)
        .join(line, line.agreement_id == Agreement.id)
        .where(Agreement.id.in_(scope), Agreement.valid_from.is_not(None), Agreement.valid_to.is_not(None))
        .group_by(Agreement.id, Agreement.valid_from, Agreement.valid_to)
    )
    rows = db.session.execute(asked).all()
    behind = (row for row in rows if _is_half_over(row[1], row[2]) and int(row[3] or 0) * HALF < int(row[4] or 0))
    return {row[0]: _slow_words(int(row[3] or 0), int(row[4])) for row in behind}


def _is_half_over(first: date | None, last: date | None) -> bool:
    return first is not None and last is not None and (clock.today() - first).days * HALF >= (last - first).days


def _slow_words(done: int, whole: int) -> str:
    return _("%(percent)s%% of the goods delivered, half of the term has passed", percent=100 * done // whole)


def _price(scope: Scope) -> Found:
    """A line costs more than a fifth more or less than in the text that first entered into force."""
    first = _first_prices(scope)
    asked = select(AgreementLine.agreement_id, AgreementLine.key, AgreementLine.price_vnd)
    found: dict[int, int] = {}
    for agreement_id, key, now in db.session.execute(asked.where(AgreementLine.agreement_id.in_(sorted(first)))):
        before = first[agreement_id].get(key)
        change = round(100 * (now - before) / before) if before else 0
        if abs(change) > max(PRICE_PERCENT, abs(found.get(agreement_id, 0))):
            found[agreement_id] = change
    return {
        one: _("the price of one line changed by %(percent)s%%", percent=f"{change:+d}")
        for one, change in found.items()
    }


def _first_prices(scope: Scope) -> dict[int, Mapping[str, int]]:
    """What each line cost at first, for contracts that an annex has changed since."""
    annex = aliased(Agreement)
    begun = (
        select(annex.belongs_to_id, func.min(annex.amends_version))
        .where(annex.belongs_to_id.in_(scope), annex.paper == PaperKind.AMENDMENT, annex.state == AgreementState.ACTIVE)
        .group_by(annex.belongs_to_id)
        .subquery()
    )
    version = TermsVersion
    same = (version.agreement_id == begun.c[0]) & (version.number == begun.c[1])
    return {
        one.agreement_id: {line["key"]: line["price_vnd"] for line in one.terms["lines"]}
        for one in db.session.scalars(select(version).join(begun, same))
    }


def _certificate(scope: Scope) -> Found:
    """An OCOP certificate or the seller's paper on food safety has ended and nothing has followed it."""
    found = _no_star(scope)
    for agreement_id, words in _no_food_safety(scope).items():
        found[agreement_id] = "; ".join(filter(None, (found.get(agreement_id), words)))
    return found


def _no_food_safety(scope: Scope) -> Found:
    """The seller of food or drinks has entered papers on food safety, and the last of them has ended."""
    last = func.max(FoodSafetyPaper.valid_until)
    ended = select(FoodSafetyPaper.seller_id, last).group_by(FoodSafetyPaper.seller_id).having(last < clock.today())
    papers = ended.subquery()
    eaten = (
        select(AgreementLine.id)
        .join(Variant, Variant.id == AgreementLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(Product.product_set)
        .where(AgreementLine.agreement_id == Agreement.id, ProductSet.number.in_(food_sets()))
    )
    asked = select(Agreement.id, papers.c[1]).join(papers, papers.c.seller_id == Agreement.seller_id)
    rows = db.session.execute(asked.where(Agreement.id.in_(scope), eaten.exists()))
    return {row[0]: _("the seller's food safety paper ended on %(day)s", day=day(row[1])) for row in rows}


def _no_star(scope: Scope) -> Found:
    """A product that was certified has no OCOP certificate in force today."""
    paper = Certificate
    official = (paper.product_id == Product.id) & (paper.basis != CertificateBasis.DECLARED)
    today = clock.today()
    in_force = official & (paper.issued_on <= today) & (paper.valid_until >= today) & paper.revoked_on.is_(None)
    asked = (
        select(AgreementLine.agreement_id, func.min(Product.name))
        .join(Variant, Variant.id == AgreementLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(AgreementLine.agreement_id.in_(scope), exists().where(official), ~exists().where(in_force))
        .group_by(AgreementLine.agreement_id)
    )
    return {one: _("no certificate in force for %(product)s", product=name) for one, name in db.session.execute(asked)}


def _signature(scope: Scope) -> Found:
    asked = select(Agreement.id).where(Agreement.id.in_(scope), Agreement.challenged_at.is_not(None))
    return {one: _("a certificate was revoked before its signature came in") for one in db.session.scalars(asked)}


def _same_signatory(scope: Scope) -> Found:
    """One account or one name stands behind the signatures of both sides of a paper that counts."""
    seller, buyer = aliased(Signature), aliased(Signature)
    void = select(DocumentVoiding.document_id)
    asked = (
        select(Document.agreement_id, func.min(seller.signer_name))
        .join(seller, (seller.document_id == Document.id) & (seller.side == Side.SELLER))
        .join(buyer, (buyer.document_id == Document.id) & (buyer.side == Side.BUYER))
        .where(Document.agreement_id.in_(scope), Document.id.not_in(void), _is_same(seller, buyer))
        .group_by(Document.agreement_id)
    )
    return {one: _("%(name)s signed on both sides", name=name) for one, name in db.session.execute(asked)}


def _is_same(seller: Any, buyer: Any) -> ColumnElement[bool]:
    named = (seller.signer_name != "") & (func.lower(seller.signer_name) == func.lower(buyer.signer_name))
    return or_(seller.person_id == buyer.person_id, named)


LOOKS = {
    Indicator.LATE: _late,
    Indicator.SLOW: _slow,
    Indicator.PRICE: _price,
    Indicator.CERTIFICATE: _certificate,
    Indicator.SIGNATURE: _signature,
    Indicator.SAME_SIGNATORY: _same_signatory,
}


# --- for the operator: figures only ---


def open_case_counts() -> dict[Indicator, int]:
    """How many cases are open by indicator, over the whole market: no agreement is named."""
    asked = select(MonitoringCase.indicator, func.count()).where(MonitoringCase.state.in_(OPEN_CASES))
    return {row[0]: int(row[1]) for row in db.session.execute(asked.group_by(MonitoringCase.indicator))}
