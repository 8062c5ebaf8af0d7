"""The rules change by two people: nobody puts her own proposal into force, and a stale one cannot be put into force."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models import KindPolicy, RuleChange
from marketplace.contracts.queries import rules as known
from marketplace.contracts.services import rule_changes, rules
from marketplace.contracts.services.rule_kinds import POLICY_FIELDS
from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.contracts.states.signing import ChangeKind, ChangeState
from marketplace.core import clock, database
from marketplace.core.actors import SYSTEM, Actor, OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.refusals import Refused
from tests import factories
from tests.races.thinking import meets
from tests.races.without_locks import plain_locked

SALE = {"kind": "sale"}
PENALTY = {"kind": "sale", "paper": "contract", "key": "penalty"}


@dataclass(frozen=True)
class Operators:
    """Two people who run the marketplace."""

    firm: Organisation
    first: Person
    second: Person

    def actor(self, who: Person) -> Actor:
        return factories.actor(who, self.firm)


def two_operators() -> Operators:
    with writing():
        rules.load()
    firm = factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi")
    return Operators(firm, factories.manager_of(firm), factories.manager_of(firm))


@pytest.fixture
def operators(app: Flask) -> Iterator[Operators]:
    with app.app_context():
        yield two_operators()


def policy(**changes: Any) -> dict[str, Any]:
    """The policy of sales as it is, with other values."""
    now = known.policy_of(AgreementKind.SALE)
    values = {name: getattr(now, name) for name in POLICY_FIELDS}
    return {**{name: one if isinstance(one, bool | int) else one.value for name, one in values.items()}, **changes}


def clause(**changes: Any) -> dict[str, Any]:
    """The penalty clause as it is, with other values."""
    now = next(one for one in known.library(AgreementKind.SALE) if one.key == "penalty")
    names = ("title", "text", "explanation", "law", "position", "is_mandatory", "is_offered")
    return {**{name: getattr(now, name) for name in names}, **changes}


def holiday(**changes: Any) -> dict[str, Any]:
    return {"is_working": False, "name": "Nghỉ bão", "source": "Công điện 01", "certainty": "high", **changes}


def weekday_to_come() -> dict[str, str]:
    day = clock.today() + timedelta(days=400)
    while day.weekday() > 4 or known.day_of(day) is not None:
        day += timedelta(days=1)
    return {"day": day.isoformat()}


def propose(of: Operators, after: Any, kind: ChangeKind = ChangeKind.POLICY, target: Any = None) -> RuleChange:
    with writing():
        return rule_changes.propose(kind, target or SALE, after, words="Theo đề nghị", by=of.actor(of.first))


def not_proposed(of: Operators, after: Any, kind: ChangeKind = ChangeKind.POLICY, target: Any = None) -> Refused:
    with pytest.raises(Refused) as refusal:
        propose(of, after, kind, target)
    return refusal.value


def refused(act: Callable[..., Any], *args: Any, **how: Any) -> str:
    with pytest.raises(Refused) as refusal, writing():
        act(*args, **how)
    return str(refusal.value)


def trail(change: RuleChange) -> list[tuple[str, str | None]]:
    mine = AuditEntry.subject_ref == change.ref
    rows = db.session.execute(select(AuditEntry.action, AuditEntry.after).where(mine).order_by(AuditEntry.number))
    return [(row.action, row.after) for row in rows]


# --- one proposes, another puts into force ---


def test_a_proposal_changes_nothing_until_another_agrees(operators: Operators) -> None:
    change = propose(operators, policy(answer_days=7, silence_passes=False))
    assert known.policy_of(AgreementKind.SALE).answer_days == 10
    with writing():
        rule_changes.apply(change, by=operators.actor(operators.second))
    now = known.policy_of(AgreementKind.SALE)
    assert (now.answer_days, now.silence_passes, now.review_days) == (7, False, 5)
    assert (change.state, change.decided_by_id) == (ChangeState.APPLIED, operators.second.id)


def test_both_acts_stand_in_the_trail_with_their_figures(operators: Operators) -> None:
    change = propose(operators, policy(answer_days=7))
    with writing():
        rule_changes.apply(change, by=operators.actor(operators.second))
    assert trail(change) == [("propose", None), ("apply", "applied")]
    figures = db.session.scalars(select(AuditEntry.figures).where(AuditEntry.subject_ref == change.ref)).all()
    assert all(one["answer_days"] == 7 and one["changed"] == ["answer_days"] for one in figures)


def test_the_operators_and_then_the_maker_are_told(operators: Operators) -> None:
    change = propose(operators, policy(answer_days=7))
    with writing():
        rule_changes.decline(change, words="Quá ngắn", by=operators.actor(operators.second))
    told = db.session.execute(select(Notice.template, Notice.recipient_ref).order_by(Notice.id)).all()
    assert [tuple(one) for one in told] == [
        ("contracts/rule_proposed", operators.firm.ref), ("contracts/rule_declined", operators.first.ref),
    ]  # fmt: skip


def test_nobody_puts_her_own_change_into_force(operators: Operators) -> None:
    change = propose(operators, policy(answer_days=7))
    sentence = refused(rule_changes.apply, change, by=operators.actor(operators.first))
    assert "người khác" in sentence
    assert known.policy_of(AgreementKind.SALE).answer_days == 10
    assert (change.state, trail(change)) == (ChangeState.PROPOSED, [("propose", None)])


def test_nobody_declines_her_own_change(operators: Operators) -> None:
    change = propose(operators, policy(answer_days=7))
    assert refused(rule_changes.decline, change, words="x", by=operators.actor(operators.first))
    assert change.state is ChangeState.PROPOSED


def test_only_the_maker_takes_it_back(operators: Operators) -> None:
    change = propose(operators, policy(answer_days=7))
    assert refused(rule_changes.withdraw, change, by=operators.actor(operators.second))
    with writing():
        rule_changes.withdraw(change, by=operators.actor(operators.first))
    assert change.state is ChangeState.WITHDRAWN


def test_no_program_decides(operators: Operators) -> None:
    change = propose(operators, policy(answer_days=7))
    assert refused(rule_changes.apply, change, by=SYSTEM)
    assert refused(rule_changes.propose, ChangeKind.POLICY, {"kind": "mou"}, policy(), words="", by=SYSTEM)


@pytest.mark.parametrize("state", [ChangeState.APPLIED, ChangeState.DECLINED])
def test_the_table_itself_refuses_two_eyes(operators: Operators, state: ChangeState) -> None:
    values = {"target": SALE, "before": policy(), "after": policy(answer_days=7)}
    one = {"kind": ChangeKind.POLICY, "payload": values, "proposed_by_id": operators.first.id}
    row = {"ref": "TD-2026-999999", "state": state, "decided_by_id": operators.first.id, **one}
    with pytest.raises(IntegrityError), writing():
        db.session.execute(insert(RuleChange).values(row))


@pytest.mark.parametrize("act", ["apply", "decline", "withdraw"])
def test_what_is_decided_stays_decided(operators: Operators, act: str) -> None:
    change = propose(operators, policy(answer_days=7))
    with writing():
        rule_changes.apply(change, by=operators.actor(operators.second))
    by = operators.first if act == "withdraw" else operators.second
    words = {"words": "x"} if act == "decline" else {}
    assert refused(getattr(rule_changes, act), change, by=operators.actor(by), **words)
    assert change.state is ChangeState.APPLIED


# --- stale and impossible ---


def test_a_stale_proposal_is_not_put_into_force(operators: Operators) -> None:
    change = propose(operators, policy(answer_days=7))
    with writing():
        known.policy_of(AgreementKind.SALE).review_days = 8
    assert rule_changes.is_stale(change)
    assert refused(rule_changes.apply, change, by=operators.actor(operators.second))
    now = known.policy_of(AgreementKind.SALE)
    assert (now.answer_days, now.review_days, change.state) == (10, 8, ChangeState.PROPOSED)


def test_a_second_change_of_the_same_waits_for_the_first(operators: Operators) -> None:
    first = propose(operators, policy(answer_days=7))
    assert first.ref in str(not_proposed(operators, policy(answer_days=8)))
    propose(operators, clause(title="Phạt"), ChangeKind.CLAUSE, PENALTY)


def test_nothing_changed_is_no_proposal(operators: Operators) -> None:
    assert not_proposed(operators, policy())


@pytest.mark.parametrize(
    ("after", "field"),
    [({"answer_days": 0}, "answer_days"), ({"review_days": 61}, "review_days"), ({"evidence": "L1"}, "evidence")],
)
def test_a_policy_that_cannot_stand_is_refused_at_its_field(
    operators: Operators, after: dict[str, Any], field: str
) -> None:
    assert not_proposed(operators, policy(**after)).field == field


# --- clauses and days ---


def test_a_changed_clause_is_a_new_version(operators: Operators) -> None:
    change = propose(operators, clause(text="Phạt [mức phạt] phần vi phạm."), ChangeKind.CLAUSE, PENALTY)
    with writing():
        rule_changes.apply(change, by=operators.actor(operators.second))
    found = known.history(AgreementKind.SALE, PaperKind.CONTRACT, "penalty")
    assert [one.version for one in found] == [2, 1]
    assert (found[0].text, found[0].since) == ("Phạt [mức phạt] phần vi phạm.", clock.today())
    assert known.history(AgreementKind.FRAMEWORK, PaperKind.CONTRACT, "penalty")[0].version == 1


def test_a_clause_that_is_no_longer_offered_leaves_the_library(operators: Operators) -> None:
    change = propose(operators, clause(is_offered=False, is_mandatory=False), ChangeKind.CLAUSE, PENALTY)
    with writing():
        rule_changes.apply(change, by=operators.actor(operators.second))
    assert "penalty" not in {one.key for one in known.library(AgreementKind.SALE)}
    assert "penalty" in {one.key for one in known.newest(AgreementKind.SALE)}


@pytest.mark.parametrize(
    ("after", "field"), [({"text": "Phạt [mức gì đó]."}, "text"), ({"is_offered": False}, "is_mandatory")]
)
def test_a_clause_that_cannot_stand_is_refused(operators: Operators, after: dict[str, Any], field: str) -> None:
    assert not_proposed(operators, clause(**after), ChangeKind.CLAUSE, PENALTY).field == field


def test_a_day_comes_changes_and_goes(operators: Operators) -> None:
    target = weekday_to_come()
    for after in (holiday(), holiday(name="Nghỉ lũ"), None):
        change = propose(operators, after, ChangeKind.HOLIDAY, target)
        with writing():
            rule_changes.apply(change, by=operators.actor(operators.second))
        row = known.day_of(date.fromisoformat(target["day"]))
        assert (row.name if row else None) == (after["name"] if after else None)


def test_a_day_that_was_taken_out_does_not_come_back_with_the_file(operators: Operators) -> None:
    target = {"day": "2027-09-03"}
    change = propose(operators, None, ChangeKind.HOLIDAY, target)
    with writing():
        rule_changes.apply(change, by=operators.actor(operators.second))
        assert rules.load() == "0 policies, 0 clauses, 0 days"
    assert known.day_of(date(2027, 9, 3)) is None


@pytest.mark.parametrize(
    ("day", "after"),
    [("2026-01-05", holiday()), ("2099-01-03", holiday()), ("2099-01-05", holiday(is_working=True))],
)
def test_a_day_that_changes_nothing_or_is_past_is_refused(operators: Operators, day: str, after: Any) -> None:
    assert not_proposed(operators, after, ChangeKind.HOLIDAY, {"day": day})
    assert known.open_changes() == []


# --- two at once ---


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment before writing, and none sees by the rule itself that another was faster."""

    def looked(_change: RuleChange) -> bool:
        time.sleep(0.05)
        return False

    monkeypatch.setattr(rule_changes, "is_stale", looked)


