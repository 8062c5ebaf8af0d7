"""The rules of agreements come with the program, and what two operators changed stays theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from marketplace.contracts.models import CalendarDay, KindPolicy, ModelClause
from marketplace.contracts.queries.workdays import add_workdays
from marketplace.contracts.services import rules
from marketplace.contracts.states.agreements import AgreementKind, Evidence, PaperKind, Review
from marketplace.contracts.terms import checking
from marketplace.core.database import db, writing
from tests.contracts.wording import sale


@pytest.fixture(autouse=True)
def loaded(app: Flask) -> Iterator[None]:
    with app.app_context():
        with writing():
            rules.load()
        yield


def counts() -> list[int]:
    return [
        db.session.scalar(select(func.count()).select_from(one)) or 0 for one in (KindPolicy, ModelClause, CalendarDay)
    ]


def test_a_second_loading_changes_nothing() -> None:
    before = counts()
    with writing():
        assert rules.load() == "0 policies, 0 clauses, 0 days"
    assert counts() == before
    assert before[0] == 4


def test_contracts_need_the_departments_and_digital_signatures() -> None:
    for kind in (AgreementKind.SALE, AgreementKind.FRAMEWORK, AgreementKind.DISTRIBUTION):
        policy = rules.policy_of(kind)
        assert (policy.review, policy.evidence) == (Review.REQUIRED, Evidence.L2)
    assert rules.policy_of(AgreementKind.MOU).evidence is Evidence.L1


def test_what_was_changed_is_not_loaded_over() -> None:
    with writing():
        db.session.execute(update(KindPolicy).values(answer_days=7))
        rules.load()
    assert rules.policy_of(AgreementKind.SALE).answer_days == 7


@pytest.mark.parametrize("kind", list(AgreementKind))
@pytest.mark.parametrize("paper", list(PaperKind))
def test_every_paper_has_a_template(kind: AgreementKind, paper: PaperKind) -> None:
    made = rules.template(kind, paper)
    keys = [one["key"] for one in made["clauses"]]
    assert keys == [one.key for one in rules.library(kind, paper) if one.is_mandatory]
    assert keys
    assert not [one for one in rules.missing(made) if one.field in {f"clauses.{key}" for key in keys}]
    assert rules.deviations(checking.checked(made)) == []


def test_an_annex_has_the_clauses_of_its_contract() -> None:
    contract = rules.library(AgreementKind.SALE)
    assert rules.library(AgreementKind.SALE, PaperKind.AMENDMENT) == contract
    assert {one.key for one in rules.library(AgreementKind.SALE, PaperKind.LIQUIDATION)} == {
        "performed",
        "paid",
        "release",
    }


def test_an_earlier_version_of_a_clause_is_told_from_a_changed_one() -> None:
    penalty = next(one for one in rules.library(AgreementKind.SALE) if one.key == "penalty")
    columns = ("kind", "paper", "key", "position", "title", "explanation", "law", "is_mandatory")
    known = {name: getattr(penalty, name) for name in columns}
    with writing():
        db.session.add(ModelClause(**known, version=2, text="Bên vi phạm chịu phạt [mức phạt]."))
    found = rules.deviations(sale())
    assert [(one.key, one.kind) for one in found] == [("penalty", checking.DeviationKind.OLDER)]


def test_a_clause_of_tomorrow_is_not_offered_today() -> None:
    known = {
        "kind": AgreementKind.SALE,
        "paper": PaperKind.CONTRACT,
        "key": "gift",
        "position": 999,
        "explanation": "x",
    }
    with writing():
        db.session.add(ModelClause(**known, version=1, title="Quà", text="Tặng.", since=date(2099, 1, 1)))
    assert "gift" not in {one.key for one in rules.library(AgreementKind.SALE)}


@pytest.mark.parametrize("change", [update(ModelClause).values(text="Khác."), delete(ModelClause)])
def test_model_clauses_only_grow(change: Any) -> None:
    with pytest.raises(DBAPIError), writing():
        db.session.execute(change)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-12-31", 1, "2027-01-04"),
        ("2027-02-03", 2, "2027-02-12"),
        ("2027-04-29", 1, "2027-05-04"),
        ("2026-08-21", 1, "2026-08-22"),
    ],
)
def test_working_days_pass_over_holidays_and_swapped_days(start: str, days: int, end: str) -> None:
    assert add_workdays(date.fromisoformat(start), days) == date.fromisoformat(end)


def test_each_day_has_a_source_and_differs_from_its_weekday() -> None:
    rows = json.loads(rules.HOLIDAYS.read_text("utf-8"))["days"]
    assert len({one["day"] for one in rows}) == len(rows)
    for one in rows:
        assert one["is_working"] == (date.fromisoformat(one["day"]).weekday() > 4), one["day"]
        assert one["source"]
        assert one["certainty"] in {"high", "medium", "low"}
