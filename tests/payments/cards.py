"""Card payments in tests: a site with a key, a fake card company, purchases of several orders, and the acts of all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import worker
from marketplace.orders.models import Order, Purchase
from marketplace.payments.jobs import cards
from marketplace.payments.models import CardSession
from tests.fake_stripe import KEY, SECRET, FakeStripe, signed
from tests.payments.market import Market, order_of, payment_of, placed


@contextmanager
def with_cards(app: Flask, fake: FakeStripe) -> Iterator[None]:
    """This app takes cards of that company."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        before, stripe_secret_key=KEY, stripe_webhook_secret=SECRET, stripe_api_base=fake.url
    )
    try:
        yield
    finally:
        app.config["SETTINGS"] = before


@dataclass(frozen=True)
class Cards:
    """A market whose buyers pay by card."""

    app: Flask
    market: Market
    fake: FakeStripe

    def placed(self, *, orders: int = 1, quantity: int = 1, commission_vnd: int = 0) -> str:
        """A purchase of so many orders, all paid by card; its page is not made yet."""
        refs = [
            placed(self.market, method="stripe", quantity=quantity, commission_vnd=commission_vnd)
            for _ in range(orders)
        ]
        first = order_of(refs[0]).purchase_id
        with writing():
            for ref in refs[1:]:
                order_of(ref).purchase_id = first
        return self.purchase_of(refs[0])

    def purchase_of(self, order_ref: str) -> str:
        return order_of(order_ref).purchase.ref

    def orders_of(self, purchase: str) -> list[Order]:
        asked = select(Order).join(Purchase).where(Purchase.ref == purchase).order_by(Order.id)
        return list(db.session.scalars(asked))

    def opened(self, purchase: str) -> str:
        """Make the page; its name at the card company."""
        cards.open_for(purchase)
        return session_of(purchase).provider_ref or ""

    def paid(self, purchase: str, **changes: Any) -> dict[str, Any]:
        """The buyer pays; the event that says so, not sent yet."""
        return self.fake.pay(self.opened(purchase), **changes)

    def send(self, event: dict[str, Any], secret: str = SECRET) -> int:
        """The card company sends an event; the status of our answer."""
        body, headers = signed(event, secret, at=clock.now().timestamp())
        answer = self.app.test_client().post("/webhooks/stripe", data=body, headers=headers)
        db.session.rollback()
        return answer.status_code

    def work(self) -> None:
        """The worker does everything that is due."""
        db.session.rollback()
        worker.work(self.app, once=True)
        db.session.rollback()


def session_of(purchase: str) -> CardSession:
    db.session.rollback()
    asked = select(CardSession).join(CardSession.purchase).where(Purchase.ref == purchase)
    return db.session.scalars(asked.order_by(CardSession.id.desc())).first()  # type: ignore[return-value]


def states(cards: Cards, purchase: str) -> list[tuple[str, str]]:
    """Order and payment of each order of a purchase."""
    db.session.rollback()
    return [(one.state.value, payment_of(one.ref).state.value) for one in cards.orders_of(purchase)]
