"""`kill -9` of web and worker in the middle of 500 checkouts, twice: afterwards nothing is lost and nothing doubled.

Buyers send the same confirmation again when they get no answer, as people and browsers do. A third pays by card on the
pages of a card company that goes on sending its events; a third transfers, a third pays on delivery.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import queue
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from config import Settings
from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.outbox import Job, JobState
from marketplace.core.outbox.transports import Mail
from marketplace.core.outbox.worker import work
from marketplace.inventory.queries import stock_faults
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import OrderState
from marketplace.payments.models import CardSession, Payment
from marketplace.payments.queries import ledger_faults
from marketplace.payments.states import PaymentState
from tests import factories
from tests.access import making
from tests.access.making import Confirmation, a_guest
from tests.fake_stripe import KEY, SECRET, FakeStripe
from tests.payments.cards import with_cards
from tests.servers import LiveServer

CHECKOUTS, BROWSERS, PRODUCTS = int(os.environ.get("CHECKOUTS", "500")), 6, 5
METHODS = ("cod", "vietqr", "stripe")
KILL_AFTER = (CHECKOUTS // 4, CHECKOUTS // 2)
SOON = 300


@dataclass
class Rush:
    """Everybody who buys at once, and what they were told."""

    server: LiveServer
    fake: FakeStripe
    waiting: queue.Queue[tuple[str, Confirmation, str]] = field(default_factory=queue.Queue)
    told: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def answered(self) -> int:
        return len(self.told) + len(self.refused)

    def buy(self) -> None:
        """One browser: it confirms for one buyer after the other, again and again until it is answered."""
        while not self.over.is_set():
            try:
                cookie, confirmed, form = self.waiting.get_nowait()
            except queue.Empty:
                return
            status, location = self.sent(cookie, form)
            if status == 0 or status >= 500:
                time.sleep(0.1)
                self.waiting.put((cookie, confirmed, form))
            elif status == 303 and location.startswith("/purchases/"):
                self.told.setdefault(confirmed.token, []).append(location.rsplit("/", 1)[-1])
            else:
                self.refused.append(f"{status} {location}")

    def sent(self, cookie: str, form: str) -> tuple[int, str]:
        """The status of a confirmation and where it leads; 0 where nobody answered."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        headers = {"Cookie": f"session={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", "/checkout", form, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location", "") or ""
        except (OSError, HTTPException):
            return 0, ""
        finally:
            connection.close()

    def pay(self) -> None:
        """Every page that opens is paid on, except each fifth."""
        seen: set[str] = set()
        while not self.over.is_set():
            for number, name in enumerate(list(self.fake.sessions)):
                if name not in seen and number % 5:
                    with suppress(Exception):
                        self.fake.pay(name)
                seen.add(name)
            time.sleep(0.05)


