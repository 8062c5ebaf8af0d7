"""Two officers decide at once, a decision meets a withdrawal: the chain of events is one, and nothing is decided twice.

Each race is run once more without its lock, to see that it is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Agreement, AgreementEvent, DepartmentReview
from marketplace.contracts.services import agreements, reviewing
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.reviews import PENDING, ReturnReason, ReviewState
from marketplace.core import database, i18n
from marketplace.core.actors import Actor, Role
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from tests import factories
from tests.contracts.making import agreement_in, officer_of, two_sides
from tests.races.thinking import meets, thinks_after
from tests.races.without_locks import plain_writing

Race = Callable[..., list[Any]]
ROUNDS = 3
S = AgreementState


@dataclass
class Case:
    """A text before both departments; two officers of one of them, one of the other, and the side that made it."""

    agreement_id: int
    reviews: tuple[int, int]
    officers: tuple[Actor, Actor]
    other: Actor
    seller: Actor

    def fresh(self) -> Agreement:
        """As it stands in the database now."""
        db.session.rollback()
        db.session.expire_all()
        return db.session.get_one(Agreement, self.agreement_id)

    def kinds(self) -> list[str]:
        """What its chain holds."""
        mine = select(AgreementEvent.kind).where(AgreementEvent.agreement_id == self.agreement_id)
        return list(db.session.scalars(mine.order_by(AgreementEvent.number)))


@pytest.fixture(autouse=True)
def english(app: Flask) -> Iterator[None]:
    with app.app_context(), i18n.speaking("en"):
        yield


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing, with the lock and without it."""
    thinks_after(monkeypatch, reviewing, "_held")
    thinks_after(monkeypatch, agreements, "_own_side")


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is locked, and SQLite lets everybody begin at once."""
    for room in (reviewing, agreements):
        monkeypatch.setattr(room, "lock", lambda *_things: None)
    monkeypatch.setattr(database, "writing", plain_writing)


def case() -> Case:
    sides = two_sides()
    agreement = agreement_in(S.IN_REVIEW, sides)
    mine = select(DepartmentReview).where(DepartmentReview.agreement_id == agreement.id).order_by(DepartmentReview.id)
    first, second = db.session.scalars(mine).all()
    assert first.department is not None
    assert second.department is not None
    colleague = factories.person("Lê Thị Hoa")
    factories.membership(colleague, first.department, Role.LEADER)
    made = Case(
        agreement.id,
        (first.id, second.id),
        (officer_of(first.department), factories.actor(colleague, first.department, Role.LEADER)),
        officer_of(second.department),
        sides.actor(Side.SELLER),
    )
    db.session.rollback()
    return made


def outcome(do: Callable[[], None]) -> str:
    """What came of an act: it was done, refused, or broke."""
    try:
        with database.writing():
            do()
    except Refused:
        return "refused"
    return "done"


def approve(made: Case, place: int, by: Actor) -> str:
    return outcome(lambda: reviewing.approve(review(made, place), "", by))


def send_back(made: Case, place: int, by: Actor) -> str:
    return outcome(lambda: reviewing.send_back(review(made, place), ReturnReason.PRICE, "Giá thấp.", by))


def withdraw(made: Case) -> str:
    return outcome(lambda: agreements.withdraw(db.session.get_one(Agreement, made.agreement_id), made.seller))


def review(made: Case, place: int) -> DepartmentReview:
    return db.session.get_one(DepartmentReview, made.reviews[place])


def one_decision(results: list[Any]) -> bool:
    return sorted(map(str, results)) == ["done", "refused"]


# --- two officers of one department ---


def two_officers(race: Race) -> tuple[Case, list[Any]]:
    made = case()
    acts = (approve, send_back)
    return made, race(2, lambda i: acts[i](made, 0, made.officers[i]))


def test_two_officers_of_a_department_make_one_decision(race: Race) -> None:
    for _round in range(ROUNDS):
        made, results = two_officers(race)
        assert one_decision(results), results
        agreement, decided = made.fresh(), review(made, 0)
        if decided.state is ReviewState.APPROVED:
            assert (agreement.state, made.kinds().count("review_approved")) == (S.IN_REVIEW, 1)
        else:
            assert (agreement.state, decided.state) == (S.NEGOTIATING, ReviewState.RETURNED)
            assert review(made, 1).state is ReviewState.CLOSED
        assert decided.person_id in {one.person_id for one in made.officers}


def test_without_the_lock_two_officers_both_decide_or_one_breaks(race: Race, unlocked: None) -> None:
    meets(lambda: not one_decision(two_officers(race)[1]))


# --- the last two departments ---


def two_departments(race: Race) -> tuple[Case, list[Any]]:
    made = case()
    officers = (made.officers[0], made.other)
    return made, race(2, lambda i: approve(made, i, officers[i]))


def test_two_departments_at_once_make_the_paper_ready_once(race: Race) -> None:
    for _round in range(ROUNDS):
        made, results = two_departments(race)
        assert results == ["done", "done"]
        assert made.fresh().state is S.READY
        assert made.kinds()[-3:] == ["review_approved", "review_approved", "approve"]


# PostgreSQL makes the second wait anyhow, since both write when the paper was touched last
@pytest.mark.sqlite
def test_without_the_lock_both_departments_wait_for_each_other_or_one_breaks(race: Race, unlocked: None) -> None:
    def attempt() -> bool:
        made, results = two_departments(race)
        return results != ["done", "done"] or made.fresh().state is not S.READY

    meets(attempt)


# --- a decision and a withdrawal ---


def decision_and_withdrawal(race: Race, decide: Callable[[Case, int, Actor], str]) -> tuple[Case, list[Any]]:
    made = case()
    return made, race(2, lambda i: decide(made, 0, made.officers[0]) if i == 0 else withdraw(made))


@pytest.mark.parametrize("decide", [approve, send_back])
def test_a_decision_that_meets_a_withdrawal_comes_before_it_or_not_at_all(
    race: Race, decide: Callable[[Case, int, Actor], str]
) -> None:
    for _round in range(ROUNDS):
        made, (decided, withdrawn) = decision_and_withdrawal(race, decide)
        assert withdrawn == "done"
        agreement, kinds = made.fresh(), made.kinds()
        assert agreement.state is S.CANCELLED
        assert kinds[-1] == "cancel"
        assert (decided == "done") == bool({"review_approved", "return"} & set(kinds))
        assert all(review(made, place).state not in PENDING for place in (0, 1))


def test_without_the_lock_a_decision_and_a_withdrawal_tear_the_chain(race: Race, unlocked: None) -> None:
    def attempt() -> bool:
        made, (decided, withdrawn) = decision_and_withdrawal(race, send_back)
        in_turn = withdrawn == "done" and decided in ("done", "refused")
        return not in_turn or made.fresh().state is not S.CANCELLED

    meets(attempt)
