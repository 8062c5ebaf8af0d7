"""Any history of drafting, answering, reviewing and issuing: versions, hashes and turns fit after every step.

The numbers are those of the field's description of agreements.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from marketplace.contracts.models import (
    Acceptance,
    AgreementEvent,
    DepartmentReview,
    Document,
    DocumentVoiding,
    TermsVersion,
)
from marketplace.contracts.queries import agreements as lists
from marketplace.contracts.queries.turns import acts_of, standing_of
from marketplace.contracts.services import agreements, chain, deadlines, documents, reviewing
from marketplace.contracts.states.agreements import (
    AGREEMENT,
    TERMINAL,
    AgreementAction,
    AgreementState,
    ReopenReason,
    Side,
    Turn,
)
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.states.reviews import ReturnReason, ReviewState
from marketplace.contracts.terms.canonical import fingerprint
from marketplace.core.database import db, lock, writing
from marketplace.core.refusals import Forbidden, Refused
from tests.contracts import making
from tests.contracts.making import Walk, two_sides

SIDES = st.sampled_from(list(Side))
EXAMPLES = int(os.environ.get("HISTORIES", "4"))
S, A = AgreementState, AgreementAction
OVER = (ReviewState.CLOSED, ReviewState.RETURNED)


class Undone(Exception):
    """What was tried is not kept."""


class Negotiation(RuleBasedStateMachine):
    """A seller, a buyer and two departments do whatever comes to their minds; refusals change nothing."""

    app: Flask

    @initialize(made_by=SIDES)
    def begin(self, made_by: Side) -> None:
        self.context = self.app.app_context()
        self.context.push()
        self.sides = two_sides()
        self.made = Walk(self.sides, made_by).begin()
        self.steps = 0

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()

    def attempt(self, act: Callable[[], Any], *, keep: bool = True) -> bool:
        """Whether the services let it happen; it is kept unless said otherwise."""
        db.session.rollback()
        try:
            with writing():
                act()
                if not keep:
                    raise Undone
        except (Refused, Forbidden):
            db.session.rollback()
            return False
        except Undone:
            db.session.rollback()
        return True

    # --- what people do ---

    def write(self, side: Side, price_vnd: int) -> None:
        """A complete text of a side with another price and title."""
        draft = agreements.draft_of(self.made, side)
        based = draft.terms if draft else making.last_version(self.made).terms
        self.steps += 1
        lines = [{**one, "price_vnd": price_vnd} for one in based["lines"]]
        changed = {**based, "title": f"Hợp đồng lần {self.steps}", "lines": lines}
        agreements.save_draft(self.made, side, changed, self.sides.actor(side))

    @rule(side=SIDES, price_vnd=st.integers(1_000, 500_000))
    def edit(self, side: Side, price_vnd: int) -> None:
        if self.made.last_version or side is self.made.made_by:
            self.attempt(lambda: self.write(side, price_vnd))

    @rule(side=SIDES)
    def drop(self, side: Side) -> None:
        self.attempt(lambda: agreements.drop_draft(self.made, side, self.sides.actor(side)))

    @rule(side=SIDES)
    def send(self, side: Side) -> None:
        self.attempt(lambda: agreements.send(self.made, self.sides.actor(side)))

    @rule(side=SIDES)
    def counter(self, side: Side) -> None:
        self.attempt(lambda: agreements.counter(self.made, "Đề nghị khác.", self.sides.actor(side)))

    @rule(side=SIDES, back=st.integers(0, 2))
    def accept(self, side: Side, back: int) -> None:
        """The last version, or one that was read in another tab before (20)."""
        read = self.version(self.made.last_version - back)
        if read is not None and self.attempt(lambda: agreements.accept(self.made, read.sha256, self.sides.actor(side))):
            assert read.number == self.made.last_version

    @rule(side=SIDES)
    def approve(self, side: Side) -> None:
        if (review := self.review_of(side)) and review.department:
            by = making.officer_of(review.department)
            self.attempt(lambda: reviewing.approve(review, "", by))

    @rule(side=SIDES)
    def send_back(self, side: Side) -> None:
        if (review := self.review_of(side)) and review.department:
            by = making.officer_of(review.department)
            self.attempt(lambda: reviewing.send_back(review, ReturnReason.PRICE, "Xem lại giá.", by))

    @rule()
    def issue(self) -> None:
        if self.made.state is S.READY:
            self.attempt(lambda: documents.issue(self.made))

    @rule(side=SIDES)
    def ask_for_changes(self, side: Side) -> None:
        by = self.sides.actor(side)
        self.attempt(lambda: agreements.ask_for_changes(self.made, ReopenReason.FIGURES, "Đổi giá.", by))

    @rule(side=SIDES, rarely=st.integers(0, 5))
    def leave(self, side: Side, rarely: int) -> None:
        if rarely == 0:
            self.attempt(lambda: self.cancel(side))

    @rule(rarely=st.integers(0, 5))
    def time_passes(self, rarely: int) -> None:
        if rarely == 0 and self.made.state is S.NEGOTIATING:
            self.attempt(self.lapse)

    def cancel(self, side: Side) -> None:
        act = agreements.withdraw if side is self.made.made_by else agreements.refuse
        act(self.made, self.sides.actor(side), "Thôi.")

    def lapse(self) -> None:
        waiting = deadlines._running(DeadlineKind.ANSWER, self.made.ref)
        lock(self.made)
        agreements.lapse(waiting[0])

    # --- what is there ---

    def version(self, number: int) -> TermsVersion | None:
        mine = (TermsVersion.agreement_id == self.made.id) & (TermsVersion.number == number)
        return db.session.scalar(select(TermsVersion).where(mine))

    def versions(self) -> list[TermsVersion]:
        mine = select(TermsVersion).where(TermsVersion.agreement_id == self.made.id)
        return list(db.session.scalars(mine.order_by(TermsVersion.number)))

    def review_of(self, side: Side) -> DepartmentReview | None:
        """The last look of a side's department."""
        one = self.sides.seller_department if side is Side.SELLER else self.sides.buyer_department
        assert one is not None
        mine = (DepartmentReview.agreement_id == self.made.id) & (DepartmentReview.department_id == one.id)
        return db.session.scalar(select(DepartmentReview).where(mine).order_by(DepartmentReview.id.desc()).limit(1))

    def accepted(self, version: TermsVersion) -> dict[Side, Acceptance]:
        said = db.session.scalars(select(Acceptance).where(Acceptance.version_id == version.id))
        return {one.side: one for one in said}

    # --- what always holds ---

    @invariant()
    def versions_have_no_gaps_and_each_stands_on_the_one_before(self) -> None:
        """4, and 3 as far as terms go."""
        if not hasattr(self, "made"):
            return
        found = self.versions()
        assert [one.number for one in found] == list(range(1, self.made.last_version + 1))
        assert [one.parent_id for one in found] == [None, *(one.id for one in found)][: len(found)]
        for one in found:
            assert fingerprint(json.loads(one.canonical)) == one.sha256

    @invariant()
    def everybody_agreed_to_what_was_issued_and_reviewed(self) -> None:
        """5: acceptances, reviews and documents are of one hash; what is past is closed."""
        if not hasattr(self, "made"):
            return
        last = self.version(self.made.last_version)
        for one in self.versions():
            said = self.accepted(one)
            assert one.side in said
            assert {each.sha256 for each in said.values()} == {one.sha256}
        mine = select(DepartmentReview).where(DepartmentReview.agreement_id == self.made.id)
        for review in db.session.scalars(mine):
            assert review.sha256 == review.version.sha256
            assert review.state in OVER or (last is not None and review.version_id == last.id)
        void = set(db.session.scalars(select(DocumentVoiding.document_id)))
        for document in db.session.scalars(select(Document).where(Document.agreement_id == self.made.id)):
            version = db.session.get_one(TermsVersion, document.version_id)
            assert document.terms_sha256 == version.sha256
            assert set(self.accepted(version)) == set(Side)
            assert document.id in void or self.made.state is S.SIGNING
        if self.made.state in (S.IN_REVIEW, S.READY, S.SIGNING):
            assert last is not None
            assert set(self.accepted(last)) == set(Side)

    @invariant()
    def nobody_speaks_for_the_other_side(self) -> None:
        """9."""
        if not hasattr(self, "made"):
            return
        people = {Side.SELLER: self.sides.manager.id, Side.BUYER: self.sides.purchaser.id}
        for one in self.versions():
            assert one.person_id == people[one.side]
            assert all(said.person_id == people[side] for side, said in self.accepted(one).items())

    @invariant()
    def every_step_is_one_of_the_table_and_the_chain_holds(self) -> None:
        """1 and 18."""
        if not hasattr(self, "made"):
            return
        mine = select(AgreementEvent).where(AgreementEvent.agreement_id == self.made.id).order_by(AgreementEvent.number)
        state = S.DRAFT
        for event in db.session.scalars(mine):
            if event.after is not None:
                assert AGREEMENT.after(state, A(event.kind)) is S(event.after)
                state = S(event.after)
        assert state is self.made.state
        assert chain.verify(self.made) == []

    @invariant()
    def the_standing_says_what_the_services_allow(self) -> None:
        """22: whose turn it is and what may be done, on pages and in lists, is the state machine's answer."""
        if not hasattr(self, "made"):
            return
        for side in Side:
            actor = self.sides.actor(side)
            acts = set(acts_of(actor, self.made)) - {A.SIGN}
            ways = {one: partial(way, self, side) for one, way in WAYS.items()}
            assert acts == {one for one, way in ways.items() if self.attempt(way, keep=False)}
            shown = standing_of(actor, self.made)
            assert lists.count_of_turns(actor) == int(shown.mine)
            assert shown.until == self.made.due_at
        assert (self.made.turn is Turn.NOBODY) == (self.made.state in TERMINAL)

    def send_now(self, side: Side) -> None:
        agreements.send(self.made, self.sides.actor(side))

    def counter_now(self, side: Side) -> None:
        agreements._forget_draft(self.made, side)
        if self.made.last_version:
            self.write(side, 600_000)
        agreements.counter(self.made, "", self.sides.actor(side))

    def accept_now(self, side: Side) -> None:
        version = self.version(self.made.last_version)
        agreements.accept(self.made, version.sha256 if version else "0" * 64, self.sides.actor(side))

    def reopen_now(self, side: Side) -> None:
        agreements.ask_for_changes(self.made, ReopenReason.OTHER, "Sửa.", self.sides.actor(side))


WAYS: dict[AgreementAction, Callable[[Negotiation, Side], None]] = {
    A.SEND: Negotiation.send_now,
    A.COUNTER: Negotiation.counter_now,
    A.ACCEPT: Negotiation.accept_now,
    A.CANCEL: Negotiation.cancel,
    A.REOPEN: Negotiation.reopen_now,
}


def test_any_history_of_a_negotiation_keeps_its_promises(app: Flask) -> None:
    Negotiation.app = app
    machine = Negotiation.TestCase
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    machine.settings = settings(
        max_examples=EXAMPLES, stateful_step_count=25, deadline=None, suppress_health_check=checks
    )
    machine("runTest").runTest()
