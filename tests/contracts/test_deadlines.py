"""Deadlines remind at half time and on the day before and lapse, each exactly once; what is stale is left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.jobs.deadlines import is_waiting, pass_deadlines
from marketplace.contracts.models import Agreement, Deadline
from marketplace.contracts.services import agreements, deadlines
from marketplace.contracts.services.reminding import pass_deadline
from marketplace.contracts.states.agreements import AgreementState, Side, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.outbox.jobs import RECURRING
from marketplace.core.outbox.letters import letter_of
from tests.contracts.making import Walk, agreement_in, two_sides

S = AgreementState
MINUTE = timedelta(minutes=1)


def answer_of(agreement: Agreement) -> Deadline:
    mine = (Deadline.agreement_id == agreement.id) & (Deadline.kind == DeadlineKind.ANSWER)
    return db.session.scalars(select(Deadline).where(mine).order_by(Deadline.id.desc())).first() or Deadline()


def letters(*templates: str) -> Counter[tuple[str, str]]:
    """How many letters of these kinds each recipient got."""
    wanted = [f"contracts/{one}" for one in templates]
    rows = db.session.execute(select(Notice.template, Notice.recipient_ref).where(Notice.template.in_(wanted)))
    return Counter((template.removeprefix("contracts/"), ref) for template, ref in rows)


def run_at(moment: datetime, times: int = 2) -> None:
    """The worker looks, and looks again, as it may."""
    with clock.frozen(moment):
        for _ in range(times):
            pass_deadlines()


def test_half_time_the_day_before_and_the_lapse_come_once_each(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.NEGOTIATING)
        row = answer_of(agreement)
        buyer = agreement.buyer.ref
        half = row.begins_at + (row.due_at - row.begins_at) / 2
        run_at(half - MINUTE)
        assert letters("deadline_near") == {}
        run_at(half + MINUTE)
        assert letters("deadline_near") == {("deadline_near", buyer): 1}
        run_at(row.due_at - timedelta(days=1) + MINUTE)
        assert letters("deadline_near") == {("deadline_near", buyer): 2}
        run_at(row.due_at - MINUTE)
        assert agreement.state is S.NEGOTIATING
        run_at(row.due_at)
        assert letters("deadline_near") == {("deadline_near", buyer): 2}
        assert agreement.state is S.CANCELLED
        assert letters("cancelled") == {("cancelled", buyer): 1, ("cancelled", agreement.seller.ref): 1}


def test_a_worker_that_was_away_sends_only_the_last_reminder(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.NEGOTIATING)
        row = answer_of(agreement)
        run_at(row.due_at - timedelta(hours=2))
        assert letters("deadline_near") == {("deadline_near", agreement.buyer.ref): 1}
        assert row.reminded == deadlines.LAST


def test_a_worker_that_was_away_past_the_end_only_lapses(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.NEGOTIATING)
        run_at(answer_of(agreement).due_at + timedelta(days=3))
        assert letters("deadline_near") == {}
        assert agreement.state is S.CANCELLED


def test_the_end_is_the_end_of_a_day_in_vietnam(app: Flask) -> None:
    with app.app_context():
        due = clock.local(answer_of(agreement_in(S.NEGOTIATING)).due_at)
        assert (due.hour, due.minute) == (0, 0)


def test_what_was_answered_is_left_alone(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.NEGOTIATING, sides)
        first = answer_of(agreement)
        Walk(sides).counter(agreement, Side.BUYER)
        run_at(first.due_at + timedelta(days=30), times=1)
        # the counter's own deadline has lapsed by then, the first one was closed and never did
        assert first.lapsed_at is None
        assert first.closed_at is not None


def test_a_job_that_comes_late_for_a_closed_row_does_nothing(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.NEGOTIATING, sides)
        row_id, due = answer_of(agreement).id, answer_of(agreement).due_at
        Walk(sides).accept(agreement)
        before = letters("deadline_near", "cancelled")
        with clock.frozen(due + MINUTE), writing():
            assert pass_deadline(db.session.get_one(Deadline, row_id)) is False
        assert letters("deadline_near", "cancelled") == before
        assert agreement.state is S.IN_REVIEW


def test_a_row_that_was_moved_on_is_not_due_yet(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(S.NEGOTIATING)
        row = answer_of(agreement)
        old = row.due_at
        with writing():
            held = db.session.get_one(Agreement, agreement.id)
            deadlines.begin(held, DeadlineKind.ANSWER, until=old + timedelta(days=20), turn=Turn.BUYER)
        run_at(old + MINUTE)
        assert agreement.state is S.NEGOTIATING


def test_a_withdrawn_paper_awaits_nothing(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = agreement_in(S.NEGOTIATING, sides)
        due = answer_of(agreement).due_at
        with writing():
            agreements.withdraw(agreement, sides.actor(Side.SELLER))
        run_at(due + timedelta(days=1))
        assert letters("deadline_near") == {}


def test_only_the_department_that_has_not_decided_is_reminded(app: Flask) -> None:
    from marketplace.contracts.services import reviewing
    from tests.contracts.making import officer_of, waiting_review

    with app.app_context():
        agreement = agreement_in(S.IN_REVIEW)
        first = waiting_review(agreement)
        assert first is not None
        assert first.department is not None
        with writing():
            reviewing.approve(first, "", officer_of(first.department))
        second = waiting_review(agreement)
        assert second is not None
        assert second.department is not None
        assert second.due_at is not None
        run_at(second.due_at - timedelta(hours=1))
        assert letters("deadline_near") == {("deadline_near", second.department.ref): 1}


@pytest.mark.parametrize(("turn", "sides"), [(Turn.BOTH, 2), (Turn.SELLER, 1), (Turn.SYSTEM, 0)])
def test_a_kind_without_an_effect_is_only_told(app: Flask, turn: Turn, sides: int) -> None:
    with app.app_context():
        agreement = agreement_in(S.NEGOTIATING)
        with writing():
            held = db.session.get_one(Agreement, agreement.id)
            row = deadlines.begin(
                held, DeadlineKind.RENEWAL, until=clock.now() + timedelta(hours=5), turn=turn, subject="KN-2026-000001"
            )
            begun = row.id
        effect = deadlines._lapses.pop(DeadlineKind.RENEWAL, None)
        try:
            run_at(clock.now() + timedelta(hours=6))
        finally:
            if effect is not None:
                deadlines._lapses[DeadlineKind.RENEWAL] = effect
        assert letters("deadline_passed").total() == sides
        assert db.session.get_one(Deadline, begun).lapsed_at is not None


def test_one_that_fails_does_not_hold_up_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        sides = two_sides()
        first, second = agreement_in(S.NEGOTIATING, sides), agreement_in(S.NEGOTIATING, sides)
        lapse = deadlines._lapses[DeadlineKind.ANSWER]

        def failing(row: Deadline) -> None:
            if row.agreement_id == first.id:
                raise RuntimeError("broken")
            lapse(row)

        monkeypatch.setitem(deadlines._lapses, DeadlineKind.ANSWER, failing)
        with clock.frozen(answer_of(second).due_at + MINUTE), pytest.raises(RuntimeError):
            pass_deadlines()
        assert (first.state, second.state) == (S.NEGOTIATING, S.CANCELLED)
        assert answer_of(first).closed_at is None


def test_the_worker_looks_every_minute_and_only_where_there_is_something(app: Flask) -> None:
    with app.app_context():
        assert RECURRING["contracts.pass_deadlines"].interval == MINUTE
        assert not is_waiting()
        agreement = agreement_in(S.NEGOTIATING)
        assert not is_waiting()
        with clock.frozen(answer_of(agreement).due_at):
            assert is_waiting()


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_letters_say_what_is_awaited_and_until_when(app: Flask, locale: str) -> None:
    with app.test_request_context():
        agreement = agreement_in(S.NEGOTIATING)
        row = answer_of(agreement)
        run_at(row.due_at - timedelta(hours=1), times=1)
        notice = db.session.scalars(select(Notice).where(Notice.template == "contracts/deadline_near")).one()
        letter = letter_of(notice, locale)
        last = clock.local(row.due_at - MINUTE)
        assert f"{last:%d/%m/%Y}" in letter.subject
        assert agreement.ref in letter.subject
        assert letter.url is not None
        assert letter.url.endswith(f"/agreements/{agreement.ref}")


Moment = Callable[[Deadline], datetime]


@pytest.mark.parametrize(
    ("hours", "moments"),
    [(10, ["due"]), (30, ["eve", "due"]), (24 * 10, ["half", "eve", "due"])],
)
def test_short_times_have_fewer_reminders(hours: int, moments: list[str]) -> None:
    start = clock.now()
    due = start + timedelta(hours=hours)
    known = {"half": start + (due - start) / 2, "eve": due - deadlines.EVE, "due": due}
    reached = {"half": deadlines.HALF, "eve": deadlines.LAST, "due": deadlines.LAST}
    reminded, seen = 0, []
    for _ in range(3):
        moment = deadlines.next_moment(start, due, reminded)
        name = next(one for one in ("due", "eve", "half") if known[one] == moment)
        seen.append(name)
        reminded = reached[name]
        if name == "due":
            break
    assert seen == moments
