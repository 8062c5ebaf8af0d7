"""Payment by card over real HTTP: the page, the events, the refunds, and what happens when something goes wrong."""

from __future__ import annotations

import json
import time
from contextvars import Context
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db
from marketplace.core.outbox import Job, JobState
from marketplace.payments import queries
from marketplace.payments.jobs import cards as talk
from marketplace.payments.models import CardSession, LedgerTransaction, ProviderEvent
from marketplace.payments.providers.stripe import Unreachable
from marketplace.payments.services.cards import MOST_SESSIONS
from marketplace.payments.states import RefundState, SessionState
from tests.fake_stripe import signed
from tests.payments.cards import Cards, session_of, states
from tests.payments.market import (
    PRICE,
    balances,
    cancel,
    expire,
    faults,
    payment_of,
    refunds_of,
    told,
)


def count(table: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


# --- paying ----------------------------------------------------------------------------------------------------------


def test_one_page_pays_all_orders_of_a_purchase(cards: Cards) -> None:
    purchase = cards.placed(orders=2, commission_vnd=2_000)
    cards.work()
    session = session_of(purchase)
    assert (session.state, session.amount_vnd, len(cards.fake.sessions)) == (SessionState.OPEN, 2 * PRICE, 1)
    assert session.url == f"{cards.fake.url}/pay/{session.provider_ref}"
    assert cards.send(cards.fake.pay(session.provider_ref or "")) == 200
    cards.work()
    assert states(cards, purchase) == [("placed", "received")] * 2
    assert (session_of(purchase).state, faults()) == (SessionState.PAID, [])
    held = balances(cards.orders_of(purchase)[0].ref)
    assert held["received_by_platform"] == PRICE
    assert "due_from_seller" not in held
    assert "received_by_seller" not in held


def test_nothing_is_asked_of_the_card_company_before_the_commit(cards: Cards) -> None:
    cards.placed()
    assert cards.fake.calls == []


def test_a_killed_worker_makes_no_second_page(cards: Cards) -> None:
    """It asked, and died before it wrote the answer down: whoever asks next gets the same page."""
    purchase = cards.placed()
    cards.fake.fail("lost", times=2)
    with pytest.raises(Unreachable):
        talk.open_for(purchase)
    assert session_of(purchase).state is SessionState.WANTED
    talk.open_for(purchase)
    assert (len(cards.fake.sessions), session_of(purchase).state) == (1, SessionState.OPEN)
    assert len({key for _method, _path, key in cards.fake.calls}) == 1


def test_the_worker_tries_again_when_the_card_company_is_down(cards: Cards) -> None:
    purchase = cards.placed()
    cards.fake.fail("error", times=2)
    cards.work()
    job = db.session.scalars(select(Job).where(Job.kind == "payments.open_card_session")).one()
    assert (job.state, len(cards.fake.sessions)) == (JobState.QUEUED, 0)
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        cards.work()
        assert session_of(purchase).state is SessionState.OPEN


def test_goods_wait_longer_than_the_page(cards: Cards) -> None:
    purchase = cards.placed()
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        cards.opened(purchase)
        order = cards.orders_of(purchase)[0]
        assert order.due_at is not None
        assert order.due_at > session_of(purchase).expires_at
        assert payment_of(order.ref).expires_at == order.due_at


def test_after_a_page_has_ended_another_is_made_but_not_for_ever(cards: Cards) -> None:
    purchase, now = cards.placed(), clock.now()
    for number in range(MOST_SESSIONS):
        with clock.frozen(now + number * timedelta(minutes=35)):
            assert talk.page_of(purchase, by=SYSTEM).startswith(cards.fake.url)
    assert count(CardSession) == MOST_SESSIONS
    with clock.frozen(now + MOST_SESSIONS * timedelta(minutes=35)), pytest.raises(Exception, match="too often"):
        talk.page_of(purchase, by=SYSTEM)


def test_sums_beyond_what_cards_take_are_refused_in_words(cards: Cards) -> None:
    from types import SimpleNamespace

    from marketplace.payments.providers.card import METHOD

    parts: Any = [SimpleNamespace(total_vnd=19_999)]
    assert "bank transfer" in str(METHOD.refusal(parts))
    assert METHOD.refusal([SimpleNamespace(total_vnd=20_000)]) is None  # type: ignore[list-item]
    assert METHOD.refusal([SimpleNamespace(total_vnd=99_999_999)]) is None  # type: ignore[list-item]
    assert "99.999.999" in str(METHOD.refusal([SimpleNamespace(total_vnd=100_000_000)]))  # type: ignore[list-item]


def test_a_site_without_a_key_offers_no_cards(app: Flask) -> None:
    from marketplace.orders import methods

    with app.app_context():
        assert [one.code for one in methods.offered()] == ["vietqr", "cod"]
        assert methods.method_named("stripe") is None


# --- events ----------------------------------------------------------------------------------------------------------


def test_an_event_is_kept_once_and_changes_things_once(cards: Cards) -> None:
    purchase = cards.placed()
    event = cards.paid(purchase)
    assert [cards.send(event) for _ in range(3)] == [200, 200, 200]
    cards.work()
    before = count(LedgerTransaction)
    cards.send(event)
    cards.work()
    assert (states(cards, purchase), count(LedgerTransaction)) == ([("placed", "received")], before)
    assert len(told("orders/paid_seller")) == 1


def test_an_expiry_told_after_the_payment_changes_nothing(cards: Cards) -> None:
    purchase = cards.placed()
    event = cards.paid(purchase)
    late = {**event, "id": "evt_late", "type": "checkout.session.expired"}
    late["data"] = {"object": {**event["data"]["object"], "status": "expired", "payment_status": "unpaid"}}
    for one in (late, event, late):
        cards.send(one)
        cards.work()
    assert (states(cards, purchase), session_of(purchase).state) == ([("placed", "received")], SessionState.PAID)


@pytest.mark.parametrize("changes", [{"amount_total": PRICE - 1}, {"amount_total": PRICE + 1}, {"currency": "usd"}])
def test_another_sum_or_currency_is_looked_at_and_the_order_untouched(cards: Cards, changes: dict[str, Any]) -> None:
    purchase = cards.placed()
    cards.send(cards.paid(purchase, **changes))
    cards.work()
    assert states(cards, purchase) == [("awaiting_payment", "review")]
    assert [payment.ref for payment in queries.payments_in_review()] == [
        payment_of(cards.orders_of(purchase)[0].ref).ref
    ]
    assert bool(queries.events_to_look_at()) == ("currency" in changes)


def test_of_a_wrong_sum_no_order_of_the_purchase_is_paid(cards: Cards) -> None:
    purchase = cards.placed(orders=2)
    cards.send(cards.paid(purchase, amount_total=2 * PRICE - 1))
    cards.work()
    assert states(cards, purchase) == [("awaiting_payment", "review")] * 2
    for order in cards.orders_of(purchase):
        expire(order.ref)
    with clock.frozen(clock.now() + timedelta(hours=25)):
        cards.work()
    assert states(cards, purchase) == [("cancelled", "cancelled")] * 2
    assert sum(one["amount"] for one in cards.fake.refunds.values()) == 2 * PRICE - 1
    assert faults() == []


def test_a_lost_event_is_asked_for(cards: Cards) -> None:
    purchase = cards.placed()
    cards.paid(purchase)
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        cards.work()
    assert states(cards, purchase) == [("placed", "received")]


def test_money_that_comes_after_the_hold_pays_where_the_goods_are_still_there(cards: Cards) -> None:
    purchase = cards.placed()
    event = cards.paid(purchase)
    expire(cards.orders_of(purchase)[0].ref)
    cards.send(event)
    cards.work()
    assert (states(cards, purchase), faults()) == ([("placed", "received")], [])


def test_an_order_called_off_before_the_payment_is_refunded_the_other_is_paid(cards: Cards) -> None:
    purchase = cards.placed(orders=2)
    page = cards.opened(purchase)
    first, second = cards.orders_of(purchase)
    event = cards.fake.pay(page)
    cancel(cards.market, first.ref)
    cards.send(event)
    cards.work()
    assert states(cards, purchase) == [("cancelled", "received"), ("placed", "received")]
    assert [(one.amount_vnd, one.state) for one in refunds_of(first.ref)] == [(PRICE, RefundState.DONE)]
    assert (refunds_of(second.ref), [one["amount"] for one in cards.fake.refunds.values()]) == ([], [PRICE])
    assert faults() == []


def test_a_page_that_asks_for_too_much_is_closed_and_made_anew(cards: Cards) -> None:
    purchase = cards.placed(orders=2)
    first_page = cards.opened(purchase)
    cancel(cards.market, cards.orders_of(purchase)[0].ref)
    cards.work()
    session = session_of(purchase)
    assert cards.fake.sessions[first_page]["status"] == "expired"
    assert (session.state, session.amount_vnd) == (SessionState.OPEN, PRICE)
    assert session.provider_ref != first_page


def test_a_purchase_called_off_leaves_no_page_to_pay_on(cards: Cards) -> None:
    purchase = cards.placed()
    page = cards.opened(purchase)
    cancel(cards.market, cards.orders_of(purchase)[0].ref)
    cards.work()
    assert (cards.fake.sessions[page]["status"], count(CardSession)) == ("expired", 1)
    assert session_of(purchase).state is SessionState.ENDED


# --- what is sent to the address of events ---------------------------------------------------------------------------


JUNK: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"\xff\xfe{",
    "a list": b"[]",
    "a number": b"7",
    "no object": b'{"id": "evt_1", "type": "x", "data": {}}',
    "an object of another shape": b'{"id": {}, "type": [], "data": {"object": {}}}',
    "a deep one": b"[" * 5000 + b"]" * 5000,
    "null": b"null",
}


