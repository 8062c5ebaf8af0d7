"""Any history of a contract in force: called, delivered, amended, suspended, quarrelled about, ended, as days pass.

Whatever people and time do, the book adds up, an end is an end, and nothing is called when nothing may be called.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import select

from marketplace.contracts.jobs.terms import follow_terms
from marketplace.contracts.models import Agreement, AgreementEvent, Dispute
from marketplace.contracts.queries.changes import standing_suspensions
from marketplace.contracts.queries.open_matters import book_of, open_call_offs, open_disputes, open_papers
from marketplace.contracts.services import agreements, amending, chain, disputing, endings, renewing, suspending
from marketplace.contracts.services.disputing import Complaint
from marketplace.contracts.services.terminating import give_notice
from marketplace.contracts.states.agreements import (
    RUNNING,
    TERMINAL,
    AgreementState,
    AmendmentRationale,
    Side,
    TerminationGround,
)
from marketplace.contracts.states.performing import DisputeSubject
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from tests.contracts import changing
from tests.contracts.test_call_off_histories import PICKS, SIDES, Performance

EXAMPLES = int(os.environ.get("HISTORIES", "6"))
S = AgreementState


class Life(Performance):
    """The two sides and the calendar do whatever comes; refusals change nothing."""

    app: Flask

    @initialize()
    def begin(self) -> None:
        self.time = ExitStack()
        super().begin()
        self.states = [S.ACTIVE]
        self.at = clock.now()

    def teardown(self) -> None:
        if hasattr(self, "time"):
            self.time.close()
        super().teardown()

    def by(self, side: Side) -> Any:
        return self.sides.actor(side)

    # --- changes ---

    @rule(side=SIDES, quantity=st.integers(1, 150))
    def amend(self, side: Side, quantity: int) -> None:
        """An annex with another quantity, all the way; where it is refused it is withdrawn."""
        db.session.rollback()
        before = [row.confirmed for row in book_of(self.contract)]
        if (paper := self.proposed(side)) is None:
            return
        try:
            changing.quickly_sign(paper, self.by(side), self.by(side.other), side=side, quantity=quantity)
            assert quantity >= before[0]
        except Refused:
            self.attempt(lambda: agreements.withdraw(paper, self.by(side)))

    def proposed(self, side: Side) -> Agreement | None:
        try:
            with writing():
                return amending.propose_amendment(self.contract, side, AmendmentRationale.QUANTITY, by=self.by(side))
        except Refused:
            return None

    @rule(side=SIDES, days=st.integers(-1, 5))
    def suspend(self, side: Side, days: int) -> None:
        day = clock.today() + timedelta(days=days)
        self.attempt(lambda: suspending.suspend(self.contract, "Mưa bão", day, by=self.by(side)))

    @rule(side=SIDES)
    def lift(self, side: Side) -> None:
        self.attempt(lambda: suspending.lift(self.contract, "", by=self.by(side)))

    # --- quarrels ---

    @rule(side=SIDES)
    def quarrel(self, side: Side) -> None:
        complaint = Complaint(DisputeSubject.QUALITY, "Gạo ẩm.")
        self.attempt(lambda: disputing.open_dispute(self.contract, side, complaint, by=self.by(side)))

    @rule(pick=PICKS, side=SIDES)
    def make_peace(self, pick: int, side: Side) -> None:
        found = db.session.scalars(select(Dispute).order_by(Dispute.id)).all()
        if not found:
            return
        one = found[pick % len(found)]
        self.attempt(lambda: disputing.propose_settlement(one, side, f"Giảm {pick} đồng.", by=self.by(side)))
        self.attempt(
            lambda: disputing.confirm_settlement(
                one, side.other, disputing.settlement_mark(one), by=self.by(side.other)
            )
        )

    # --- ends ---

    @rule(side=SIDES)
    def confirm_closing(self, side: Side) -> None:
        self.attempt(lambda: endings.confirm_closing(self.contract, side, by=self.by(side)))

    @rule(side=SIDES)
    def take_back_closing(self, side: Side) -> None:
        self.attempt(lambda: endings.take_back_closing(self.contract, side, by=self.by(side)))

    @rule(side=SIDES, ground=st.sampled_from(list(TerminationGround)), days=st.integers(5, 40))
    def notify(self, side: Side, ground: TerminationGround, days: int) -> None:
        until = clock.today() + timedelta(days=days)
        self.attempt(lambda: give_notice(self.contract, side, ground, "Lý do.", until, by=self.by(side)))

    @rule(side=SIDES)
    def renew(self, side: Side) -> None:
        self.attempt(lambda: renewing.renew(self.contract, side, by=self.by(side)))

    @rule(days=st.sampled_from([1, 3, 20, 35, 70]))
    def days_pass(self, days: int) -> None:
        db.session.rollback()
        self.at += timedelta(days=days)
        self.time.close()
        self.time.enter_context(clock.frozen(self.at))
        follow_terms()
        follow_terms()

    # --- what always holds ---

    @invariant()
    def ends_are_ends(self) -> None:
        if not hasattr(self, "states"):
            return
        state = changing.again(self.contract).state
        if state is not self.states[-1]:
            assert self.states[-1] not in TERMINAL
            assert (self.states[-1], state) != (S.WINDING_DOWN, S.ACTIVE)
            self.states.append(state)
        if state in (S.COMPLETED, S.EXPIRED):
            assert open_call_offs(self.contract) == []
        if state not in RUNNING:
            assert open_papers(self.contract) == []
            assert changing.running_deadlines(self.contract) == [] or open_disputes(self.contract)

    @invariant()
    def flags_say_what_is(self) -> None:
        if hasattr(self, "states"):
            assert self.contract.is_disputed == bool(open_disputes(self.contract))
            if self.contract.state in RUNNING:
                begun = [one for one in standing_suspensions(self.contract) if one.from_on <= self.looked_at()]
                assert not begun or self.contract.is_suspended

    def looked_at(self) -> Any:
        """The day on which the calendar was looked at last."""
        return clock.local(self.at).date()

    @invariant()
    def nothing_is_called_when_nothing_may_be(self) -> None:
        if not hasattr(self, "states"):
            return
        suspended = over = False
        for kind in self.kinds():
            assert not (kind == "call_off_placed" and (suspended or over))
            suspended = {"suspended_set": True, "suspended_lifted": False}.get(kind, suspended)
            over = over or kind in ("wind_down", "complete", "expire", "terminate")

    def kinds(self) -> list[str]:
        mine = select(AgreementEvent.kind).where(AgreementEvent.agreement_id == self.contract.id)
        return list(db.session.scalars(mine.order_by(AgreementEvent.number)))

    @invariant()
    def the_term_runs_forward_and_the_chain_holds(self) -> None:
        if hasattr(self, "states"):
            assert changing.first_day(self.contract) <= changing.last_day(self.contract)
            assert list(chain.verify(self.contract)) == []


def test_whatever_happens(app: Flask) -> None:
    Life.app = app
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    machine = Life.TestCase
    machine.settings = settings(
        max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=checks
    )
    machine("runTest").runTest()
