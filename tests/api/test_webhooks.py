"""Webhooks against a real receiver: what is sent, how it is signed, and what happens when nobody takes it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.api import posting
from marketplace.api.models import Webhook, WebhookAttempt, WebhookMessage
from marketplace.api.queries import webhooks as queries
from marketplace.api.services import messages, webhooks
from marketplace.api.states import Happening, MessageState, WebhookState
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.outbox import Job, Notice
from marketplace.core.outbox.worker import work
from marketplace.orders.states import OrderState
from tests import factories
from tests.access import making
from tests.api.program import Seller
from tests.api.receiver import Receiver, is_signed, receiving
from tests.clients import Client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def house(app: Flask, app_with: Callable[..., Flask]) -> Flask:
    """An app that may send to this machine."""
    return app_with(webhooks_to_private=True)


def told(house: Flask, shop: Seller, receiver: Receiver, path: str = "/ocop", **columns: object) -> tuple[str, str]:
    """An address of the seller, with its secret."""
    with house.app_context():
        made = factories.webhook(shop.organisation, receiver.url(path), **columns)
        return made.ref, webhooks.secret_of(made)


def tried(house: Flask) -> None:
    """The worker does what is due now."""
    with clock.frozen(clock.now()):
        work(house, once=True)


def waited(house: Flask, hours: float = 2) -> None:
    """What waits is due, and the worker tries it."""
    with clock.frozen(clock.now() + timedelta(hours=hours)):
        tried(house)


def buy(house: Flask, shop: Seller, state: OrderState = OrderState.PLACED) -> str:
    with house.app_context():
        buyer = factories.actor(factories.person())
        factories.province(making.TO)
        return making.order_in(state, buyer, shop.variant.id).ref


def pinged(house: Flask, ref: str) -> str:
    """A test message; its id."""
    with house.app_context(), writing():
        webhook = queries.webhook_by_ref(ref)
        assert webhook is not None
        return webhooks.send_test(webhook, by=SYSTEM).ref


def message(house: Flask, ref: str) -> tuple[MessageState, list[tuple[int | None, str]]]:
    with house.app_context():
        found = queries.message_by_ref(ref)
        assert found is not None
        return found.state, [(one.status, one.fault) for one in found.attempts]


def took(house: Flask) -> int:
    """How many milliseconds the only try took."""
    with house.app_context():
        return db.session.scalars(select(WebhookAttempt.milliseconds)).one()


def state_of(house: Flask, ref: str) -> WebhookState:
    with house.app_context():
        found = queries.webhook_by_ref(ref)
        assert found is not None
        return found.state


# --- what is sent ---


def test_an_order_is_told_signed_and_without_names(house: Flask, shop: Seller, receiver: Receiver) -> None:
    _ref, secret = told(house, shop, receiver)
    order = buy(house, shop)
    tried(house)
    (came,) = receiver.came
    body = json.loads(came["body"])
    assert (body["type"], body["data"]["order"], body["data"]["side"]) == ("order.placed", order, "seller")
    assert is_signed(secret, came)
    assert not is_signed("whsec_" + "A" * 44, came)
    assert "Nguyễn" not in came["body"].decode()
    assert abs(int(came["headers"]["webhook-timestamp"]) - time.time()) < 60


def test_each_step_of_an_order_is_told(house: Flask, shop: Seller, receiver: Receiver) -> None:
    told(house, shop, receiver)
    buy(house, shop, OrderState.DELIVERED)
    tried(house)
    events = [json.loads(one["body"])["type"] for one in receiver.came]
    assert sorted(events) == ["order.confirmed", "order.delivered", "order.placed", "order.shipped"]


def test_only_what_was_ticked_is_told_and_only_to_those_concerned(
    house: Flask, shop: Seller, receiver: Receiver
) -> None:
    told(house, shop, receiver, happenings=["order.shipped"])
    with house.app_context():
        factories.webhook(factories.seller("Nhà khác"), receiver.url("/others"))
    buy(house, shop, OrderState.CONFIRMED)
    tried(house)
    assert receiver.came == []


def test_a_buying_firm_is_told_of_its_own_side(house: Flask, shop: Seller, receiver: Receiver) -> None:
    with house.app_context():
        firm = factories.organisation(OrganisationKind.BUYER, province_slug="quang-ninh")
        factories.webhook(firm, receiver.url())
        factories.province(making.TO)
        making.order_in(OrderState.PLACED, factories.actor(factories.manager_of(firm), firm), shop.variant.id)
    tried(house)
    assert [json.loads(one["body"])["data"]["side"] for one in receiver.came] == ["buyer"]


def test_an_act_that_fails_tells_nothing(house: Flask, shop: Seller, receiver: Receiver) -> None:
    told(house, shop, receiver)

    def act() -> None:
        with house.app_context(), writing():
            messages.send(db.session.scalars(select(Webhook)).one(), "order.placed", "DH", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    tried(house)
    assert receiver.came == []


# --- when nobody takes it ---


def test_what_was_not_taken_comes_again_under_the_same_id(house: Flask, shop: Seller, receiver: Receiver) -> None:
    ref, secret = told(house, shop, receiver)
    receiver.answers["/ocop"] = 500
    sent = pinged(house, ref)
    tried(house)
    assert message(house, sent) == (MessageState.WAITING, [(500, "status")])
    receiver.answers.clear()
    waited(house)
    assert message(house, sent) == (MessageState.DELIVERED, [(500, "status"), (204, "")])
    assert receiver.ids() == [sent, sent]
    assert receiver.came[0]["body"] == receiver.came[1]["body"]
    assert is_signed(secret, receiver.came[1])


@pytest.mark.parametrize(
    ("path", "status", "fault"),
    [("/silent", None, "timeout"), ("/drop-by-drop", None, "timeout"), ("/nonsense", None, "connection"),
     ("/hangs-up", None, "connection")],
)  # fmt: skip
def test_an_ill_receiver_holds_nobody_up(
    house: Flask,
    shop: Seller,
    receiver: Receiver,
    path: str,
    status: int | None,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.6)
    ref, _secret = told(house, shop, receiver, path)
    sent = pinged(house, ref)
    tried(house)
    assert message(house, sent) == (MessageState.WAITING, [(status, fault)])
    assert took(house) < 3_000


def test_without_the_end_of_the_whole_a_dripping_answer_goes_on(
    house: Flask, shop: Seller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the limit of a single read alone does not end it."""
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.6)
    monkeypatch.setattr(posting, "_shut", lambda lines: None)
    ref, _secret = told(house, shop, receiver, "/drop-by-drop")
    pinged(house, ref)
    tried(house)
    assert took(house) > 2_000


