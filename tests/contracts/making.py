"""What tests of agreements start from: two sides with goods, and a paper in any state, walked there by the services.

They work inside `app.app_context()` and open their own transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from unittest import mock

from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Product, Variant
from marketplace.contracts.models import Agreement, DepartmentReview, Document, Signature, SigningBase, TermsVersion
from marketplace.contracts.services import agreements, reviewing, rules, trail
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.states.agreements import (
    AgreementAction,
    AgreementKind,
    AgreementState,
    Evidence,
    ReopenReason,
    Side,
    Turn,
)
from marketplace.contracts.states.reviews import PENDING
from marketplace.contracts.states.signing import Verdict, Way
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, OrganisationKind, Role
from marketplace.core.database import db, writing
from tests import factories

T = TypeVar("T")
PRICE_VND = 120_000
QUANTITY = 1200


@dataclass(frozen=True)
class TwoSides:
    """A cooperative in Quảng Trị and a supermarket in Quảng Ninh with their people, goods and departments."""

    seller: Organisation
    buyer: Organisation
    seller_department: Organisation | None
    buyer_department: Organisation | None
    manager: Person
    purchaser: Person
    seller_signatory: Person
    buyer_signatory: Person
    product: Product
    variant: Variant

    def organisation(self, side: Side) -> Organisation:
        """Who stands on a side."""
        return self.seller if side is Side.SELLER else self.buyer

    def actor(self, side: Side) -> Actor:
        """The manager who writes for a side."""
        return factories.actor(self.manager if side is Side.SELLER else self.purchaser, self.organisation(side))

    def signatory(self, side: Side) -> Actor:
        """The person who signs for a side."""
        person = self.seller_signatory if side is Side.SELLER else self.buyer_signatory
        return factories.actor(person, self.organisation(side), Role.SIGNATORY)


@factories.together()
def two_sides(*, departments: bool = True, star: int | None = 4) -> TwoSides:
    """Both organisations, verified, with tax codes; rice with a star; the rules of agreements loaded."""
    load_rules()
    codes = {"seller": factories.tax_code(), "buyer": factories.tax_code()}
    seller = factories.organisation(
        name="HTX Gạo sạch", province_slug="quang-tri", tax_code=codes["seller"], representative_title="Giám đốc"
    )
    buyer = factories.organisation(
        OrganisationKind.BUYER,
        name="Siêu thị Hạ Long",
        province_slug="quang-ninh",
        tax_code=codes["buyer"],
        representative_title="Giám đốc",
    )
    product = factories.product(seller, "Gạo hữu cơ", origin="quang-tri", star=star, price_vnd=PRICE_VND)
    return TwoSides(
        seller,
        buyer,
        department("quang-tri") if departments else None,
        department("quang-ninh") if departments else None,
        _member(seller, Role.MANAGER),
        _member(buyer, Role.MANAGER),
        _member(seller, Role.SIGNATORY),
        _member(buyer, Role.SIGNATORY),
        product,
        factories.variant_of(product),
    )


def here(one: T) -> T:
    """The same row in the session of now: sides may have been made in a context that has ended."""
    return db.session.get_one(type(one), one.id)  # type: ignore[attr-defined]  # every row has an id


def load_rules() -> None:
    """Policies, model clauses and working days, as a new marketplace has them."""
    with factories.together():
        rules.load()


@factories.together()
def department(province_slug: str) -> Organisation:
    """The Department of Industry and Trade of a province, with its officer and leader; made when first asked for."""
    province = factories.province(province_slug).now
    found = db.session.scalar(
        select(Organisation).where(
            Organisation.kind == OrganisationKind.DEPARTMENT, Organisation.province_id == province.id
        )
    )
    if found is not None:
        return found
    name = f"Sở Công Thương {province.name}"
    made = factories.organisation(OrganisationKind.DEPARTMENT, name=name, province_slug=province_slug)
    for role in (Role.OFFICER, Role.LEADER):
        _member(made, role)
    return made


def officer_of(of: Organisation) -> Actor:
    """An officer of a department."""
    person = next(one.person for one in _members(of) if one.role is Role.OFFICER)
    return factories.actor(person, of, Role.OFFICER)


def _members(of: Organisation) -> list[Any]:
    from marketplace.accounts.models import Membership

    return list(db.session.scalars(select(Membership).where(Membership.organisation_id == of.id)))


@factories.together()
def _member(of: Organisation, role: Role) -> Person:
    made = factories.person()
    factories.membership(made, of, role)
    return made


# --- a text that may be sent ---


def terms_of(agreement: Agreement, sides: TwoSides, **changes: Any) -> dict[str, Any]:
    """A complete text for a paper: 1.200 packs at 120.000 ₫, delivered over six months."""
    draft = agreements.draft_of(agreement, agreement.made_by)
    assert draft is not None
    return complete(draft.terms, sides.variant, **changes)


def complete(terms: Mapping[str, Any], variant: Variant, **changes: Any) -> dict[str, Any]:
    """A draft with everything in it that a text needs before it is sent."""
    today = clock.today()
    first, last = today + timedelta(days=10), today + timedelta(days=190)
    filled = {
        "lines": [line(variant)],
        "schedule": [{"due_on": (first + timedelta(days=5)).isoformat(), "line": "L1", "quantity": "600"}],
        "delivery": {**terms["delivery"], "place": "Kho Hạ Long, Quảng Ninh"},
        "term": {"valid_from": first.isoformat(), "valid_to": last.isoformat()},
        "law": {**terms["law"], "place": "Tòa án nhân dân khu vực 1, Quảng Ninh"},
        "clauses": [{**one, "text": without_gaps(one["text"])} for one in terms["clauses"]],
    }
    return {**terms, **filled, **changes}


def line(variant: Variant, **changes: Any) -> dict[str, Any]:
    """One line of goods."""
    variant = here(variant)
    known = {"key": "L1", "sku": variant.sku, "product": variant.product.name, "pack": variant.name, "unit": "hộp"}
    figures = {"quantity": str(QUANTITY), "tolerance_percent": 5, "price_vnd": PRICE_VND, "vat_percent": 8}
    facts = {"star": None, "certificate": None, "quality": "Loại 1"}
    return {**known, **figures, **facts, "amount_vnd": 0, **changes}


def without_gaps(text: str) -> str:
    """A clause whose blanks are filled in."""
    from marketplace.contracts.terms.filling import BLANK

    return BLANK.sub("theo thỏa thuận", text)


# --- a paper in a state ---


def agreement_in(
    state: AgreementState,
    sides: TwoSides | None = None,
    *,
    kind: AgreementKind = AgreementKind.SALE,
    made_by: Side = Side.SELLER,
    **changes: Any,
) -> Agreement:
    """A contract that the services have walked to a state; `changes` replace parts of its text."""
    sides = sides or two_sides()
    walk = Walk(sides, made_by)
    agreement = walk.begin(kind, **changes)
    for step in PATHS[state]:
        getattr(walk, step)(agreement)
    db.session.refresh(agreement)
    return agreement


FAR = ("send", "accept", "review", "issue")
IN_FORCE = (*FAR, "sign")
PATHS: dict[AgreementState, tuple[str, ...]] = {
    AgreementState.DRAFT: (),
    AgreementState.NEGOTIATING: ("send",),
    AgreementState.AGREED: ("send", "agree"),
    AgreementState.IN_REVIEW: ("send", "accept"),
    AgreementState.READY: ("send", "accept", "review"),
    AgreementState.SIGNING: FAR,
    AgreementState.ACTIVE: IN_FORCE,
    AgreementState.WINDING_DOWN: (*IN_FORCE, "wind_down"),
    AgreementState.COMPLETED: (*IN_FORCE, "complete"),
    AgreementState.EXPIRED: (*IN_FORCE, "expire"),
    AgreementState.TERMINATED: (*IN_FORCE, "terminate"),
    AgreementState.CANCELLED: ("send", "refuse"),
}


@dataclass(frozen=True)
class Walk:
    """The steps of a paper's life, each in a transaction of its own."""

    sides: TwoSides
    made_by: Side = Side.SELLER

    def by(self, side: Side) -> Actor:
        """Who acts for a side."""
        return self.sides.actor(side)

    def begin(self, kind: AgreementKind = AgreementKind.SALE, **changes: Any) -> Agreement:
        """T1, with a complete text."""
        by = self.by(self.made_by)
        with writing():
            new = NewPaper(kind, here(self.sides.seller), here(self.sides.buyer), self.made_by)
            made = agreements.create(new, by=by)
            agreements.save_draft(made, self.made_by, terms_of(made, self.sides, **changes), by)
        return factories.stored(made)

    def send(self, agreement: Agreement) -> None:
        """T2."""
        with writing():
            agreements.send(agreement, self.by(self.made_by))

    def counter(self, agreement: Agreement, side: Side, **changes: Any) -> None:
        """T3: a side changes something (the price of the first line, unless said otherwise) and sends it."""
        last = last_version(agreement)
        lines = [{**one, "price_vnd": one["price_vnd"] + 1000} for one in last.terms["lines"]]
        with writing():
            agreements.save_draft(agreement, side, {**last.terms, "lines": lines, **changes}, self.by(side))
            agreements.counter(agreement, "Đề nghị giá khác.", self.by(side))

    def accept(self, agreement: Agreement) -> None:
        """T4 and T5, by the side that did not write the last version."""
        last = last_version(agreement)
        with writing():
            agreements.accept(agreement, last.sha256, self.by(last.side.other))

    def agree(self, agreement: Agreement) -> None:
        """T4 alone: the moment before the departments are asked."""
        with mock.patch.object(reviewing, "ask"):
            self.accept(agreement)

    def review(self, agreement: Agreement) -> None:
        """T6: every department that is asked approves."""
        while (waiting := waiting_review(agreement)) is not None:
            assert waiting.department is not None
            with writing():
                reviewing.approve(waiting, "", officer_of(waiting.department))

    def issue(self, agreement: Agreement) -> None:
        """T8."""
        from marketplace.contracts.services import documents

        with writing():
            documents.issue(agreement)

    def sign(self, agreement: Agreement) -> None:
        """T9 and T11: both signatures lie there as if the files had been checked, and the paper enters into force."""
        from marketplace.contracts.services import activation

        with writing():
            for side in (Side.SELLER, Side.BUYER):
                add_signature(agreement, side, self.sides)
            activation.activate(agreement)

    def ask_for_changes(self, agreement: Agreement, side: Side = Side.SELLER) -> None:
        """T10."""
        with writing():
            agreements.ask_for_changes(agreement, ReopenReason.MISTAKE, "Sai địa chỉ.", self.by(side))

    def refuse(self, agreement: Agreement) -> None:
        """T12."""
        with writing():
            agreements.refuse(agreement, self.by(self.made_by.other), "Không cần nữa.")

    def wind_down(self, agreement: Agreement) -> None:
        """T14, as time brings it."""
        self._by_time(agreement, AgreementAction.WIND_DOWN, Turn.BOTH)

    def complete(self, agreement: Agreement) -> None:
        """T15."""
        self._by_time(agreement, AgreementAction.COMPLETE, Turn.NOBODY)

    def expire(self, agreement: Agreement) -> None:
        """T17."""
        self._by_time(agreement, AgreementAction.EXPIRE, Turn.NOBODY)

    def terminate(self, agreement: Agreement) -> None:
        """T16."""
        self._by_time(agreement, AgreementAction.TERMINATE, Turn.NOBODY)

    def _by_time(self, agreement: Agreement, action: AgreementAction, turn: Turn) -> None:
        with writing():
            trail.advance(agreement, action, by=SYSTEM, turn=turn)