def post(cards: Cards, body: bytes, headers: dict[str, str]) -> Any:
    return Context().run(cards.app.test_client().post, "/webhooks/stripe", data=body, headers=headers, csrf=False)


def proof_of(body: bytes, at: float | None = None) -> dict[str, str]:
    import hashlib
    import hmac

    from tests.fake_stripe import SECRET

    moment = int(time.time() if at is None else at)
    proof = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={proof}", "Content-Type": "application/json"}


@pytest.mark.parametrize("name", JUNK)
def test_signed_junk_is_answered_with_a_problem(cards: Cards, name: str) -> None:
    answer = post(cards, JUNK[name], proof_of(JUNK[name]))
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json(force=True)["detail"]
    assert count(ProviderEvent) == 0


@pytest.mark.parametrize(
    "header", ["", "t=,v1=", "t=abc,v1=1", "v1=" + "0" * 64, "t=1,v1=" + "0" * 64, "ộ", "t=99999999999999999999,v1=x"]
)
def test_what_is_not_signed_is_not_believed(cards: Cards, header: str) -> None:
    body, _headers = signed({"id": "evt_1", "type": "x", "data": {"object": {}}})
    answer = post(cards, body, {"Stripe-Signature": header})
    assert (answer.status_code, count(ProviderEvent)) == (400, 0)


def test_an_old_or_changed_event_is_not_believed(cards: Cards) -> None:
    event = cards.paid(cards.placed())
    body, headers = signed(event, at=time.time() - 400)
    assert post(cards, body, headers).status_code == 400
    body, headers = signed(event)
    assert post(cards, body.replace(b"paid", b"Paid"), headers).status_code == 400
    assert cards.send(event, secret="whsec_other") == 400
    assert count(ProviderEvent) == 0


def test_letters_that_no_database_keeps_do_no_harm(cards: Cards) -> None:
    thing = {"object": "checkout.session", "id": "cs_\u0000\ud800", "amount_total": 10**30, "currency": {}, "status": 1}
    body = json.dumps({"id": "evt_\u0000x", "type": "checkout.session.completed", "data": {"object": thing}}).encode()
    assert post(cards, body, proof_of(body)).status_code == 200
    cards.work()
    assert [event.amount_vnd for event in queries.events_to_look_at()] == [0]


def test_a_site_without_a_secret_has_no_address_for_events(app: Flask) -> None:
    assert app.test_client().post("/webhooks/stripe", data=b"{}").status_code == 404
