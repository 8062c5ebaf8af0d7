"""Dated tax rules: loaded from the project's file, added by the operator, never changed once applied."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, locked
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.payments.models import TaxRule
from marketplace.payments.queries.taxes import in_force_within, last_use_of, rules_in_use
from marketplace.payments.states import Certainty, Residency, TaxKind
from marketplace.web.filters import day

FILE = Path(__file__).resolve().parent.parent / "data" / "tax_rules.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as somebody wishes it; rates are hundredths of a per cent."""

    kind: TaxKind
    residency: Residency
    vat_points: int
    pit_points: int
    valid_from: date
    valid_to: date | None
    source: str
    certainty: Certainty
    freight_as: TaxKind | None = None


@cache
def _file() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return rows


def load_tax_rules() -> int:
    """Bring in the rules of the project's file that are not known yet and stand in nobody's way; answers how many."""
    known = set(db.session.scalars(select(TaxRule.ref)))
    fresh = [row for row in _file() if row["ref"] not in known]
    return sum(_load(row) for row in fresh)


def _load(row: dict[str, Any]) -> bool:
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    rule = Rule(
        kind=TaxKind(row["kind"]),
        residency=Residency(row["residency"]),
        vat_points=row["vat_points"],
        pit_points=row["pit_points"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=last,
        source=row["source"],
        certainty=Certainty(row["certainty"]),
        freight_as=TaxKind(row["freight_as"]) if row["freight_as"] else None,
    )
    if _in_the_way(rule):
        return False
    _store(row["ref"], rule, SYSTEM)
    return True


def add_tax_rule(rule: Rule, *, by: Actor) -> TaxRule:
    """A rule from a day on; one that would go on for ever ends the day before, no other may cover the same days."""
    locked(TaxRule, db.session.scalars(select(TaxRule.id)))
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        raise Refused(_("The last day lies before the first one."), field="valid_to")
    for other in _in_the_way(rule):
        if other.valid_to is not None or other.valid_from >= rule.valid_from:
            raise Refused(
                _("From %(first)s another rule for the same kind is in force.", first=day(other.valid_from)),
                field="valid_from",
            )
        _end(other, rule.valid_from - timedelta(days=1), by)
    return _store(f"{rule.kind.value}-{rule.residency.value}-{rule.valid_from.isoformat()}", rule, by)


def _end(rule: TaxRule, last: date, by: Actor) -> None:
    used = last_use_of(rule)
    if used is not None and used > last:
        raise Refused(
            _("Tax was withheld by the present rule until %(day)s: the new one can begin after that.", day=day(used)),
            field="valid_from",
        )
    rule.valid_to = last
    db.session.flush()
    audit.record(audit.subject_of(rule), "end", by=by, valid_to=last)


def remove_tax_rule(rule: TaxRule, *, by: Actor) -> None:
    """A rule that was never applied disappears; one that was applied stays as it is."""
    locked(TaxRule, [rule.id])
    if rule.id in rules_in_use():
        raise Refused(_("Tax was withheld by this rule: it can no longer be changed or removed."))
    audit.record(audit.subject_of(rule), "remove", by=by, vat_points=rule.vat_points, pit_points=rule.pit_points)
    db.session.delete(rule)
    try:
        db.session.flush()
    except IntegrityError:
        raise Refused(_("Tax was withheld by this rule: it can no longer be changed or removed.")) from None


def _in_the_way(rule: Rule) -> list[TaxRule]:
    same = (TaxRule.kind == rule.kind) & (TaxRule.residency == rule.residency)
    overlapping = select(TaxRule).where(same, in_force_within(rule.valid_from, rule.valid_to))
    return list(db.session.scalars(overlapping.order_by(TaxRule.valid_from.desc())))


def _store(ref: str, rule: Rule, by: Actor) -> TaxRule:
    made = TaxRule(ref=ref, **asdict(rule), created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    figures: dict[str, Any] = {"vat_points": rule.vat_points, "pit_points": rule.pit_points}
    audit.record(audit.subject_of(made), "add", by=by, **figures, valid_from=rule.valid_from, valid_to=rule.valid_to)
    return made
