"""Tax withheld of what households sell: by the dated rule of the day, frozen for each order, given back as it shrinks.

What is withheld of an order always equals its rules applied to what is left of it: reversals of a whole order add up
to exactly what was withheld. Companies and cooperatives settle their taxes themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.money import percent
from marketplace.orders.models import Order
from marketplace.payments.models import TaxRule, Withholding
from marketplace.payments.queries.taxes import rule_on
from marketplace.payments.services.booking import book, booked
from marketplace.payments.services.tax_rules import load_tax_rules
from marketplace.payments.states import Account, TaxKind

TAX_KINDS = ("tax", "tax_reduced", "tax_called_off")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands withheld of one kind of an order's money by one rule, in đồng."""

    kind: TaxKind
    rule: TaxRule | None
    base_vnd: int
    vat_vnd: int = 0
    pit_vnd: int = 0


def withhold(order: Order, source_ref: str, amount_vnd: int, *, charged: Account, by: Actor) -> None:
    """Money for goods came to a household: withhold by today's rules, out of `charged`. Amount in đồng."""
    if not order.seller.is_household:
        return
    parts = [_taxed(part, part.base_vnd) for part in _kinds_of(order, amount_vnd)]
    _store(order, source_ref, parts)
    _book(order, "tax", source_ref, parts, charged, by)


def give_back(order: Order, source_ref: str, kept_vnd: int, *, by: Actor) -> None:
    """An order came to cost less: its tax falls to that of what is kept of its money; freight is kept longest."""
    standing = standing_of(order)
    charged = next((one for one in booked(order, TAX_KINDS) if one is not Account.TAX_WITHHELD), None)
    less = [_less(part, base) for part, base in _kept(standing, kept_vnd) if base < part.base_vnd]
    _store(order, source_ref, less)
    if charged is not None:
        kind = "tax_reduced" if kept_vnd else "tax_called_off"
        _book(order, kind, source_ref, less, charged, by)


def standing_of(order: Order) -> list[Part]:
    """What stands withheld of an order, by kind and rule."""
    base, vat, pit = (func.sum(column) for column in (Withholding.base_vnd, Withholding.vat_vnd, Withholding.pit_vnd))
    asked = select(Withholding.kind, Withholding.rule_id, base, vat, pit).where(Withholding.order_id == order.id)
    rows = db.session.execute(asked.group_by(Withholding.kind, Withholding.rule_id).order_by(Withholding.rule_id))
    return [
        Part(kind, db.session.get(TaxRule, rule_id) if rule_id else None, int(base_vnd), int(vat_vnd), int(pit_vnd))
        for kind, rule_id, base_vnd, vat_vnd, pit_vnd in rows
        if base_vnd
    ]


def _kinds_of(order: Order, amount_vnd: int) -> list[Part]:
    """The order's money by what it is for the tax; freight counts as its goods do where no rule says otherwise."""
    goods = _rule(TaxKind.GOODS, clock.today())
    freight_kind = goods.freight_as if goods else None
    freight_vnd = min(order.freight_vnd, amount_vnd) if freight_kind else 0
    kinds = [Part(goods.kind if goods else TaxKind.GOODS, goods, amount_vnd - freight_vnd)]
    if freight_kind and freight_vnd:
        kinds.append(Part(freight_kind, _rule(freight_kind, clock.today()), freight_vnd))
    return [part for part in kinds if part.base_vnd]


def _rule(kind: TaxKind, on: date) -> TaxRule | None:
    """The rule of a day; a kind without one is taxed as unknown."""
    for _attempt in range(2):
        found = rule_on(kind, on) or rule_on(TaxKind.UNKNOWN, on)
        if found or not load_tax_rules():
            return found
    return rule_on(kind, on) or rule_on(TaxKind.UNKNOWN, on)


def _taxed(part: Part, base_vnd: int) -> Part:
    vat, pit = (part.rule.vat_points, part.rule.pit_points) if part.rule else (0, 0)
    return Part(part.kind, part.rule, base_vnd, _points(base_vnd, vat), _points(base_vnd, pit))


def _points(base_vnd: int, points: int) -> int:
    return percent(base_vnd, Decimal(points) / 100)


def _kept(standing: list[Part], kept_vnd: int) -> Iterable[tuple[Part, int]]:
    """How much of each part's base is kept: of freight all that can be, the rest of goods."""
    left = kept_vnd
    for part in sorted(standing, key=lambda one: one.kind is TaxKind.GOODS):
        base = min(part.base_vnd, left)
        left -= base
        yield part, base


def _less(part: Part, base_vnd: int) -> Part:
    now = _taxed(part, base_vnd)
    return Part(part.kind, part.rule, base_vnd - part.base_vnd, now.vat_vnd - part.vat_vnd, now.pit_vnd - part.pit_vnd)


def _store(order: Order, source_ref: str, parts: Iterable[Part]) -> None:
    for part in parts:
        row = Withholding(order_id=order.id, rule_id=part.rule.id if part.rule else None, source_ref=source_ref)
        row.kind, row.base_vnd, row.vat_vnd, row.pit_vnd = part.kind, part.base_vnd, part.vat_vnd, part.pit_vnd
        row.at = clock.now()
        db.session.add(row)


def _book(order: Order, kind: str, source_ref: str, parts: Iterable[Part], charged: Account, by: Actor) -> None:
    tax = sum(part.vat_vnd + part.pit_vnd for part in parts)
    book(kind, source_ref, {charged: tax, Account.TAX_WITHHELD: -tax}, order=order, by=by)
