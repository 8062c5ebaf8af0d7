"""What happens under contracts in force, how they end, and what strangers try: the rest of a market's life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from marketplace.contracts.jobs.deadlines import pass_deadlines
from marketplace.contracts.jobs.signing import recheck_holds
from marketplace.contracts.jobs.terms import follow_terms
from marketplace.contracts.models import Agreement, CallOff, DepartmentReview, Dispute, MonitoringCase
from marketplace.contracts.policies import agreement_for
from marketplace.contracts.policies.departments import review_for
from marketplace.contracts.queries.changes import is_behind
from marketplace.contracts.services import (
    agreements,
    amending,
    calling,
    disputing,
    endings,
    monitoring,
    renewing,
    suspending,
    terminating,
)
from marketplace.contracts.services.disputing import Complaint
from marketplace.contracts.states.agreements import (
    RUNNING,
    TERMINAL,
    AmendmentRationale,
    PaperKind,
    Side,
    TerminationGround,
)
from marketplace.contracts.states.performing import CaseAction, DisputeSubject, Indicator
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.permissions import Permission, require
from marketplace.orders import jobs as order_jobs
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.services import Checked, Packed
from marketplace.orders.states import CancelReason, OrderState, RejectReason, ShortReason
from tests import factories
from tests.access.digest import changed, digests
from tests.contracts import making, performing
from tests.contracts.living import QUANTITY, REFUSALS, S, Talking

ON = OrderState
ENDED = (S.COMPLETED, S.EXPIRED, S.TERMINATED)


class Performing(Talking):
    """Goods are called, sent, checked; contracts are changed, suspended, quarrelled about, watched."""

    # --- call-offs ---

    def call(self, pick: int, side: Side, number: int) -> None:
        """The buyer calls rice and honey: often within the contract, sometimes too much, sometimes too late."""
        contract = self.pick(pick, *RUNNING, *ENDED)
        if contract is not None:
            asked = performing.asked(number % 3 * 4, L1=number % 45 + 1, L2=number % 11)
            act = calling.draft if number % 7 == 6 else calling.call
            self.attempt(lambda: act(contract, asked, by=self.by(Side.BUYER)))

    def order(self, pick: int, *states: OrderState) -> Order | None:
        """An order of a call-off in some states."""
        db.session.rollback()
        mine = select(Order).join(CallOff, CallOff.order_id == Order.id).order_by(Order.id)
        found = db.session.scalars(mine.where(Order.state.in_(states)) if states else mine).all()
        return found[pick % len(found)] if found else None

    def confirm(self, pick: int, side: Side, number: int) -> None:
        """The seller promises to ship today."""
        if order := self.order(pick, ON.PLACED):
            self.attempt(lambda: orders.confirm(order, ship_on=clock.today(), by=self.by(Side.SELLER)))

    def cancel(self, pick: int, side: Side, number: int) -> None:
        """A side calls it off; once confirmed only both may."""
        if (order := self.order(pick, ON.PLACED, ON.CONFIRMED, ON.SHIPPED)) is None:
            return
        if not self.attempt(lambda: orders.cancel(order, reason=CancelReason.OTHER, by=self.by(side))):
            self.attempt(lambda: orders.ask_to_cancel(order, note="Xin hủy", by=self.by(side)))
            if number % 2:
                self.attempt(lambda: orders.agree_to_cancel(order, by=self.by(side.other)))

    def ship(self, pick: int, side: Side, number: int) -> None:
        """The goods leave, sometimes fewer than were called."""
        if order := self.order(pick, ON.CONFIRMED):
            line = order.lines[0]
            short = number % 3 == 0 and line.quantity > 1
            sent = line.quantity - 1 if short else line.quantity
            packed = [Packed(line.sku, sent, reason=ShortReason.OUT_OF_STOCK if short else None)]
            by = self.by(Side.SELLER)
            self.attempt(lambda: orders.ship(order, carrier="Xe", tracking="", packed=packed, by=by))

    def deliver(self, pick: int, side: Side, number: int) -> None:
        """They are there; or nobody takes them at the door."""
        if (order := self.order(pick, ON.SHIPPED)) is None:
            return
        by = self.by(Side.SELLER)
        if number % 5:
            self.attempt(lambda: orders.deliver(order, on=clock.today(), by=by))
        elif self.attempt(lambda: orders.fail_delivery(order, note="Không nhận", by=by)):
            self.attempt(lambda: orders.take_back(order, by=by))

    def check(self, pick: int, side: Side, number: int) -> None:
        """The buyer accepts what is good; too many rejected packs are refused."""
        if order := self.order(pick, ON.SHIPPED, ON.DELIVERED):
            line = order.lines[0]
            bad = number % (line.shipped_quantity + 2)
            said = {line.id: Checked(line.shipped_quantity - bad, bad, RejectReason.MISSING if bad else None)}
            self.attempt(lambda: orders.check_delivery(order, said, by=self.by(Side.BUYER)))

    # --- annexes and minutes ---

    def amend(self, pick: int, side: Side, number: int) -> None:
        """The draft of an annex with another quantity, sometimes with another end; it goes on like any paper."""
        contract = self.pick(pick, *RUNNING)
        if contract is not None:
            quantity, longer = QUANTITY + number % 80 - 50, number % 4 == 0
            self.attempt(lambda: self.annex(contract, side, quantity=quantity, longer=longer))

    def annex(self, contract: Agreement, side: Side, *, quantity: int, longer: bool = False) -> Agreement:
        """Inside writing()."""
        rationale = AmendmentRationale.TERM if longer else AmendmentRationale.QUANTITY
        paper = amending.propose_amendment(contract, side, rationale, by=self.by(side))
        terms = agreements.draft_of(paper, side).terms  # type: ignore[union-attr]
        first, *others = terms["lines"]
        changes: dict[str, Any] = {"lines": [{**first, "quantity": str(quantity)}, *others]}
        if longer and contract.valid_to is not None:
            ends = contract.valid_to + timedelta(days=10)
            changes["term"] = {**terms["term"], "valid_to": ends.isoformat()}
        self.write(paper, side, **changes)
        return paper

    def base_anew(self, pick: int, side: Side, number: int) -> None:
        """An annex that another one has overtaken is put on the text in force."""
        behind = [one for one in self.papers(S.DRAFT, S.NEGOTIATING) if is_behind(one)]
        if behind:
            paper = behind[pick % len(behind)]
            self.attempt(lambda: amending.base_anew(paper, side, by=self.by(side)))

    def minutes(self, pick: int, side: Side, number: int) -> None:
        """Minutes of termination or of liquidation that both will sign."""
        if (contract := self.pick(pick, *RUNNING, *ENDED)) is not None:
            kind = PaperKind.LIQUIDATION if number % 2 else PaperKind.TERMINATION

            def act() -> None:
                self.write(terminating.propose_minutes(contract, side, kind, by=self.by(side)), side)

            self.attempt(act)

    # --- trouble ---

    def suspend(self, pick: int, side: Side, number: int) -> None:
        """No new call-offs from a day on, by a side or by a department that follows the contract."""
        if contract := self.pick(pick, *RUNNING):
            day = clock.today() + timedelta(days=number % 4 - 1)
            by = self.officer(side) if number % 5 == 4 and contract.is_monitored else self.by(side)
            self.attempt(lambda: suspending.suspend(contract, "Mưa bão", day, by=by))

    def lift(self, pick: int, side: Side, number: int) -> None:
        """Whoever suspended lifts it."""
        if contract := self.pick(pick, *RUNNING):
            by = self.officer(side) if number % 5 == 4 else self.by(side)
            self.attempt(lambda: suspending.lift(contract, "", by=by))

    def quarrel(self, pick: int, side: Side, number: int) -> None:
        """A side opens a dispute."""
        if contract := self.pick(pick, *RUNNING, *ENDED):
            complaint = Complaint(DisputeSubject.QUALITY, "Gạo ẩm.")
            self.attempt(lambda: disputing.open_dispute(contract, side, complaint, by=self.by(side)))

    def speak(self, pick: int, side: Side, number: int) -> None:
        """An answer, a mediator, a settlement, a court, or it is taken back."""
        found = db.session.scalars(select(Dispute).order_by(Dispute.id)).all()
        if not found:
            return
        one, by = found[pick % len(found)], self.by(side)
        department = self.sides.seller_department if side is Side.SELLER else self.sides.buyer_department
        acts: list[Callable[[], Any]] = [
            lambda: disputing.answer(one, side, "Gạo tốt.", by=by),
            lambda: disputing.ask_mediation(one, side, making.here(department), by=by),
            lambda: disputing.say(one, "Thêm ảnh.", by=by),
            lambda: disputing.propose_settlement(one, side, f"Giảm {number} đồng.", by=by),
            lambda: disputing.confirm_settlement(one, side, disputing.settlement_mark(one), by=by),
            lambda: disputing.confirm_settlement(one, side, disputing.settlement_mark(one), by=by),
            lambda: disputing.escalate(one, side, "TAND khu vực 1, số 12", by=by),
            lambda: disputing.withdraw(one, side, by=by),
        ]
        self.attempt(acts[number % len(acts)])

    def watch(self, pick: int, side: Side, number: int) -> None:
        """A department begins to follow a contract."""
        if contract := self.pick(pick, *RUNNING):
            department = self.sides.seller_department if side is Side.SELLER else self.sides.buyer_department
            assert department is not None
            by, of = self.officer(side), making.here(department)
            indicator = list(Indicator)[number % 6]
            self.attempt(
                lambda: monitoring.open_case(monitoring.draft_case(contract, of, indicator, "Giao trễ.", by), by)
            )

    def follow(self, pick: int, side: Side, number: int) -> None:
        """A side answers, or the department ends the case."""
        found = db.session.scalars(select(MonitoringCase).order_by(MonitoringCase.id)).all()
        if not found:
            return
        case = found[pick % len(found)]
        by = making.officer_of(case.department)
        ends = (CaseAction.COMPLETE, CaseAction.CLOSE, CaseAction.STOP)
        acts: list[Callable[[], Any]] = [
            lambda: monitoring.answer(case, side, has_acted=number % 2 == 0, words="Đã giao.", by=self.by(side)),
            lambda: monitoring.end(case, ends[number % 3], "Xong.", by),
        ]
        self.attempt(acts[number % 2])


class Life(Performing):
    """Contracts end by both, by one, by time; days pass; strangers try what they may not."""

    def close_it(self, pick: int, side: Side, number: int) -> None:
        """T15: a side says that all is done, or takes that back."""
        if contract := self.pick(pick, *RUNNING):
            act = endings.take_back_closing if number % 5 == 0 else endings.confirm_closing
            self.attempt(lambda: act(contract, side, by=self.by(side)))
            if number % 2:
                self.attempt(lambda: endings.confirm_closing(contract, side.other, by=self.by(side.other)))

    def give_notice(self, pick: int, side: Side, number: int) -> None:
        """T16 by one side, with a ground."""
        if contract := self.pick(pick, *RUNNING):
            ground = list(TerminationGround)[number % 4]
            until = clock.today() + timedelta(days=5 + number % 30)
            by = self.by(side)
            self.attempt(lambda: terminating.give_notice(contract, side, ground, "Lý do.", until, by=by))

    def renew(self, pick: int, side: Side, number: int) -> None:
        """T18."""
        if contract := self.pick(pick, *RUNNING, *TERMINAL):
            self.attempt(lambda: renewing.renew(contract, side, by=self.by(side)))

    def days_pass(self, pick: int, side: Side, number: int) -> None:
        """The worker does its rounds after some days."""
        self.days((1, 2, 4, 9, 16, 32, 70)[number % 7])

    def days(self, count: int) -> None:
        """So many days pass."""
        self.tick(timedelta(days=count))
        for job in (pass_deadlines, order_jobs.pass_deadlines, follow_terms, recheck_holds):
            self.twice(job)

    # --- what must not be ---

    def hostile(self, pick: int, side: Side, number: int) -> None:
        """Somebody tries what she may not: it raises, and no row of any table differs afterwards."""
        paper = self.pick(pick)
        if paper is None:
            return
        before = digests()
        for name, act in self.wrongs(paper, side).items():
            assert not self._happens(act), f"{name} happened to {paper.ref} ({paper.state})"
        assert changed(before, digests()) == {}

    def _happens(self, act: Callable[[], Any]) -> bool:
        """Whether an act goes through; what it has done so far is undone as the services leave it."""
        db.session.rollback()
        try:
            with writing():
                act()
        except REFUSALS:
            return False
        return True

    def wrongs(self, paper: Agreement, side: Side) -> dict[str, Callable[[], Any]]:
        """Strangers, officers, the wrong side, two hats, ends that are reopened."""
        found: dict[str, Callable[[], Any]] = {}
        known = making.last_version(paper).sha256 if paper.last_version else "0" * 64
        others = {"a stranger": self.stranger, "an officer": self.officer(side), "far away": self.far_officer}
        for who, by in others.items():
            found[f"{who} sends"] = partial(agreements.send, paper, by)
            found[f"{who} counters"] = partial(agreements.counter, paper, "", by)
            found[f"{who} accepts"] = partial(agreements.accept, paper, known, by)
            found[f"{who} withdraws"] = partial(agreements.withdraw, paper, by, "")
            found[f"{who} writes"] = partial(agreements.save_draft, paper, side, {}, by)
            found[f"{who} opens up"] = partial(agreements.set_consent, paper, paper.consent, by)
        for who in ("a stranger", "far away"):
            found[f"{who} looks"] = partial(agreement_for, others[who], paper.ref)
        seller = self.by(Side.SELLER)
        found["the seller calls"] = lambda: require(seller, Permission.CALL_OFF_PLACE, paper)
        found["a wrong hash"] = lambda: agreements.accept(paper, "f" * 64, self.by(side))
        if paper.last_version:
            found["two hats"] = lambda: agreements.accept(paper, known, self._other_hat(paper))
        found |= self._wrong_reviews(paper, side)
        if paper.state in TERMINAL:
            found |= self._reopened(paper, side)
        return found

    def _other_hat(self, paper: Agreement) -> Any:
        """Whoever wrote the last version for the seller, now as the buyer's; or the buyer, whose own version it is."""
        last = making.last_version(paper)
        if last.side is Side.SELLER:
            return factories.actor(self.sides.manager, making.here(self.sides.buyer))
        return self.by(Side.BUYER)

    def _wrong_reviews(self, paper: Agreement, side: Side) -> dict[str, Callable[[], Any]]:
        found: dict[str, Callable[[], Any]] = {}
        mine = select(DepartmentReview).where(DepartmentReview.agreement_id == paper.id)
        for review in db.session.scalars(mine).all():
            ref, own = review.ref, review.department_id
            for one in Side:
                by = self.officer(one)
                if by.organisation_id != own:
                    found[f"{ref}: the other"] = partial(review_for, by, ref, Permission.REVIEW_DECIDE)
            found[f"{ref}: far away"] = partial(review_for, self.far_officer, ref, Permission.REVIEW_DECIDE)
        return found

    def _reopened(self, paper: Agreement, side: Side) -> dict[str, Callable[[], Any]]:
        by = self.by(side)
        today = clock.today()
        return {
            "sent again": lambda: agreements.send(paper, self.by(paper.made_by)),
            "countered again": lambda: agreements.counter(paper, "", by),
            "withdrawn again": lambda: agreements.withdraw(paper, by, ""),
            "refused again": lambda: agreements.refuse(paper, by, ""),
            "suspended": lambda: suspending.suspend(paper, "Vì sao", today, by=by),
            "amended": lambda: amending.propose_amendment(paper, side, AmendmentRationale.PRICE, by=by),
            "called": lambda: calling.call(paper, performing.asked(L1=1), by=self.by(Side.BUYER)),
            "ended again": lambda: endings.confirm_closing(paper, side, by=by),
        }
