"""Tax rules, and what was withheld by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.payments.models import TaxRule, Withholding
from marketplace.payments.states import Residency, TaxKind


def tax_rules() -> Sequence[TaxRule]:
    """Every rule, the latest days first, as kinds are listed."""
    rules = db.session.scalars(select(TaxRule)).all()
    kinds, places = list(TaxKind), list(Residency)

    def place(one: TaxRule) -> tuple[int, int, int]:
        return -one.valid_from.toordinal(), places.index(one.residency), kinds.index(one.kind)

    return sorted(rules, key=place)


def rule_by_ref(ref: str) -> TaxRule | None:
    """One rule."""
    return db.session.scalar(select(TaxRule).where(TaxRule.ref == ref[:64]))


def rule_on(kind: TaxKind, on: date, residency: Residency = Residency.RESIDENT) -> TaxRule | None:
    """The rule of a kind in force on a day."""
    fits = (TaxRule.kind == kind) & (TaxRule.residency == residency) & in_force_within(on, on)
    return db.session.scalar(select(TaxRule).where(fits))


def in_force_within(first: date, last: date | None) -> ColumnElement[bool]:
    """Rules in force on any day from the first to the last (None: for ever)."""
    begun = TaxRule.valid_from <= last if last else TaxRule.id.is_not(None)
    return begun & or_(TaxRule.valid_to.is_(None), TaxRule.valid_to >= first)


def rules_in_use() -> dict[int, int]:
    """How many rows of tax were written by each rule, by its id; such a rule can no longer change."""
    counted = select(Withholding.rule_id, func.count()).where(Withholding.rule_id.is_not(None))
    return {int(rule): int(count) for rule, count in db.session.execute(counted.group_by(Withholding.rule_id)) if rule}


def last_use_of(rule: TaxRule) -> date | None:
    """The last day on which tax was withheld by a rule."""
    at = db.session.scalar(select(func.max(Withholding.at)).where(Withholding.rule_id == rule.id))
    return clock.local(at).date() if at else None


def has_tax_rules() -> bool:
    """Whether any rule is loaded."""
    return db.session.scalar(select(TaxRule.id).limit(1)) is not None