def test_of_a_huge_answer_only_the_beginning_is_read(house: Flask, shop: Seller, receiver: Receiver) -> None:
    ref, _secret = told(house, shop, receiver, "/huge")
    sent = pinged(house, ref)
    tried(house)
    assert message(house, sent) == (MessageState.DELIVERED, [(200, "")])
    with house.app_context():
        assert len(db.session.scalars(select(WebhookMessage)).one().attempts[0].answer) <= 300


def test_redirects_are_not_followed(house: Flask, shop: Seller, receiver: Receiver) -> None:
    ref, _secret = told(house, shop, receiver)
    receiver.answers["/ocop"] = 302
    sent = pinged(house, ref)
    tried(house)
    assert message(house, sent) == (MessageState.WAITING, [(302, "redirect")])
    assert [one["path"] for one in receiver.came] == ["/ocop"]


def test_a_failing_address_is_tried_by_one_message_at_a_time(house: Flask, shop: Seller, receiver: Receiver) -> None:
    ref, _secret = told(house, shop, receiver)
    receiver.answers["/ocop"] = 503
    sent = [pinged(house, ref) for _turn in range(5)]
    tried(house)
    assert receiver.ids() == sent[:1]
    receiver.answers.clear()
    waited(house)
    assert set(receiver.ids()) == set(sent)


def test_after_days_an_address_is_switched_off_and_its_people_are_told(
    house: Flask, shop: Seller, receiver: Receiver
) -> None:
    ref, _secret = told(house, shop, receiver)
    receiver.answers["/ocop"] = 500
    first = pinged(house, ref)
    tried(house)
    with clock.frozen(clock.now() + timedelta(days=4)):
        tried(house)
        assert state_of(house, ref) is WebhookState.DISABLED
        assert message(house, first)[0] is MessageState.GIVEN_UP
    with house.app_context():
        notices = db.session.scalars(select(Notice).where(Notice.template == "api/webhook_disabled")).all()
        assert [one.recipient_ref for one in notices] == [shop.organisation.ref]
        assert db.session.scalars(select(Job).where(Job.kind == messages.DELIVER, Job.state == "queued")).all() == []


