"""More of two at once: annex and call-off, renewals, dispute and end, notice and call-off, receipt and lapse.

Each is run once more without its lock, to see that it is a race.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.contracts.models import Agreement, AgreementEvent, CallOff
from marketplace.contracts.queries import changes, open_matters
from marketplace.contracts.queries.calling import book_faults
from marketplace.contracts.queries.in_force import version_numbered
from marketplace.contracts.services import (
    activation,
    agreements,
    amending,
    books,
    calling,
    disputing,
    endings,
    renewing,
    terminating,
)
from marketplace.contracts.services.disputing import Complaint
from marketplace.contracts.states.agreements import AgreementState, Side, TerminationGround
from marketplace.contracts.states.performing import DisputeSubject
from marketplace.core import clock, database
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.services import Checked
from tests.contracts import changing
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, add_signature, agreement_in, last_version, two_sides
from tests.races.thinking import meets
from tests.races.without_locks import plain_locked, plain_statement, plain_writing

Race = Callable[..., list[Any]]
S = AgreementState
SELLER, BUYER = Side.SELLER, Side.BUYER
MOMENT = 0.05
NEW_PRICE = 99_000


@pytest.fixture
def sides(app: Flask) -> Iterator[TwoSides]:
    with app.app_context():
        yield two_sides(departments=False)


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing, with the lock and without it."""

    def after(room: ModuleType, name: str, seen: Callable[..., Any], *, moment: float = MOMENT) -> None:
        def looked(*args: Any, **options: Any) -> Any:
            result = seen(*args, **options)
            time.sleep(moment)
            return result

        monkeypatch.setattr(room, name, looked)

    after(amending, "is_behind", changes.is_behind)
    after(calling, "check_callable", calling.check_callable)
    after(renewing, "successor_of", changes.successor_of)
    # a dispute has to come in between, not behind
    after(endings, "require_nothing_open", endings.require_nothing_open, moment=4 * MOMENT)
    after(disputing, "open_disputes", open_matters.open_disputes)
    after(terminating, "require_running", endings.require_running)
    after(agreements, "_still", agreements._still)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: no lock is taken, and SQLite begins as if only to read."""
    monkeypatch.setattr(database, "locked", plain_locked)
    monkeypatch.setattr(books, "locked", plain_locked)
    monkeypatch.setattr(database, "under_lock", plain_statement)
    monkeypatch.setattr(database, "writing", plain_writing)


def named(ref: str) -> Agreement:
    return db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()


def errors(results: list[Any]) -> list[Any]:
    """Who met an error in the place of a sentence."""
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]


def worked(results: list[Any]) -> list[Any]:
    """What came of it; whoever was refused heard a sentence."""
    assert errors(results) == []
    return [one for one in results if not isinstance(one, Exception)]


def kinds(ref: str) -> list[str]:
    db.session.rollback()
    asked = select(AgreementEvent.kind).join(AgreementEvent.agreement).where(Agreement.ref == ref)
    return list(db.session.scalars(asked.order_by(AgreementEvent.number)))


Made = Callable[[TwoSides], tuple[str, Callable[[int], Any], Callable[[list[Any]], bool]]]


# --- an annex with another price, and a call-off ---------------------------------------------------------------------


def annex_and_call(sides: TwoSides) -> tuple[str, Callable[[int], Any], Callable[[list[Any]], bool]]:
    """Whoever is first: a call-off costs what the version says that it names."""
    contract = perform.contract_in_force(sides)
    paper = changing.annex(contract, sides)
    changing.rewrite(paper, sides, lines=changing.lines_with(paper, price_vnd=NEW_PRICE))
    changing.walk(paper, sides, *changing.TO_SIGNATURE)
    with database.writing():
        for side in Side:
            add_signature(paper, side, sides)
    ref, own, by = contract.ref, paper.ref, sides.actor(BUYER)

    def act(i: int) -> str:
        if i == 0:
            annex = named(own)
            with database.writing():
                activation.activate(annex)
            return "amended"
        mine = named(ref)
        with database.writing():
            return calling.call(mine, perform.asked(L1=10), by=by).ref

    def fine(results: list[Any]) -> bool:
        found = [one for one in results if isinstance(one, str) and one != "amended"]
        return len(found) == 2 and all(costs_what_it_names(ref, one) for one in found)

    return ref, act, fine


def costs_what_it_names(ref: str, call_off: str) -> bool:
    found = db.session.scalars(select(CallOff).where(CallOff.ref == call_off)).one()
    version = version_numbered(named(ref), found.version_number)
    assert version is not None
    assert found.order is not None
    return bool(found.order.lines[0].unit_price_vnd == version.terms["lines"][0]["price_vnd"])


# --- two renewals ----------------------------------------------------------------------------------------------------


def two_renewals(sides: TwoSides) -> tuple[str, Callable[[int], Any], Callable[[list[Any]], bool]]:
    """Both sides begin the contract that follows: one does, the other hears of it."""
    ref = agreement_in(S.EXPIRED, sides).ref
    actors = [sides.actor(side) for side in Side]

    def act(i: int) -> str:
        mine = named(ref)
        with database.writing():
            return renewing.renew(mine, list(Side)[i % 2], by=actors[i % 2]).ref

    def fine(_results: list[Any]) -> bool:
        asked = select(func.count()).where(Agreement.prior_id == named(ref).id)
        return db.session.scalar(asked) == 1 and kinds(ref).count("renewed") == 1

    return ref, act, fine


# --- a dispute and the end -------------------------------------------------------------------------------------------


def dispute_and_end(sides: TwoSides) -> tuple[str, Callable[[int], Any], Callable[[list[Any]], bool]]:
    """A contract is never completed over a dispute that was opened before."""
    contract = perform.contract_in_force(sides)
    with database.writing():
        endings.confirm_closing(contract, SELLER, by=sides.actor(SELLER))
    ref, buyer, seller = contract.ref, sides.actor(BUYER), sides.actor(SELLER)

    def act(i: int) -> str:
        mine = named(ref)
        with database.writing():
            if i % 2:
                return disputing.open_dispute(mine, SELLER, Complaint(DisputeSubject.PAYMENT, "Chậm"), by=seller).ref
            endings.confirm_closing(mine, BUYER, by=buyer)
            return "completed"

    def fine(results: list[Any]) -> bool:
        happened = [kind for kind in kinds(ref) if kind in ("complete", "dispute_opened")]
        return not errors(results) and happened in (["complete", "dispute_opened"], ["dispute_opened"])

    return ref, act, fine


# --- a notice and call-offs ------------------------------------------------------------------------------------------


def notice_and_call(sides: TwoSides) -> tuple[str, Callable[[int], Any], Callable[[list[Any]], bool]]:
    """After the end is announced nothing is called."""
    ref = perform.contract_in_force(sides).ref
    seller, buyer = sides.actor(SELLER), sides.actor(BUYER)

    def act(i: int) -> str:
        mine, ground = named(ref), TerminationGround.BREACH
        with database.writing():
            if i == 0:
                until = terminating.earliest_end(ground)
                terminating.give_notice(mine, SELLER, ground, "Vi phạm", until, by=seller)
                return "noticed"
            return calling.call(mine, perform.asked(L1=10), by=buyer).ref

    def fine(results: list[Any]) -> bool:
        done = [one for one in results if isinstance(one, str)]
        happened = [kind for kind in kinds(ref) if kind in ("wind_down", "call_off_placed")]
        return not errors(results) and happened == ["call_off_placed"] * (len(done) - 1) + ["wind_down"]

    return ref, act, fine


# --- an acceptance and a withdrawal ----------------------------------------------------------------------------------


def yes_and_withdrawal(sides: TwoSides) -> tuple[str, Callable[[int], Any], Callable[[list[Any]], bool]]:
    """What is taken back stays taken back, whether or not somebody said yes a moment before."""
    agreement = agreement_in(S.NEGOTIATING, sides)
    ref, sha256 = agreement.ref, last_version(agreement).sha256
    seller, buyer = sides.actor(SELLER), sides.actor(BUYER)

    def act(i: int) -> str:
        mine = named(ref)
        with database.writing():
            if i == 0:
                agreements.withdraw(mine, seller, "")
                return "withdrawn"
            agreements.accept(mine, sha256, buyer)
            return "accepted"

    def fine(results: list[Any]) -> bool:
        happened = kinds(ref)
        said = "accept" in happened
        return (
            not errors(results)
            and happened[-1] == "cancel"
            and named(ref).state is S.CANCELLED
            and said == ("accepted" in results)
            and happened.count("cancel") == 1
        )

    return ref, act, fine


# --- a check of what came, and the lapse of its days -----------------------------------------------------------------


def check_and_lapse(sides: TwoSides) -> tuple[str, Callable[[int], Any], Callable[[list[Any]], bool]]:
    """What came is checked by the buyer or counts as unchecked, never both; the book agrees."""
    contract = perform.contract_in_force(sides)
    perform.stock(sides)
    call_off = perform.call(contract, sides, L1=20)
    order = perform.deliver(call_off, sides)
    order_ref, line, by = order.ref, order.lines[0].id, sides.actor(BUYER)
    with database.writing():
        # its days are over; the clock itself is one for all threads
        db.session.get_one(Order, order.id).due_at = clock.now() - timedelta(minutes=1)
    ref = contract.ref

    def act(i: int) -> str:
        mine = db.session.scalars(select(Order).where(Order.ref == order_ref)).one()
        with database.writing():
            if i % 2:
                orders.check_delivery(mine, {line: Checked(20, 0, None)}, by=by)
                return "checked"
            orders.pass_deadline(mine)
            return "passed"

    def fine(results: list[Any]) -> bool:
        said = [kind for kind in kinds(ref) if kind in ("call_off_checked", "call_off_unchecked")]
        accepted = 20 if said == ["call_off_checked"] else 0
        whole = perform.book(named(ref))["accepted"] == accepted and book_faults(named(ref)) == []
        return not errors(results) and len(said) == 1 and whole

    return ref, act, fine


MADE: dict[str, tuple[Made, int]] = {
    "an annex and call-offs": (annex_and_call, 3),
    "two renewals": (two_renewals, 4),
    "a dispute and the end": (dispute_and_end, 2),
    "a notice and call-offs": (notice_and_call, 3),
    "a yes and a withdrawal": (yes_and_withdrawal, 2),
    "a check and a lapse": (check_and_lapse, 4),
}
ROUNDS = 2


@pytest.mark.parametrize("name", MADE)
def test_two_at_once_come_one_after_the_other(sides: TwoSides, race: Race, name: str) -> None:
    made, people = MADE[name]
    for _round in range(ROUNDS):
        _ref, act, fine = made(sides)
        db.session.rollback()
        results = race(people, act, timeout=60)
        worked(results)
        db.session.rollback()
        assert fine(results), results


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("name", MADE)
def test_without_the_lock_they_get_into_each_others_way(sides: TwoSides, race: Race, name: str) -> None:
    made, people = MADE[name]

    def attempt() -> bool:
        _ref, act, fine = made(sides)
        db.session.rollback()
        results = race(people, act, timeout=60)
        db.session.rollback()
        return bool(errors(results)) or not fine(results)

    meets(attempt)
