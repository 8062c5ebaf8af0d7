"""Orders on terms: prices and payment follow a paper that both sides agreed on, a contract's call-off or a quote.

Nothing is set aside: the goods may not be harvested yet. They leave the stock when they are shipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Variant
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.events import publish
from marketplace.core.i18n import gettext as _
from marketplace.core.money import net_of_vat
from marketplace.core.refs import next_ref, set_refs_aside
from marketplace.core.refusals import Refused
from marketplace.orders.events import OrderPlaced
from marketplace.orders.models import Order, OrderLine, OrderStep, Purchase
from marketplace.orders.queries.stars import Star, stars_in_force
from marketplace.orders.services import telling
from marketplace.orders.states import DeliveryKind, OrderState, Side, StepKind
from marketplace.places.models import Province

ON_TERMS = "on_terms"


@dataclass(frozen=True, slots=True)
class Agreed:
    """Packs of a variant at the price of one pack that was agreed, in đồng with VAT."""

    variant_id: int
    quantity: int
    price_vnd: int
    vat_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTerms:
    """What two organisations agreed on: `token` is spent once, `basis_ref` names the paper, `freight_vnd` is in đồng.

    The seller answers by `answer_by`; goods are due on `due_on`, their money `payment_days` after they are received.
    """

    token: str
    basis_ref: str
    seller: Organisation
    buyer: Organisation
    province: Province
    lines: Sequence[Agreed]
    due_on: date
    answer_by: datetime
    payment_days: int
    place: str = ""
    freight_vnd: int = 0
    is_collected: bool = False
    note: str = ""


def place(terms: OnTerms, *, by: Actor) -> Order:
    """An order at agreed prices is with the seller, who is told; the same token again answers with the first one."""
    known = db.session.scalar(select(Purchase).where(Purchase.token == terms.token))
    if known is not None:
        return known.orders[0]
    if not terms.lines or any(line.quantity < 1 for line in terms.lines):
        raise Refused(_("Please order at least one pack."), field="quantity")
    set_refs_aside(purchase=1, order=1, payment=1, ledger=1, notice=2)
    purchase = _purchase(terms, by)
    order = _order(terms, _variants_of(terms))
    purchase.orders, purchase.total_vnd = [order], order.total_vnd
    db.session.add(purchase)
    state, total = order.state.value, order.total_vnd
    subject = audit.subject_of(order)
    audit.record(subject, "place", by=by, after=state, total_vnd=total, purchase=purchase.ref, basis=terms.basis_ref)
    db.session.flush()
    publish(OrderPlaced(order, by))
    telling.placed(order)
    return order


def _variants_of(terms: OnTerms) -> dict[int, Variant]:
    wanted = select(Variant).where(Variant.id.in_(sorted({line.variant_id for line in terms.lines})))
    found = db.session.scalars(wanted.options(joinedload(Variant.product))).unique()
    return {one.id: one for one in found}


def _contact(buyer: Organisation, by: Actor) -> dict[str, Any]:
    """Phone and e-mail of the organisation; else of the person who orders, who can have them forgotten as her own."""
    if buyer.phone or buyer.email:
        return {"phone": buyer.phone or "", "email": buyer.email or ""}
    person = db.session.get(Person, by.person_id) if by.person_id else None
    if person is None or not (person.phone or person.email):
        raise Refused(_("Please give your organisation a phone number or an e-mail address first."))
    return {"phone": person.phone or "", "email": person.email or "", "person_id": person.id}


def _purchase(terms: OnTerms, by: Actor) -> Purchase:
    """The organisation's own: whoever works for it sees it."""
    buyer = terms.buyer
    return Purchase(
        ref=next_ref("purchase"),
        token=terms.token,
        organisation=buyer,
        name=buyer.name,
        **_contact(buyer, by),
        street=terms.place[:200],
        province=terms.province,
        payment_method=ON_TERMS,
        terms_version=current_app.config["SETTINGS"].terms_version,
        note=terms.note,
        created_at=clock.now(),
    )


def _order(terms: OnTerms, variants: dict[int, Variant]) -> Order:
    stars = stars_in_force({one.product_id for one in variants.values()})
    lines = [_line(one, variants[one.variant_id], stars) for one in terms.lines]
    goods = sum(line.amount_vnd for line in lines)
    ref, rate = next_ref("order"), current_app.config["SETTINGS"].commission_basis_points
    return Order(
        ref=ref,
        hold_ref=ref,
        basis_ref=terms.basis_ref,
        payment_days=terms.payment_days,
        seller=terms.seller,
        seller_name=terms.seller.legal_name,
        state=OrderState.PLACED,
        delivery=DeliveryKind.PICK_UP if terms.is_collected else DeliveryKind.SHIP,
        payment_method=ON_TERMS,
        goods_vnd=goods,
        freight_vnd=terms.freight_vnd,
        total_vnd=goods + terms.freight_vnd,
        vat_vnd=sum(line.amount_vnd - net_of_vat(line.amount_vnd, Decimal(line.vat_percent)) for line in lines),
        commission_vnd=goods * rate // 10_000,
        grams=sum(variants[one.variant_id].gross_grams * one.quantity for one in terms.lines),
        ready_on=terms.due_on,
        earliest_on=terms.due_on,
        latest_on=terms.due_on,
        due_at=terms.answer_by,
        placed_at=clock.now(),
        lines=lines,
        steps=[OrderStep(kind=StepKind.PLACED, side=Side.BUYER, note="", at=clock.now())],
    )


def _line(one: Agreed, variant: Variant, stars: dict[int, Star]) -> OrderLine:
    product, star = variant.product, stars.get(variant.product_id)
    return OrderLine(
        variant_id=variant.id,
        sku=variant.sku,
        product_name=product.name,
        product_name_en=product.name_en,
        product_slug=product.slug,
        variant_name=variant.name,
        set_number=product.product_set.number,
        quantity=one.quantity,
        unit_price_vnd=one.price_vnd,
        list_price_vnd=variant.price_vnd,
        amount_vnd=one.price_vnd * one.quantity,
        vat_percent=product.vat_percent if one.vat_percent is None else one.vat_percent,
        star=star.star if star else None,
        certificate_number=star.number if star else "",
    )
