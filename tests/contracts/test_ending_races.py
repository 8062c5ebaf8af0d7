"""Several at once at the end of a contract: two annexes, an end against a call-off, both confirmations, two workers.

Each is run once more without its lock, to see that it is a race.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries import changes, open_matters
from marketplace.contracts.services import activation, amending, books, calling, endings
from marketplace.contracts.states.agreements import AgreementState, PaperKind, Side
from marketplace.core import clock, database
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from tests.contracts import changing
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, add_signature, two_sides
from tests.races.thinking import meets, thinks_after
from tests.races.without_locks import plain_locked, plain_statement, plain_writing

Race = Callable[..., list[Any]]
S = AgreementState


@pytest.fixture
def sides(app: Flask) -> Iterator[TwoSides]:
    with app.app_context():
        yield two_sides(departments=False)


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing, with the lock and without it."""
    thinks_after(monkeypatch, endings, "open_call_offs", open_matters.open_call_offs)
    thinks_after(monkeypatch, endings, "require_nothing_open")
    thinks_after(monkeypatch, amending, "is_behind", changes.is_behind)
    thinks_after(monkeypatch, calling, "check_callable")


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: no lock is taken, and SQLite begins as if only to read."""
    monkeypatch.setattr(database, "locked", plain_locked)
    monkeypatch.setattr(books, "locked", plain_locked)
    monkeypatch.setattr(database, "under_lock", plain_statement)
    monkeypatch.setattr(database, "writing", plain_writing)


def named(ref: str) -> Agreement:
    return db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()


def worked(results: list[Any]) -> list[Any]:
    """What came of it; whoever was refused heard a sentence, and nobody met an error."""
    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)] == []
    return [one for one in results if not isinstance(one, Exception)]


def broke(results: list[Any]) -> bool:
    """Somebody met an error in the place of a sentence."""
    return any(isinstance(one, Exception) and not isinstance(one, Refused) for one in results)


# --- two annexes -----------------------------------------------------------------------------------------------------


def signed(contract: Agreement, sides: TwoSides, quantity: int) -> str:
    """An annex that only waits to be put into force."""
    paper = changing.annex(contract, sides)
    changing.rewrite(paper, sides, lines=changing.lines_with(paper, quantity=str(quantity)))
    changing.walk(paper, sides, *changing.TO_SIGNATURE)
    with database.writing():
        for side in Side:
            add_signature(paper, side, sides)
    return paper.ref


def put_into_force(ref: str) -> str:
    paper = named(ref)
    with database.writing():
        assert paper.belongs_to is not None
        database.lock(paper.belongs_to, paper)
        activation.activate(paper)
        return paper.state.value


def two_annexes(sides: TwoSides) -> tuple[str, list[str]]:
    contract = perform.contract_in_force(sides)
    refs = [signed(contract, sides, 1300), signed(contract, sides, 1400)]
    ref = contract.ref
    db.session.rollback()
    return ref, refs


def test_of_two_signed_annexes_one_counts_and_the_other_goes_back(sides: TwoSides, race: Race) -> None:
    ref, refs = two_annexes(sides)
    worked(race(2, lambda i: put_into_force(refs[i])))
    contract = changing.again(named(ref))
    assert (contract.active_version, contract.last_version) == (2, 2)
    assert sorted(named(one).state.value for one in refs) == ["active", "negotiating"]
    assert changing.happened(contract).count("amend") == 1


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_both_annexes_would_count(sides: TwoSides, race: Race) -> None:
    def attempt() -> bool:
        ref, refs = two_annexes(sides)
        results = race(2, lambda i: put_into_force(refs[i]))
        states = [changing.again(named(one)).state for one in refs]
        return broke(results) or states.count(S.ACTIVE) != 1 or named(ref).active_version != 2

    meets(attempt)


# --- an end against a call-off ---------------------------------------------------------------------------------------


def end_or_call(contract: Agreement, sides: TwoSides) -> Callable[[int], str]:
    paper = changing.minutes(contract, sides, PaperKind.TERMINATION)
    changing.walk(paper, sides, *changing.TO_SIGNATURE)
    with database.writing():
        for side in Side:
            add_signature(paper, side, sides)
    ref, own, by = contract.ref, paper.ref, sides.actor(Side.BUYER)
    db.session.rollback()

    def act(i: int) -> str:
        if i % 2:
            return put_into_force(own)
        mine = named(ref)
        with database.writing():
            return calling.call(mine, perform.asked(L1=10), by=by).ref

    return act


def test_a_contract_never_ends_with_a_call_off_open(sides: TwoSides, race: Race) -> None:
    for _round in range(2):
        contract = perform.contract_in_force(sides)
        act = end_or_call(contract, sides)
        done = worked(race(2, act))
        contract = changing.again(contract)
        called = len(open_matters.open_call_offs(contract))
        assert (contract.state, len(done)) == ((S.WINDING_DOWN, 2) if called else (S.TERMINATED, 1))


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_it_would(sides: TwoSides, race: Race) -> None:
    def attempt() -> bool:
        contract = perform.contract_in_force(sides)
        results = race(2, end_or_call(contract, sides))
        contract = changing.again(contract)
        return broke(results) or (contract.state is S.TERMINATED and bool(open_matters.open_call_offs(contract)))

    meets(attempt)


# --- both confirm, and time comes at the same moment -----------------------------------------------------------------


def close(ref: str, sides: TwoSides) -> Callable[[int], str]:
    actors = [sides.actor(side) for side in Side]

    def act(i: int) -> str:
        contract, side = named(ref), list(Side)[i % 2]
        with database.writing():
            return "over" if endings.confirm_closing(contract, side, by=actors[i % 2]) else "waits"

    return act


def test_both_confirm_at_once_and_it_is_completed_once(sides: TwoSides, race: Race) -> None:
    contract = perform.contract_in_force(sides)
    act = close(contract.ref, sides)
    db.session.rollback()
    assert sorted(worked(race(2, act))) == ["over", "waits"]
    assert changing.again(contract).state is S.COMPLETED
    assert changing.happened(contract).count("complete") == 1


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_both_would_wait_for_ever(sides: TwoSides, race: Race) -> None:
    def attempt() -> bool:
        contract = perform.contract_in_force(sides)
        act = close(contract.ref, sides)
        db.session.rollback()
        return broke(race(2, act)) or changing.again(contract).state is not S.COMPLETED

    meets(attempt)


def test_four_workers_end_it_once(sides: TwoSides, race: Race) -> None:
    contract = perform.contract_in_force(sides)
    ref, last = contract.ref, changing.last_day(contract)
    db.session.rollback()

    def settle(_i: int) -> bool:
        mine = named(ref)
        with database.writing():
            return endings.settle(mine)

    with clock.frozen(changing.after(last, days=1) + timedelta(hours=1)):
        assert worked(race(4, settle)).count(True) == 1
    assert changing.happened(changing.again(contract)).count("expire") == 1
