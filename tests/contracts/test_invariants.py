"""Any life of agreements keeps the 22 invariants: written, reviewed, signed, performed, amended, disputed, ended.

A rule-based machine lets two sides, their departments, strangers and the calendar do whatever comes to their minds,
through the real services and jobs, with real papers and real signatures. After each act all 22 are judged from the rows
of the database (`invariants.py`); what rows cannot show is proven by the tests that `invariants.ELSEWHERE` names. Lives
told in full walk every state and every step, T1 to T18, in each run; and every check is shown rows that break it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import delete

from marketplace.contracts.models import CalendarDay
from marketplace.contracts.queries.calling import book_faults
from marketplace.contracts.services import chain
from marketplace.contracts.states.agreements import (
    BEFORE_ACTIVE,
    RUNNING,
    TERMINAL,
    AgreementKind,
    AgreementState,
    Side,
)
from marketplace.core.database import db, writing
from marketplace.inventory.queries import stock_faults
from marketplace.payments.queries import ledger_faults
from tests.conftest import forget_counters, release
from tests.contracts import breaking, living_told
from tests.contracts.invariants import CHECKS, ELSEWHERE, FILES, faults
from tests.contracts.living_on import Life
from tests.contracts.probing import standing_is_what_services_allow
from tests.contracts.seen import seen
from tests.databases import Database

S = AgreementState
SIDES = st.sampled_from(list(Side))
EXAMPLES = int(os.environ.get("HISTORIES", "6"))
STEPS = 26
# what may be done where some paper is in one of these states, and how often it comes up
ACTS: tuple[tuple[str, int, tuple[AgreementState, ...]], ...] = (
    ("new", 1, tuple(S)),
    ("child", 1, (S.ACTIVE,)),
    ("go_on", 12, BEFORE_ACTIVE),
    ("counter", 2, (S.NEGOTIATING,)),
    ("edit", 1, (S.NEGOTIATING,)),
    ("accept", 2, (S.NEGOTIATING,)),
    ("leave", 1, BEFORE_ACTIVE),
    ("ask_for_changes", 1, (S.SIGNING,)),
    ("send_back", 1, (S.IN_REVIEW,)),
    ("consent", 1, (*RUNNING, *TERMINAL)),
    ("sign_held", 1, (S.SIGNING,)),
    ("look_at_lists", 1, (S.SIGNING,)),
    ("revoke", 1, (S.SIGNING, S.ACTIVE)),
    ("publish_heads", 1, tuple(S)),
    ("call", 5, (*RUNNING, S.COMPLETED, S.EXPIRED, S.TERMINATED)),
    ("confirm", 3, RUNNING),
    ("cancel", 2, RUNNING),
    ("ship", 3, RUNNING),
    ("deliver", 2, RUNNING),
    ("check", 3, RUNNING),
    ("amend", 2, RUNNING),
    ("base_anew", 1, (S.ACTIVE,)),
    ("minutes", 1, RUNNING),
    ("suspend", 1, RUNNING),
    ("lift", 1, RUNNING),
    ("quarrel", 1, (*RUNNING, S.COMPLETED, S.EXPIRED, S.TERMINATED)),
    ("speak", 3, (*RUNNING, S.COMPLETED, S.EXPIRED, S.TERMINATED)),
    ("watch", 1, RUNNING),
    ("follow", 2, RUNNING),
    ("close_it", 1, RUNNING),
    ("give_notice", 1, RUNNING),
    ("renew", 1, (*RUNNING, *TERMINAL)),
    ("days_pass", 3, tuple(S)),
    ("hostile", 2, tuple(S)),
)
# where a life begins: with what kind of paper, and how far it has come
BEGINNINGS: tuple[tuple[AgreementKind, AgreementState], ...] = (
    (AgreementKind.SALE, S.DRAFT),
    (AgreementKind.MOU, S.ACTIVE),
    (AgreementKind.SALE, S.SIGNING),
    (AgreementKind.FRAMEWORK, S.ACTIVE),
    (AgreementKind.SALE, S.ACTIVE),
    (AgreementKind.DISTRIBUTION, S.IN_REVIEW),
)
# what else has to be there for some of them, as the rows name it
NEEDED: dict[str, set[str]] = {
    "confirm": {"orders: placed"},
    "cancel": {"orders: placed", "orders: confirmed"},
    "ship": {"orders: confirmed"},
    "deliver": {"orders: shipped"},
    "check": {"orders: shipped", "orders: delivered"},
    "speak": {"disputes: open", "disputes: answered", "disputes: mediation"},
    "follow": {"monitoring_cases: active", "monitoring_cases: addressed", "monitoring_cases: declined"},
    "look_at_lists": {"signed_uploads: held"},
}
Fresh = Callable[[], Path]


class Lives(RuleBasedStateMachine):
    """Whatever people and time do."""

    app: Flask
    fresh: Fresh

    @initialize(beginning=st.sampled_from(BEGINNINGS), side=SIDES, days=st.integers(15, 150))
    def begin(self, beginning: tuple[AgreementKind, AgreementState], side: Side, days: int) -> None:
        kind, until = beginning
        folder = type(self).fresh()
        self.context = self.app.app_context()
        self.context.push()
        self.life = Life(folder)
        self.probed: set[Any] = set()
        self.life.walk(self.life.begin(kind, side, days), until)

    @rule(data=st.data(), pick=st.integers(0, 9), side=SIDES, number=st.integers(0, 59))
    def act(self, data: Any, pick: int, side: Side, number: int) -> None:
        getattr(self.life, data.draw(st.sampled_from(self.possible()), label="act"))(pick, side, number)
        standing_is_what_services_allow(self.life, self.probed)
        assert (book_faults(), stock_faults(), ledger_faults()) == ([], [], [])

    def possible(self) -> list[str]:
        """What makes sense now, each as often as its weight says."""
        there = {one.state for one in self.life.papers()}
        assert self.life.before is not None
        known = self.life.before.reached()
        fits = [(name, weight) for name, weight, states in ACTS if there & set(states)]
        return [name for name, weight in fits if NEEDED.get(name, known) & known for _ in range(weight)]

    def teardown(self) -> None:
        if hasattr(self, "life"):
            try:
                self.life.look(files=True)
            finally:
                self.life.close()
                self.context.pop()


@pytest.fixture
def fresh(app: Flask, database: Database, tmp_path: Path) -> Fresh:
    """The database as the migrations left it, and an empty folder for what is published."""
    numbers = count(1)

    def emptied() -> Path:
        release(app)
        database.reset()
        forget_counters(app)
        return tmp_path / str(next(numbers))

    return emptied


def test_any_life_keeps_all_invariants(app: Flask, fresh: Fresh) -> None:
    Lives.app, Lives.fresh = app, staticmethod(fresh)
    machine = Lives.TestCase
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    machine.settings = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=checks,
        # a life that fails is told as it was: to find a shorter one would take longer than to read it
        phases=(Phase.reuse, Phase.generate),
    )
    machine("runTest").runTest()


# --- every step, and every check -------------------------------------------------------------------------------------


@pytest.fixture
def life(app: Flask, tmp_path: Path) -> Iterator[Life]:
    with app.app_context():
        made = Life(tmp_path)
        # a told life counts on its days, and around Tết they would be others: one holiday, in the second week
        with writing():
            db.session.execute(delete(CalendarDay))
            db.session.add(CalendarDay(day=made.born.date() + timedelta(days=9), name="Ngày nghỉ"))
        yield made
        made.close()


def test_lives_told_in_full_walk_every_step_and_every_check_finds_what_breaks_it(life: Life) -> None:
    """In one market: telling takes long, and what was told is what is broken."""
    living_told.all_of_them(life)
    life.look(files=True)
    assert living_told.REACHED - life.reached == set()
    missed = unnoticed(life)
    assert missed == [], "\n".join(missed)


def unnoticed(life: Life) -> list[str]:
    """Breaks that their checks do not find, by number and statement."""
    life.walk(life.begin(AgreementKind.DISTRIBUTION, Side.BUYER), S.SIGNING)
    sent_now = life.begin(AgreementKind.MOU, Side.SELLER)
    before = life.before
    life.next_step(sent_now)
    heads = chain.heads_file(life.settings)
    assert faults(seen(heads), before, files=True) == []
    assert {one.number for one in breaking.BREAKS} == set(CHECKS) == set(range(1, 23))
    missed = []
    for one in breaking.BREAKS:
        checks = [check for check in (CHECKS[one.number], FILES.get(one.number)) if check is not None]
        now = breaking.broken(one.statement, heads)
        said = [sentence for check in checks for looked in (before, None) for sentence in check(now, looked)]
        if not any(one.says in sentence for sentence in said):
            missed.append(f"{one.number}: {one.statement}: {said[:3]}")
    assert "acceptances has no guard against change" in set(CHECKS[2](breaking.without_one_guard(), None))
    assert faults(seen(heads), before, files=True) == []
    return missed


def test_what_is_proven_elsewhere_is_there() -> None:
    here = Path(__file__).parent.parent.parent
    named = [word for words in ELSEWHERE.values() for word in words.replace("::", " ").split() if word.endswith(".py")]
    folder = ""
    for name in named:
        folder = name.rpartition("/")[0] or folder
        assert (here / folder / name.rpartition("/")[2]).exists(), name
