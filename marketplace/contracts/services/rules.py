"""The rules that agreements follow: loaded from the project's files, read from here by everything else."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import CalendarDay, KindPolicy, ModelClause, RuleChange
from marketplace.contracts.queries.rules import library, newest, policies, policy_of, versions
from marketplace.contracts.states.agreements import AgreementKind, Evidence, PaperKind, Review
from marketplace.contracts.states.signing import ChangeKind, ChangeState
from marketplace.contracts.terms import checking, drafting, texts
from marketplace.contracts.terms.naming import Terms
from marketplace.core.database import db, insert_into, table_of
from marketplace.payments.states import Certainty

__all__ = ["deviations", "library", "load", "missing", "newest", "policies", "policy_of", "template", "versions"]

HOLIDAYS = Path(__file__).resolve().parent.parent / "data" / "holidays.json"
# what an operator finds when the marketplace opens; she and a second one change it on their page
POLICIES: dict[AgreementKind, dict[str, Any]] = {
    AgreementKind.MOU: {"review": Review.NOTIFY, "evidence": Evidence.L1},
    AgreementKind.FRAMEWORK: {"review": Review.REQUIRED, "evidence": Evidence.L2},
    AgreementKind.SALE: {"review": Review.REQUIRED, "evidence": Evidence.L2, "silence_passes": True},
    AgreementKind.DISTRIBUTION: {"review": Review.REQUIRED, "evidence": Evidence.L2},
}


def load() -> str:
    """Bring in what the project's files have and the database lacks; what operators changed stays theirs."""
    added = (_load_policies(), _load_clauses(), _load_days())
    return "{} policies, {} clauses, {} days".format(*added)


def _load_policies() -> int:
    known = set(db.session.scalars(select(KindPolicy.kind)))
    fresh = [KindPolicy(kind=kind, **values) for kind, values in POLICIES.items() if kind not in known]
    db.session.add_all(fresh)
    db.session.flush()
    return len(fresh)


def _load_clauses() -> int:
    """A clause comes in when the database has no version of it that is as new: a newer file brings a newer version."""
    known: dict[tuple[str, str, str], int] = {}
    columns = (ModelClause.kind, ModelClause.paper, ModelClause.key, ModelClause.version)
    for kind, paper, key, version in db.session.execute(select(*columns)):
        known[kind.value, paper.value, key] = max(version, known.get((kind.value, paper.value, key), 0))
    fresh = [one for one in _clauses() if one["version"] > known.get((one["kind"], one["paper"], one["key"]), 0)]
    if fresh:
        db.session.execute(insert_into(table_of(ModelClause)).on_conflict_do_nothing(), fresh)
    return len(fresh)


@cache
def _clauses() -> tuple[dict[str, Any], ...]:
    copied = ("key", "position", "version", "title", "text", "explanation", "law")
    since = date.fromisoformat(texts.read()["since"])
    return tuple(
        {
            **{name: one[name] for name in copied},
            "kind": kind,
            "paper": one.get("paper", PaperKind.CONTRACT.value),
            "is_mandatory": kind in one["mandatory"],
            "is_offered": True,
            "since": since,
        }
        for one in texts.read()["clauses"]
        for kind in one["kinds"]
    )


def _load_days() -> int:
    known = set(db.session.scalars(select(CalendarDay.day))) | _decided_days()
    listed = json.loads(HOLIDAYS.read_text(encoding="utf-8"))["days"]
    fresh = [_day(one) for one in listed if date.fromisoformat(one["day"]) not in known]
    db.session.add_all(fresh)
    db.session.flush()
    return len(fresh)


def _decided_days() -> set[date]:
    """Days on which two operators have decided; where they took one away, it stays away."""
    decided = (RuleChange.kind == ChangeKind.HOLIDAY) & (RuleChange.state == ChangeState.APPLIED)
    payloads = db.session.scalars(select(RuleChange.payload).where(decided))
    return {date.fromisoformat(one["target"]["day"]) for one in payloads}


def _day(row: dict[str, Any]) -> CalendarDay:
    words = {"name": row["name"], "source": row["source"], "is_working": row["is_working"]}
    return CalendarDay(day=date.fromisoformat(row["day"]), certainty=Certainty(row["certainty"]), **words)


def template(kind: AgreementKind, paper: PaperKind = PaperKind.CONTRACT) -> dict[str, Any]:
    """New terms of a kind with the mandatory clauses of the library."""
    return drafting.blank(kind, paper, library(kind, paper))


def missing(terms: Terms) -> list[checking.Missing]:
    """What has to be filled in before the paper can be sent, measured by the library in force."""
    return checking.missing(terms, library(*_shelf(terms)))


def deviations(terms: Terms) -> list[checking.Deviation]:
    """How the clauses differ from the library in force, and which of them are only older."""
    offered = {one.key for one in library(*_shelf(terms))}
    return checking.deviations(terms, [one for one in versions(*_shelf(terms)) if one.key in offered])


def _shelf(terms: Terms) -> tuple[AgreementKind, PaperKind]:
    return AgreementKind(terms["kind"]), PaperKind(terms["paper"])