def family_of(process: int) -> list[int]:
    """A process and what it has started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *itertools.chain.from_iterable(family_of(int(child)) for child in children)]


def kill(server: LiveServer) -> None:
    """No time for anything: web and worker are gone."""
    for number in [one for process in server.processes for one in family_of(process.pid)]:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    for process in server.processes:
        process.wait()
    server.processes.clear()


def buyers(app: Flask) -> list[tuple[str, Confirmation, str]]:
    """Guests with one pack in the cart, about to confirm: cookie, confirmation and form of each."""
    packs = [making.goods(stock=CHECKOUTS, price_vnd=60_000 + 1_000 * number) for number in range(PRODUCTS)]
    for seller in db.session.scalars(select(Organisation)).all():
        factories.manager_of(seller)
    return [_buyer(app, packs[number % PRODUCTS], number) for number in range(CHECKOUTS)]


def _buyer(app: Flask, pack: int, number: int) -> tuple[str, Confirmation, str]:
    guest, raw = a_guest(), hashlib.sha1(str(number).encode()).hexdigest()  # noqa: S324 - not a secret
    making.fill(guest, (pack, 1))
    method = METHODS[number % len(METHODS)]
    confirmed = making.confirmation(guest, payment=method, phone=f"0912{number:06d}")
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = serializer.dumps({"guest": guest.ref, "csrf_token": raw})
    token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(raw)
    return cookie, confirmed, urlencode({**confirmed.form(), "csrf_token": token})


@pytest.fixture
def rush(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[Rush]:
    fake = FakeStripe()
    with fake, with_cards(app, fake):
        by_card = replace(settings, stripe_secret_key=KEY, stripe_webhook_secret=SECRET, stripe_api_base=fake.url)
        server = LiveServer(by_card, tmp_path / "server")
        fake.webhook_url = f"{server.url}/webhooks/stripe"
        yield Rush(server, fake)
        fake.webhook_url = ""
        kill(server)


def test_killed_in_the_middle_of_five_hundred_checkouts(app: Flask, rush: Rush) -> None:
    with app.app_context():
        for buyer in buyers(app):
            rush.waiting.put(buyer)
        db.session.remove()
    rush.server.start()
    crowd = [threading.Thread(target=rush.buy) for _ in range(BROWSERS)] + [threading.Thread(target=rush.pay)]
    for one in crowd:
        one.start()
    try:
        for number in KILL_AFTER:
            until(lambda number=number: rush.answered >= number)  # type: ignore[misc]
            kill(rush.server)
            rush.server.start()
        until(lambda: rush.answered == CHECKOUTS)
        until(lambda: all_paid_are_known(app, rush))
    finally:
        rush.over.set()
        for one in crowd:
            one.join(30)
    kill(rush.server)
    rush.fake.webhook_url = ""
    with app.app_context(), clock.frozen(clock.now() + timedelta(minutes=5)):
        work(app, once=True)
        nothing_is_lost_or_doubled(rush)


def until(reached: Callable[[], bool], *, seconds: float = SOON) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def all_paid_are_known(app: Flask, rush: Rush) -> bool:
    """The worker has opened a page for each purchase by card, and has read most of what was told."""
    with app.app_context():
        wanted = db.session.scalar(select(func.count()).where(Purchase.payment_method == "stripe")) or 0
    return len(rush.fake.sessions) >= wanted


def nothing_is_lost_or_doubled(rush: Rush) -> None:
    assert rush.refused == []
    assert {len(set(refs)) for refs in rush.told.values()} == {1}
    known = {row.token: row.ref for row in db.session.execute(select(Purchase.token, Purchase.ref))}
    assert known == {token: refs[0] for token, refs in rush.told.items()}
    assert (len(known), db.session.scalar(select(func.count()).select_from(Order))) == (CHECKOUTS, CHECKOUTS)
    assert (stock_faults(), ledger_faults()) == ([], [])
    jobs = Counter(db.session.scalars(select(Job.state)))
    waiting = db.session.scalar(select(func.count()).where(Job.state == JobState.QUEUED, Job.run_at <= clock.now()))
    assert (jobs[JobState.RUNNING], jobs[JobState.DEAD], waiting) == (0, 0, 0)
    every_page_is_one_and_every_charge_has_its_order(rush)
    every_seller_was_told(rush)


def every_page_is_one_and_every_charge_has_its_order(rush: Rush) -> None:
    pages = Counter(one["client_reference_id"] for one in rush.fake.sessions.values())
    assert set(pages.values()) == {1}
    assert set(pages) == set(db.session.scalars(select(CardSession.ref)))
    paid = {one["client_reference_id"] for one in rush.fake.sessions.values() if one["status"] == "complete"}
    charged = select(CardSession.ref, Order.state, Payment.state).join(
        Order, Order.purchase_id == CardSession.purchase_id
    )
    for ref, order, payment in db.session.execute(charged.join(Payment, Payment.order_id == Order.id)):
        expected = (OrderState.PLACED, PaymentState.RECEIVED)
        assert (order, payment) == (expected if ref in paid else (OrderState.AWAITING_PAYMENT, PaymentState.AWAITING))
    assert len(paid) > CHECKOUTS // 6


def every_seller_was_told(rush: Rush) -> None:
    """A letter about each order, at least once."""
    text = "\n".join(db.session.scalars(select(Mail.subject)))
    missing = [ref for ref in db.session.scalars(select(Order.ref)) if ref not in text]
    assert missing == []