def last_version(agreement: Agreement) -> TermsVersion:
    """What lies on the table."""
    asked = select(TermsVersion).where(TermsVersion.agreement_id == agreement.id).order_by(TermsVersion.number.desc())
    return db.session.scalars(asked.limit(1)).one()


def waiting_review(agreement: Agreement) -> DepartmentReview | None:
    """A department whose opinion is awaited."""
    mine = (DepartmentReview.agreement_id == agreement.id) & DepartmentReview.state.in_(PENDING)
    return db.session.scalar(select(DepartmentReview).where(mine).order_by(DepartmentReview.id).limit(1))


def document_of(agreement: Agreement) -> Document:
    """The PDF issued last."""
    mine = select(Document).where(Document.agreement_id == agreement.id).order_by(Document.ordinal.desc())
    return db.session.scalars(mine.limit(1)).one()


def add_signature(agreement: Agreement, side: Side, sides: TwoSides) -> Signature:
    """A signature on the issued PDF, accepted: its file is not really there."""
    document = document_of(agreement)
    base = db.session.scalars(select(SigningBase).where(SigningBase.document_id == document.id)).one()
    code = f"{document.id:032x}{side.value.encode().hex():0>32}"
    made = Signature(
        document_id=document.id,
        parent_id=base.signature_id,
        side=side,
        person_id=sides.signatory(side).person_id,
        evidence=Evidence.L2,
        way=Way.UPLOAD,
        file_key=document.file_key,
        sha256=code,
        size=document.size,
        signer_name="NGƯỜI KÝ",
        tax_code=sides.organisation(side).tax_code or "",
        verdict=Verdict.ACCEPT,
        report={},
    )
    db.session.add(made)
    db.session.flush()
    base.signature_id = made.id
    return made
