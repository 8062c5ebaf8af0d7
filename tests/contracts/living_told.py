"""Four lives told in full, so that every state and every step of the table is walked in each run."""

from __future__ import annotations

from marketplace.contracts.models import Agreement
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, PaperKind, Side
from marketplace.core.database import db
from tests.contracts.living_on import Life

S = AgreementState
SELLER, BUYER = Side
# T1 to T18, the states, and what else has to have happened, as the rows name it
REACHED = {
    *(f"is {state.value}" for state in AgreementState if state is not S.AGREED),
    "created", "send", "counter", "accept", "task", "clear", "approve", "return", "issue", "sign", "roll_back",
    "reopen", "activate", "cancel", "amend", "wind_down", "complete", "terminate", "expire", "renewed",
    "suspended_set", "suspended_lifted", "disputed_set", "disputed_lifted", "monitored_set", "monitored_lifted",
    "challenged_set", "signature_proven", "consent_set", "review_let_pass", "review_overdue", "notice_given_or_not",
    "call_off_placed", "call_off_confirmed", "call_off_cancelled", "call_off_shipped", "call_off_delivered",
    "call_off_checked", "call_off_unchecked", "call_off_returned", "closing_confirmed", "closing_taken_back",
    "liquidated", "renewal_offered", "amendment_begun",
    "signed_uploads: accepted", "signed_uploads: refused", "disputes: settled", "disputes: mediation",
    "disputes: withdrawn", "disputes: escalated", "monitoring_cases: completed", "department_reviews: no_objection",
} - {"notice_given_or_not"}  # fmt: skip


def newest(life: Life) -> Agreement:
    """The paper that was begun last."""
    return life.papers()[-1]


def place(life: Life, paper: Agreement, *states: AgreementState) -> int:
    """By which number a paper is picked among those in some states."""
    return [one.id for one in life.papers(*states)].index(paper.id)


def in_force(life: Life, kind: AgreementKind = AgreementKind.SALE, days: int = 120) -> Agreement:
    """A contract that went the straight way."""
    paper = life.begin(kind, SELLER, days)
    life.walk(paper, S.ACTIVE)
    return paper


def state_of(paper: Agreement) -> AgreementState:
    """As the database has it."""
    db.session.rollback()
    db.session.refresh(paper)
    return paper.state


def a_sale_from_its_first_line_to_its_liquidation(life: Life) -> Agreement:
    """Countered, returned, held, reopened, rolled back, performed, amended, quarrelled about, challenged, completed."""
    paper = life.begin(AgreementKind.SALE, SELLER, 200)
    life.hostile(0, SELLER, 0)
    life.next_step(paper)
    life.hostile(0, BUYER, 0)
    life.counter(0, BUYER, 7)
    life.accept(0, SELLER, 1)
    life.accept(0, BUYER, 0)
    assert state_of(paper) is S.NEGOTIATING
    life.accept(0, SELLER, 0)
    life.hostile(0, SELLER, 0)
    life.send_back(0, BUYER, 0)
    life.walk(paper, S.SIGNING)
    life.sign(paper, held=True)
    life.look_at_lists()
    life.ask_for_changes(0, BUYER, 0)
    life.walk(paper, S.SIGNING)
    life.sign(paper)
    life.hostile(0, BUYER, 0)
    life.revoke(0, SELLER, 1)
    life.tokens[SELLER] -= 1
    life.sign(paper)
    life.tokens[SELLER] += 1
    life.sign(paper)
    life.sign(paper, held=True)
    assert state_of(paper) is S.SIGNING
    life.look_at_lists()
    assert state_of(paper) is S.ACTIVE
    _performed(life, paper)
    life.revoke(0, BUYER, 20)
    life.publish_heads()
    life.close_it(0, SELLER, 2)
    life.close_it(0, SELLER, 5)
    life.close_it(0, SELLER, 2)
    life.close_it(0, BUYER, 2)
    assert state_of(paper) is S.COMPLETED
    life.minutes(0, SELLER, 1)
    life.walk(newest(life), S.ACTIVE)
    life.renew(0, BUYER, 0)
    life.hostile(0, SELLER, 0)
    return paper


