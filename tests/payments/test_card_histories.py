"""Any order and repetition of what the card company, the rounds and both sides do: the same state and the same ledger.

A purchase of two orders is paid by card. The first is called off by its buyer, the second's time to pay may end before
the money is told of. Whatever comes first and however often: the first order's share is back on the card, the second is
placed and paid.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from marketplace.payments.jobs import cards as talk
from tests.payments.cards import Cards, session_of
from tests.payments.market import PRICE, balances, cancel, expire, faults, payment_of, refunds_of

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ACTS = ("paid", "late expiry", "ask", "work", "buyer cancels", "time ends", "events")
OUTCOMES = ("succeeded", "pending", "failed first")


class Story:
    """One purchase, and everything that may happen to it."""

    def __init__(self, cards: Cards, dice: random.Random, outcome: str) -> None:
        self.cards, self.dice = cards, dice
        cards.fake.events.clear()
        cards.fake.outcome = {"failed first": "failed"}.get(outcome, outcome)
        self.purchase = cards.placed(orders=2, commission_vnd=2_500)
        self.first, self.second = (order.ref for order in cards.orders_of(self.purchase))
        self.charge = cards.paid(self.purchase)

    def play(self, act: str) -> None:
        db.session.rollback()
        match act:
            case "paid":
                self.cards.send(self.charge)
            case "late expiry":
                thing = {**self.charge["data"]["object"], "status": "expired", "payment_status": "unpaid"}
                self.cards.send({**self.charge, "id": f"{self.charge['id']}x", "data": {"object": thing}})
            case "ask":
                talk.ask(session_of(self.purchase).ref)
            case "work":
                self.cards.work()
            case "buyer cancels":
                self.tried(lambda: cancel(self.cards.market, self.first))
            case "time ends":
                expire(self.second)
            case "events":
                self.tell(list(self.cards.fake.events))
        self.check()

    def tried(self, act: Any) -> None:
        try:
            act()
        except Refused:
            db.session.rollback()

    def tell(self, events: list[dict[str, Any]]) -> None:
        """Everything the card company has said, some of it twice, in any order."""
        told = [*events, *self.dice.choices(events, k=2)]
        self.dice.shuffle(told)
        for event in told:
            assert self.cards.send(event) == 200
        self.cards.work()

    def check(self) -> None:
        db.session.rollback()
        assert faults() == []
        for ref in (self.first, self.second):
            promised = sum(refund.amount_vnd for refund in refunds_of(ref))
            assert promised <= payment_of(ref).received_vnd
            assert sum(balances(ref).values()) == 0

    def end(self) -> None:
        """What is under way comes to its end: refunds that wait are tried again, those that are pending succeed."""
        fake = self.cards.fake
        fake.outcome = "succeeded"
        for hours in (2, 4):
            with clock.frozen(clock.now() + timedelta(hours=hours)):
                self.cards.work()
        for name in [name for name, one in fake.refunds.items() if one["status"] == "pending"]:
            fake.end_refund(name, "succeeded")
        self.play("events")

    def outcome(self) -> list[Any]:
        db.session.rollback()
        found: list[Any] = []
        for order in self.cards.orders_of(self.purchase):
            payment, refunds = payment_of(order.ref), refunds_of(order.ref)
            found.append((order.state.value, payment.state.value, payment.received_vnd, payment.refunded_vnd))
            found.append(([(one.amount_vnd, one.state.value) for one in refunds], balances(order.ref)))
        return found


PAID = {"payable_to_seller": -PRICE + 2_500, "received_by_platform": PRICE, "commission": -2_500}
EXPECTED = [
    ("cancelled", "received", PRICE, PRICE),
    ([(PRICE, "done")], {}),
    ("placed", "received", PRICE, 0),
    ([], PAID),
]


@few
@given(
    st.lists(st.sampled_from(ACTS), max_size=6),
    st.permutations(["paid", "buyer cancels", "work"]),
    st.sampled_from(OUTCOMES),
    st.integers(0, 10**6),
)
def test_whatever_is_told_in_whichever_order_ends_alike(
    cards: Cards, acts: list[str], last: list[str], outcome: str, seed: int
) -> None:
    story = Story(cards, random.Random(seed), outcome)
    for act in [*acts, *last]:
        story.play(act)
    story.end()
    assert story.outcome() == EXPECTED
    back = [
        one for one in cards.fake.refunds.values() if one["payment_intent"] == session_of(story.purchase).charge_ref
    ]
    assert sum(one["amount"] for one in back if one["status"] == "succeeded") == PRICE
    before = story.outcome()
    story.play("events")
    assert story.outcome() == before
