"""The operators' pages of the rules of agreements: for everybody else there are none."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from marketplace.contracts.models import RuleChange
from marketplace.contracts.queries import rules as known
from marketplace.contracts.services import rule_changes, rules
from marketplace.contracts.services.rule_kinds import CLAUSE_FIELDS, POLICY_FIELDS
from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.contracts.states.signing import ChangeKind
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db, writing
from tests import factories
from tests.access.rows import Row, operators
from tests.access.things import Asked
from tests.access.world import World

POLICY = {
    "review": "notify", "evidence": "L1", "answer_days": "5", "review_days": "5", "signing_days": "10",
    "confirmation_days": "3", "receipt_days": "3", "dispute_days": "7", "words": "thử",
}  # fmt: skip
CLAUSE = {"title": "Quà", "text": "Tặng.", "explanation": "Quà tặng.", "position": "300", "words": "thử"}
DAY = {"is_working": "no", "name": "Nghỉ thử", "source": "thử", "certainty": "low"}


def load() -> None:
    """The rules, as every marketplace has them."""
    with writing():
        rules.load()


def loaded(world: World, role: str) -> Asked:
    load()
    return Asked({})


def _operator(world: World) -> Actor:
    return world.buyer("operator")


def _colleague() -> Actor:
    firm = factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi")
    return factories.actor(factories.manager_of(firm), firm)


def _change(by: Actor) -> RuleChange:
    """A proposal for a day that nobody has named yet."""
    with writing():
        return rule_changes.propose(ChangeKind.HOLIDAY, {"day": free_day()}, _holiday(), words="thử", by=by)


def _holiday() -> dict[str, Any]:
    return {**DAY, "is_working": False}


_days = count()


def free_day() -> str:
    """A weekday to come that no other test names."""
    weeks, day = divmod(next(_days), 5)
    return (date(2031, 1, 6) + timedelta(days=7 * weeks + day)).isoformat()


def of_another(world: World, role: str) -> Asked:
    load()
    return Asked({"ref": _change(_colleague()).ref})


def of_herself(world: World, role: str) -> Asked:
    load()
    return Asked({"ref": _change(_operator(world)).ref})


def _decide_policies() -> None:
    """What other roles' tries have left open is taken back."""
    for one in known.open_changes():
        if one.kind is ChangeKind.POLICY:
            firm = one.proposed_by.memberships[0].organisation
            with writing():
                rule_changes.withdraw(one, by=factories.actor(db.session.merge(one.proposed_by), firm))


def policy(world: World, role: str) -> Asked:
    load()
    _decide_policies()
    now = known.policy_of(AgreementKind.MOU)
    days = 5 if now.answer_days != 5 else 6
    assert set(POLICY) - {"words"} <= set(POLICY_FIELDS)
    return Asked({"kind": "mou"}, {"answer_days": str(days)})


def shelf(world: World, role: str) -> Asked:
    load()
    return Asked({"kind": "sale", "paper": "contract"})


def clause(world: World, role: str) -> Asked:
    load()
    now = known.history(AgreementKind.SALE, PaperKind.CONTRACT, "penalty")[0]
    assert set(CLAUSE) - {"words"} <= set(CLAUSE_FIELDS)
    return Asked({"kind": "sale", "paper": "contract", "key": now.key})


def new_clause(world: World, role: str) -> Asked:
    load()
    title = f"Quà {factories.number()}"
    return Asked({"kind": "sale", "paper": "contract", "key": "new"}, {"title": title})


def new_day(world: World, role: str) -> Asked:
    load()
    return Asked({}, {"day": free_day()})


def known_day(world: World, role: str) -> Asked:
    load()
    day, by = free_day(), _colleague()
    with writing():
        change = rule_changes.propose(ChangeKind.HOLIDAY, {"day": day}, _holiday(), words="thử", by=by)
    with writing():
        rule_changes.apply(change, by=_operator(world))
    return Asked({}, {"day": day})


ROWS: dict[str, Row] = {
    "GET contracts.rules_index": operators(200, loaded),
    "GET contracts.rule_change": operators(200, of_another),
    "POST contracts.apply_rule": operators(303, of_another),
    "POST contracts.decline_rule": operators(303, of_another, {"answer": "chưa cần"}),
    "POST contracts.withdraw_rule": operators(303, of_herself),
    "GET contracts.policy_rule": operators(200, policy),
    "POST contracts.propose_policy": operators(303, policy, POLICY),
    "GET contracts.clause_rules": operators(200, shelf),
    "GET contracts.clause_rule": operators(200, clause),
    "POST contracts.propose_clause": operators(303, new_clause, CLAUSE),
    "GET contracts.day_rules": operators(200, loaded),
    "POST contracts.propose_day": operators(303, new_day, DAY),
    "POST contracts.propose_no_day": operators(303, known_day),
}