def _performed(life: Life, paper: Agreement) -> None:
    life.consent(0, SELLER, 2)
    life.consent(0, BUYER, 1)
    for number in (39, 10, 11, 3):
        life.call(0, BUYER, number)
    life.call(0, BUYER, 44)
    life.confirm(0, SELLER, 0)
    life.ship(0, SELLER, 0)
    life.deliver(0, SELLER, 1)
    life.check(0, BUYER, 2)
    life.cancel(0, SELLER, 0)
    life.confirm(0, SELLER, 0)
    life.ship(0, SELLER, 1)
    life.deliver(0, SELLER, 0)
    life.confirm(0, SELLER, 0)
    life.amend(0, SELLER, 0)
    life.next_step(newest(life))
    life.leave(place(life, newest(life), *_open()), SELLER, 0)
    life.amend(0, BUYER, 75)
    life.amend(0, SELLER, 60)
    annexes = life.papers(S.DRAFT)
    for one in annexes[:1]:
        life.walk(one, S.ACTIVE)
    life.base_anew(0, SELLER, 0)
    life.leave(place(life, newest(life), *_open()), SELLER, 0)
    life.suspend(0, BUYER, 1)
    life.call(0, BUYER, 4)
    life.lift(0, BUYER, 0)
    life.ship(0, SELLER, 1)
    life.deliver(0, SELLER, 1)
    life.days(9)
    for side, act in ((SELLER, 0), (SELLER, 1), (BUYER, 3), (SELLER, 4)):
        if act == 0:
            life.quarrel(0, BUYER, 0)
        life.speak(0, side, act)
    for act in (6, 7):
        life.quarrel(0, SELLER, 0)
        life.speak(act - 5, SELLER, act)
    life.watch(0, SELLER, 1)
    life.follow(0, BUYER, 0)
    life.follow(0, SELLER, 3)
    life.follow(0, SELLER, 1)


def _open() -> tuple[AgreementState, ...]:
    return (S.DRAFT, S.NEGOTIATING, S.AGREED, S.IN_REVIEW, S.READY, S.SIGNING)


def ends_of_four_sales(life: Life) -> None:
    """By notice while goods are on their way, by minutes of both, by its last day, by silence."""
    noticed = in_force(life)
    mine = place(life, noticed, S.ACTIVE, S.WINDING_DOWN)
    life.call(place(life, noticed, S.ACTIVE, S.WINDING_DOWN, S.COMPLETED, S.EXPIRED, S.TERMINATED), BUYER, 20)
    life.give_notice(mine, SELLER, 8)
    assert state_of(noticed) is S.WINDING_DOWN
    mutual = in_force(life, AgreementKind.MOU)
    life.minutes(place(life, mutual, *_running()), BUYER, 0)
    life.walk(newest(life), S.ACTIVE)
    assert state_of(mutual) is S.TERMINATED
    short = in_force(life, AgreementKind.MOU, days=20)
    silent = life.begin(AgreementKind.SALE, BUYER)
    life.next_step(silent)
    life.days(16)
    assert state_of(silent) is S.CANCELLED
    life.days(16)
    assert (state_of(noticed), state_of(short)) == (S.TERMINATED, S.EXPIRED)
    life.hostile(place(life, short), SELLER, 0)


def _running() -> tuple[AgreementState, ...]:
    return (S.ACTIVE, S.WINDING_DOWN, S.COMPLETED, S.EXPIRED, S.TERMINATED)


def a_framework_with_a_sale_under_it(life: Life) -> Agreement:
    """Overdue reviews, a child that keeps inside and one that does not, a memorandum by codes, departments' silence."""
    frame = life.begin(AgreementKind.FRAMEWORK, BUYER, 150)
    life.next_step(frame)
    life.next_step(frame)
    life.days(16)
    life.walk(frame, S.ACTIVE)
    mine = place(life, frame, S.ACTIVE, S.WINDING_DOWN)
    life.child(mine, SELLER, 5)
    sale = newest(life)
    life.next_step(sale)
    life.counter(place(life, sale, S.NEGOTIATING), BUYER, 1)
    life.next_step(sale)
    life.days(16)
    life.walk(sale, S.ACTIVE)
    assert sale.paper is PaperKind.CONTRACT
    life.walk(life.begin(AgreementKind.MOU, SELLER), S.ACTIVE)
    life.walk(life.begin(AgreementKind.DISTRIBUTION, BUYER), S.SIGNING)
    life.days(70)
    return sale


def all_of_them(life: Life) -> None:
    """One after the other in one market."""
    a_sale_from_its_first_line_to_its_liquidation(life)
    ends_of_four_sales(life)
    a_framework_with_a_sale_under_it(life)