def decided_at_once(app: Flask, race: Callable[..., list[Any]], days: int = 7) -> list[Any]:
    """One proposal, put into force by two people in the same moment: what each was answered."""
    with app.app_context():
        made = two_operators()
        ids = [made.second.id, factories.manager_of(made.firm).id]
        change_id, firm_id = propose(made, policy(answer_days=days)).id, made.firm.id

    def act(i: int) -> str:
        firm, person = db.session.get_one(Organisation, firm_id), db.session.get_one(Person, ids[i])
        mine, by = db.session.get_one(RuleChange, change_id), factories.actor(person, firm)
        try:
            with database.writing():
                rule_changes.apply(mine, by=by)
        except Refused:
            return "refused"
        return "applied"

    return sorted(map(str, race(2, act)))


@pytest.mark.usefixtures("slow")
def test_two_operators_who_decide_at_once_decide_once(app: Flask, race: Callable[..., list[Any]]) -> None:
    assert decided_at_once(app, race) == ["applied", "refused"]
    with app.app_context():
        acts = select(func.count()).where(AuditEntry.subject_kind == "rule_changes", AuditEntry.action == "apply")
        assert db.session.scalar(acts) == 1


@pytest.mark.postgresql
@pytest.mark.usefixtures("slow")
def test_without_the_lock_both_would_decide(
    app: Flask, race: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_changes, "lock", lambda *_things: None)
    monkeypatch.setattr(rule_changes, "locked", plain_locked)
    days = count(7)
    meets(lambda: decided_at_once(app, race, next(days)) == ["applied", "applied"])


def test_the_policies_are_the_four(operators: Operators) -> None:
    assert {one.kind for one in db.session.scalars(select(KindPolicy))} == set(AgreementKind)
