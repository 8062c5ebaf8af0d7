"""What stands around settling: the ways to pay at the checkout, jobs by day and night, letters in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from marketplace.core import clock, i18n
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.core.outbox.jobs import Job
from marketplace.core.outbox.letters import letter_of
from marketplace.orders import methods
from marketplace.payments import jobs, queries
from marketplace.payments.jobs import rounds
from marketplace.payments.models import Payment
from marketplace.payments.states import PaymentState
from tests import factories
from tests.payments.market import (
    PRICE,
    Market,
    a_market,
    cancel,
    confirm,
    declare,
    expire,
    faults,
    name_account,
    order_of,
    pay_back,
    payment_of,
    placed,
    refunds_of,
    state_of,
    told,
)


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield a_market()


# --- the checkout ----------------------------------------------------------------------------------------------------


def part(seller: Any, *, alcohol: bool = False, name: str = "Rượu nếp") -> Any:
    line = SimpleNamespace(product=SimpleNamespace(is_alcohol=alcohol, name=name))
    return SimpleNamespace(seller=seller, lines=[line])


def method(code: str) -> methods.PaymentMethod:
    found = methods.method_named(code)
    assert found is not None
    return found


def test_two_ways_to_pay_are_offered(market: Market) -> None:
    offered = [(one.code, one.prepaid, one.hold) for one in methods.offered() if one.code in {"cod", "vietqr"}]
    assert offered == [("vietqr", True, timedelta(hours=24)), ("cod", False, timedelta(hours=48))]
    with i18n.speaking("vi"):
        assert str(method("cod").label) == "Trả tiền khi nhận hàng"


def test_alcohol_is_not_paid_on_delivery(market: Market) -> None:
    assert method("cod").refusal([part(market.seller)]) is None
    refused = method("cod").refusal([part(market.seller), part(market.seller, alcohol=True)])
    assert "(Rượu nếp)" in refused
    assert method("vietqr").refusal([part(market.seller, alcohol=True)]) is None


def test_a_transfer_needs_an_account_of_every_seller(market: Market) -> None:
    other = factories.organisation(name="Hộ Nông Thị Hoa")
    assert method("vietqr").refusal([part(market.seller)]) is None
    refused = method("vietqr").refusal([part(market.seller), part(other)])
    assert refused.startswith("Hộ Nông Thị Hoa cannot take transfers yet.")
    assert method("cod").refusal([part(other)]) is None


# --- jobs ------------------------------------------------------------------------------------------------------------


def due_refund(market: Market) -> str:
    ref = placed(market)
    confirm(market, ref)
    cancel(market, ref)
    name_account(market, ref)
    return ref


def run_queued() -> int:
    queued = list(db.session.scalars(select(Job).where(Job.kind == rounds.REPORT)))
    for job in queued:
        jobs.report_overdue_refund(**job.payload)
    return len(queued)


def test_an_overdue_refund_is_reported_once_a_day(market: Market) -> None:
    operator = factories.organisation(OrganisationKind.OPERATOR)
    operator_ref, ref = operator.ref, due_refund(market)
    jobs.look_for_overdue_refunds()
    assert run_queued() == 0
    due = refunds_of(ref)[0].due_at
    assert due is not None
    # the morning after, so that an hour more or two stay within one day in Vietnam
    late = clock.end_of(clock.local(due).date()) + timedelta(hours=8)
    for hours, times in ((1, 1), (2, 1), (26, 2)):
        with clock.frozen(late + timedelta(hours=hours)):
            jobs.look_for_overdue_refunds()
        assert db.session.query(Job).filter_by(kind=rounds.REPORT).count() == times
        db.session.rollback()
    with clock.frozen(late + timedelta(hours=27)):
        assert run_queued() == 2
    assert told("payments/refund_overdue_operator") == [("organisation", operator_ref)] * 2
    pay_back(market, ref)
    with clock.frozen(late + timedelta(hours=28)):
        run_queued()
    assert len(told("payments/refund_overdue_operator")) == 2


def test_reviews_of_orders_that_are_off_end_by_themselves(market: Market) -> None:
    off, open_one = placed(market), placed(market)
    expire(off)
    confirm(market, off, 10_000)
    confirm(market, open_one, 10_000)
    jobs.end_reviews()
    assert payment_of(off).state is PaymentState.REVIEW
    with clock.frozen(clock.now() + timedelta(hours=49)):
        jobs.end_reviews()
        jobs.end_reviews()
    assert [refund.amount_vnd for refund in refunds_of(off)] == [10_000]
    assert state_of(open_one)[1] is PaymentState.REVIEW
    assert faults() == []


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"received_vnd": PRICE + 1}, "does not agree with the ledger"),
        ({"refunded_vnd": 1}, "does not agree with its refunds"),
        ({"state": PaymentState.CANCELLED}, "does not agree with its order"),
    ],
)
def test_the_nightly_check_finds_what_was_changed_by_hand(
    market: Market, columns: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ref = placed(market)
    confirm(market, ref)
    jobs.check_ledger()
    assert "ledger_fault" not in capsys.readouterr().out
    with writing():
        db.session.execute(update(Payment).values(columns))
    assert any(said in fault for fault in queries.ledger_faults())
    jobs.check_ledger()
    assert "ledger_fault" in capsys.readouterr().out


# --- letters ---------------------------------------------------------------------------------------------------------


def every_letter(market: Market) -> None:
    """A history in which every letter is written once."""
    factories.organisation(OrganisationKind.OPERATOR)
    ref = placed(market)
    declare(market, ref)
    confirm(market, ref, 60_000)
    expire(ref)
    name_account(market, ref)
    late = refunds_of(ref)[0].due_at
    assert late is not None
    with clock.frozen(late + timedelta(hours=1)):
        jobs.look_for_overdue_refunds()
        run_queued()
    pay_back(market, ref)
    declared = placed(market)
    declare(market, declared)
    expire(declared)


def test_every_letter_reads_well_in_both_languages(market: Market) -> None:
    from marketplace.payments import services

    every_letter(market)
    new = {"bank_bin": "970405", "number": "1234567890", "holder": "Trần Văn Bình"}
    with writing():
        services.name_bank_account(market.seller.id, **new, by=market.sells)
    notices = db.session.scalars(select(Notice).where(Notice.template.startswith("payments/"))).all()
    names = {notice.template.removeprefix("payments/") for notice in notices}
    assert names == {
        "declared_seller", "amount_differs_buyer", "refund_opened_buyer", "refund_opened_seller", "refund_due_seller",
        "refunded_buyer", "refund_overdue_operator", "look_again_seller", "bank_account_changed",
    }  # fmt: skip
    for notice in notices:
        vi, en = letter_of(notice, "vi"), letter_of(notice, "en")
        assert vi.subject != en.subject
        assert len(vi.paragraphs) == len(en.paragraphs) >= 1
        for letter in (vi, en):
            assert "None" not in letter.text
            assert "%(" not in letter.text
            assert "{" not in letter.text
        assert notice.context["url"].startswith("/")


def test_a_guest_gets_the_key_to_her_order_and_none_without_an_address(market: Market) -> None:
    ref, silent = placed(market, person=False), placed(market, person=False, email="")
    for one in (ref, silent):
        confirm(market, one)
        cancel(market, one, by=market.sells)
    assert told("payments/refund_opened_buyer") == [("contact", "khach@vidu.vn")]
    (letter,) = db.session.scalars(select(Notice).where(Notice.template == "payments/refund_opened_buyer"))
    assert letter.context["url"].startswith(f"/orders/{order_of(ref).ref}?key=")
