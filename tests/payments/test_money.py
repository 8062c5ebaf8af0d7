"""Statements of producers: opening plus movements is closing is the ledger; page, spreadsheet and paper agree."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import LegalForm
from marketplace.core import clock, i18n
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.core.sheets import Sheet, workbook
from marketplace.payments import services as payments
from marketplace.payments.queries import balance_of, ledger_faults
from marketplace.payments.queries.money import Group, month_after, month_of, received_by_month, statement_of
from marketplace.payments.services import ledger
from marketplace.payments.services.bills import make_bill, pay_bill
from tests import factories
from tests.clients import Client
from tests.payments.market import Market, a_market, cancel, name_account, order_of, pay_back, placed
from tests.payments.purse import an_operator, fresh, lost, paid_by_card, paid_direct, planned, sent

ClientOf = Callable[[object], Client]
START = datetime(2026, 7, 10, 3, 0, tzinfo=UTC)


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        made = a_market(stock=100_000)
        with writing():
            db.session.get_one(Organisation, made.seller.id).legal_form = LegalForm.HOUSEHOLD_BUSINESS
        yield made


class Life:
    """One seller's money over some months: each act is refused or happens, and the clock goes on."""

    def __init__(self, market: Market) -> None:
        self.market, self.operator, self.refs = market, an_operator(), list[str]()
        self.reductions = 0

    def card(self) -> None:
        self.refs.append(paid_by_card(self.market, commission_vnd=3_000))

    def direct(self) -> None:
        self.refs.append(paid_direct(self.market, commission_vnd=12_345))

    def unpaid(self) -> None:
        placed(self.market)

    def call_off(self) -> None:
        if self.refs:
            cancel(self.market, self.refs[-1])

    def give_back(self) -> None:
        if self.refs and order_of(self.refs[-1]).payment_method != "stripe":
            name_account(self.market, self.refs[-1])
            pay_back(self.market, self.refs[-1])

    def reduce(self) -> None:
        if self.refs:
            order = order_of(self.refs[-1])
            self.reductions += 1
            with writing():
                source = f"{order.ref}/part{self.reductions}"
                if ledger.left_of_sale(order) > 1_111:
                    payments.reduce(order, source_ref=source, amount_vnd=1_111, commission_vnd=100, by=SYSTEM)

    def payout(self) -> None:
        sent(planned(self.market, self.operator), self.operator)

    def lost_payout(self) -> None:
        lost(planned(self.market, self.operator), self.operator)

    def bill(self) -> None:
        with writing():
            bill = make_bill(self.market.seller.id, month_after(clock.today().replace(day=1), -1), by=SYSTEM)
            if bill is not None:
                pay_bill(bill, bank_ref="FT1", by=self.operator)


ACTS = [name for name in vars(Life) if not name.startswith("_")]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 25)), min_size=1, max_size=9))
def test_opening_and_movements_are_closing_and_the_ledger(market: Market, acts: list[tuple[str, int]]) -> None:
    fresh()
    at = START
    with clock.frozen(at):
        life = Life(a_market(stock=1000))
    seller_id = life.market.seller.id
    with writing():
        db.session.get_one(Organisation, seller_id).legal_form = LegalForm.FARM
    for name, days in acts:
        at += timedelta(days=days)
        with clock.frozen(at):
            try:
                getattr(life, name)()
            except Refused:
                fresh()
    assert ledger_faults() == []
    check_months(seller_id, at)


def check_months(seller_id: int, until: datetime) -> None:
    with clock.frozen(until):
        balance, first = 0, date(2026, 6, 1)
        while first <= clock.today():
            month = statement_of(seller_id, first)
            assert month.opening_vnd == balance
            assert month.opening_vnd + sum(one.effect_vnd for one in month.movements) == month.closing_vnd
            assert sum(month.sums.values()) == month.closing_vnd - month.opening_vnd
            balance, first = month.closing_vnd, month_after(first)
        assert balance == balance_of(seller_id)


def test_a_month_says_what_moved(market: Market) -> None:
    paid_direct(market, commission_vnd=2_000)
    ref = paid_by_card(market, quantity=2, commission_vnd=4_000)
    month = statement_of(market.seller.id, clock.today().replace(day=1))
    assert (month.sales_vnd, month.direct_vnd, month.closing_vnd) == (300_000, 100_000, 200_000 - 6_000 - 4_500)
    assert month.sums[Group.TAX] == -4_500
    cancel(market, ref)
    after = statement_of(market.seller.id, clock.today().replace(day=1))
    assert (after.closing_vnd, after.sums[Group.FEES], after.sums[Group.TAX]) == (-3_500, -2_000, -1_500)
    assert received_by_month(market.seller.id, [month.first]) == [100_000]


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "26-11", "0000-01", "９999-01", "2999-01", "a", ""])
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_of(text) is None


# --- pages -----------------------------------------------------------------------------------------------------------


def test_pages_and_files_of_a_month(market: Market, client_of: ClientOf) -> None:
    ref = paid_direct(market, commission_vnd=2_000)
    paid_by_card(market)
    client, month = client_of(market.manager), f"{clock.today():%Y-%m}"
    page = client.get(f"/desk/money/{month}?lang=en").text
    assert ref in page
    assert "Tax withheld" in page
    assert client.get(f"/desk/money/{month}.pdf").data.startswith(b"%PDF")
    book = load_workbook(io.BytesIO(client.get(f"/desk/money/{month}.xlsx?lang=en").data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    (closing,) = [row[4] for row in rows if row[1] == "Closing balance"]
    assert closing == statement_of(market.seller.id, clock.today().replace(day=1)).closing_vnd == 95_000
    effects = [row[4] for row in rows if isinstance(row[4], int) and row[1] != "Closing balance"]
    assert sum(effects) == closing


@pytest.mark.parametrize("month", ["2026-13", "bank", "2999-01", "x" * 300])
def test_a_month_that_is_none_is_not_found(market: Market, client_of: ClientOf, month: str) -> None:
    client = client_of(market.manager)
    assert [client.get(f"/desk/money/{month}{end}").status_code for end in ("", ".xlsx", ".pdf")] == [404] * 3


def test_an_order_shows_what_is_left_for_its_producer(market: Market, client_of: ClientOf) -> None:
    ref = paid_by_card(market, commission_vnd=5_000)
    page = client_of(market.manager).get(f"/desk/orders/{ref}?lang=en").text
    assert "What you get for this order" in page
    assert "93.500" in page
    assert "What you get" not in client_of(market.buyer).get(f"/orders/{ref}?lang=en").text


def test_a_new_producer_sees_an_honest_empty_page(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        manager = factories.manager_of(factories.seller())
    assert "No money has moved yet" in client_of(manager).get("/desk/money?lang=en").text


def test_a_text_like_a_formula_stays_a_text() -> None:
    made = workbook(Sheet("x", ["=1+1"], ["+a"], [["=HYPERLINK(1)", 5], ["-1", None], ["@x\x00", -3]]))
    cells = [cell for row in load_workbook(io.BytesIO(made)).worksheets[0].iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert [cell.value for cell in cells if cell.data_type == "n"] == [5, -3]