def test_a_message_is_given_up_in_the_end(
    house: Flask, shop: Seller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_TRIES", 2)
    ref, _secret = told(house, shop, receiver)
    receiver.answers["/ocop"] = 500
    sent = pinged(house, ref)
    tried(house)
    waited(house)
    assert message(house, sent) == (MessageState.GIVEN_UP, [(500, "status"), (500, "status")])


def test_while_a_secret_changes_both_sign(house: Flask, shop: Seller, receiver: Receiver) -> None:
    ref, old = told(house, shop, receiver)
    with house.app_context():
        webhook = queries.webhook_by_ref(ref)
        assert webhook is not None
        with writing():
            new = webhooks.renew_secret(webhook, by=SYSTEM)
    assert new != old
    pinged(house, ref)
    tried(house)
    assert is_signed(old, receiver.came[0])
    assert is_signed(new, receiver.came[0])
    with clock.frozen(clock.now() + timedelta(hours=25)):
        pinged(house, ref)
        tried(house)
    assert not is_signed(old, receiver.came[1])
    assert is_signed(new, receiver.came[1])


def test_a_paused_or_removed_address_gets_nothing(house: Flask, shop: Seller, receiver: Receiver) -> None:
    ref, _secret = told(house, shop, receiver)
    sent = pinged(house, ref)
    with house.app_context(), writing():
        webhook = queries.webhook_by_ref(ref)
        assert webhook is not None
        webhooks.pause(webhook, by=SYSTEM)
    tried(house)
    assert message(house, sent)[0] is MessageState.GIVEN_UP
    gone, _secret = told(house, shop, receiver, "/gone")
    pinged(house, gone)
    with house.app_context(), writing():
        webhook = queries.webhook_by_ref(gone)
        assert webhook is not None
        webhooks.remove(webhook, by=SYSTEM)
    tried(house)
    assert receiver.came == []


# --- the pages ---


def test_a_manager_names_tests_and_sends_again(
    house: Flask, shop: Seller, receiver: Receiver, client_of: Callable[..., Client]
) -> None:
    browser = client_of(shop.manager)
    form = {"url": "https://vidu.vn/ocop", "happenings": ["order.placed", "order.paid"]}
    page = browser.post("/me/webhooks", data=form)
    assert page.status_code == 200
    assert "whsec_" in page.text
    assert page.headers["Cache-Control"] == "no-store, private"
    assert "whsec_" not in browser.get("/me/webhooks").text
    ref, _secret = told(house, shop, receiver)
    assert browser.post(f"/me/webhooks/{ref}/test").status_code == 303
    tried(house)
    log = browser.get(f"/me/webhooks/{ref}").text
    assert "204" in log
    assert browser.post(f"/me/webhooks/{ref}/messages/{receiver.ids()[0]}/delivery").status_code == 303
    tried(house)
    assert len(set(receiver.ids())) == 1
    assert len(receiver.came) == 2


def test_an_organisation_cannot_keep_the_worker_busy_by_hand(
    house: Flask, shop: Seller, receiver: Receiver, client_of: Callable[..., Client]
) -> None:
    refs, browser = [told(house, shop, receiver, f"/{number}")[0] for number in range(2)], client_of(shop.manager)
    answers = [browser.post(f"/me/webhooks/{refs[number % 2]}/test").status_code for number in range(61)]
    assert answers == [303] * 60 + [429]


@pytest.mark.parametrize(
    "address",
    [
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fec0::1",
        "fe80::1%eth0",
        "::1",
        "169.254.169.254",
        "100.64.0.1",
        "127.1",
        "2130706433",
    ],
)
def test_no_spelling_of_a_private_address_is_public(address: str) -> None:
    assert not posting.is_public(address)


def test_what_a_receiver_answers_cannot_break_the_page(
    house: Flask, shop: Seller, receiver: Receiver, client_of: Callable[..., Client]
) -> None:
    ref, _secret = told(house, shop, receiver)
    receiver.answers["/ocop"] = 500
    pinged(house, ref)
    tried(house)
    page = client_of(shop.manager).get(f"/me/webhooks/{ref}").text
    assert "answer 500 &lt;b&gt;" in page
    assert "\x07" not in page


@pytest.mark.parametrize(
    "url",
    ["ftp://vidu.vn/", "vidu.vn", "https://", "http://127.0.0.1/x", "https://10.0.0.8/", "https://[::1]/", "https://localhost/x",
     "https://a:b@vidu.vn/", "https://vidu.vn:99999/", "https://169.254.169.254/latest", "https://vidu.vn/#a",
     "https://vidu.vn/ok X: y", "https://vidu.vn/\u00a0x"],
)  # fmt: skip
def test_an_address_that_cannot_be_meant_is_refused(
    app: Flask, shop: Seller, client_of: Callable[..., Client], url: str
) -> None:
    answer = client_of(shop.manager).post("/me/webhooks", data={"url": url, "happenings": "order.placed"})
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Webhook)).all() == []


def test_making_and_ending_leaves_a_trail(house: Flask, shop: Seller) -> None:
    with house.app_context():
        organisation = db.session.merge(shop.organisation)
        with writing():
            wanted = {"url": "https://vidu.vn/", "happenings": [Happening.PLACED]}
            made, _secret = webhooks.name(organisation, **wanted, by=SYSTEM)  # type: ignore[arg-type]
        for act in (webhooks.renew_secret, webhooks.pause, webhooks.resume, webhooks.remove):
            with writing():
                act(made, by=SYSTEM)
        rows = db.session.scalars(
            select(AuditEntry).where(AuditEntry.subject_kind == "webhooks").order_by(AuditEntry.id)
        )
        assert [one.action for one in rows] == ["name", "renew_secret", "pause", "resume", "remove"]
