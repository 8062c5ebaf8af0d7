"""Tax withheld of households: by the rule of the day, frozen for each order, given back as orders shrink."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import LegalForm
from marketplace.core import clock, i18n
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.payments.models import TaxRule, Withholding
from marketplace.payments.queries import balance_of, ledger_faults
from marketplace.payments.queries.taxes import rule_on
from marketplace.payments.services import ledger
from marketplace.payments.services.tax_rules import Rule, add_tax_rule, load_tax_rules, remove_tax_rule
from marketplace.payments.states import Certainty, Residency, TaxKind
from tests.payments.market import Market, a_market, balances, cancel, confirm, faults, order_of, placed

TAXED = (LegalForm.HOUSEHOLD_BUSINESS, LegalForm.FARM, LegalForm.COOPERATIVE_GROUP)


def market_of(form: LegalForm) -> Market:
    market = a_market(stock=100_000)
    with writing():
        db.session.get_one(Organisation, market.seller.id).legal_form = form
    return market


@pytest.fixture
def household(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield market_of(LegalForm.HOUSEHOLD_BUSINESS)


def with_freight(ref: str, freight_vnd: int) -> str:
    """The same total, of which some is freight."""
    order = order_of(ref)
    with writing():
        order.goods_vnd, order.freight_vnd = order.total_vnd - freight_vnd, freight_vnd
    return ref


def withheld(ref: str) -> tuple[int, int, int]:
    """Base, VAT and PIT that stand for one order."""
    columns = (Withholding.base_vnd, Withholding.vat_vnd, Withholding.pit_vnd)
    sums = [func.coalesce(func.sum(column), 0) for column in columns]
    row = db.session.execute(select(*sums).where(Withholding.order_id == order_of(ref).id)).one()
    return int(row[0]), int(row[1]), int(row[2])


def reduce(ref: str, name: str, amount: int) -> None:
    order = order_of(ref)
    with writing():
        ledger.sale_reduced(order, f"{ref}/{name}", amount, 0, paid=True, by=SYSTEM)


@pytest.mark.parametrize("form", list(LegalForm))
def test_households_and_farms_are_withheld_others_not(app: Flask, form: LegalForm) -> None:
    with app.app_context():
        market = market_of(form)
        ref = placed(market)
        confirm(market, ref)
        assert withheld(ref) == ((100_000, 1_000, 500) if form in TAXED else (0, 0, 0))
        assert balance_of(market.seller.id) == (-1_500 if form in TAXED else 0)
        assert ledger_faults() == []


def test_freight_is_taxed_as_transport(household: Market) -> None:
    ref = with_freight(placed(household), 30_000)
    confirm(household, ref)
    assert withheld(ref) == (100_000, 700 + 900, 350 + 450)
    assert balances(ref)["due_from_seller"] == 2_400


def test_card_money_is_withheld_out_of_what_the_seller_gets(household: Market) -> None:
    ref = placed(household, commission_vnd=5_000)
    order = order_of(ref)
    with writing():
        ledger.received_by_platform(order, f"{ref}/card", 100_000, for_goods=True, by=SYSTEM)
    assert balances(ref) == {
        "received_by_platform": 100_000,
        "payable_to_seller": -93_500,
        "commission": -5_000,
        "tax_withheld": -1_500,
    }
    assert balance_of(household.seller.id) == 93_500


def test_a_cancelled_order_gets_all_of_its_tax_back(household: Market) -> None:
    ref = with_freight(placed(household, commission_vnd=2_000), 33_333)
    confirm(household, ref)
    cancel(household, ref)
    assert withheld(ref) == (0, 0, 0)
    assert balances(ref) == {"refund": -100_000, "received_by_seller": 100_000}
    assert faults() == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=6), st.integers(0, 99_999))
def test_tax_always_is_that_of_what_is_left(household: Market, parts: list[int], freight_vnd: int) -> None:
    ref = with_freight(placed(household), freight_vnd)
    confirm(household, ref)
    left = 100_000
    for number, wanted in enumerate([*parts, 10**9]):
        part = min(wanted, left)
        if part:
            reduce(ref, f"part{number}", part)
            left -= part
        freight = min(freight_vnd, left)
        goods = left - freight
        assert withheld(ref)[0] == left
        assert abs(withheld(ref)[1] - (goods * 0.01 + freight * 0.03)) <= 1.01
        assert abs(withheld(ref)[2] - (goods * 0.005 + freight * 0.015)) <= 1.01
        assert faults() == []
    assert withheld(ref) == (0, 0, 0)


def test_the_rule_of_the_day_holds_and_is_frozen(household: Market) -> None:
    with clock.frozen(datetime(2026, 6, 30, 16, 59, tzinfo=UTC)):
        before = placed(household)
        confirm(household, before)
    with clock.frozen(datetime(2026, 6, 30, 17, 1, tzinfo=UTC)):
        after = placed(household)
        confirm(household, after)
    refs = [
        db.session.scalars(select(TaxRule.ref).join(Withholding).where(Withholding.order_id == order_of(ref).id)).one()
        for ref in (before, after)
    ]
    assert refs == ["nd117-goods", "nd252-goods"]


# --- rules -----------------------------------------------------------------------------------------------------------


def wished(first: date, last: date | None = None, **changes: object) -> Rule:
    known = {
        "kind": TaxKind.GOODS,
        "residency": Residency.RESIDENT,
        "vat_points": 70,
        "pit_points": 35,
        "source": "Nghị quyết 43/2026",
        "certainty": Certainty.LOW,
    }
    return Rule(valid_from=first, valid_to=last, **{**known, **changes})  # type: ignore[arg-type]


def add(rule: Rule) -> TaxRule:
    with writing():
        return add_tax_rule(rule, by=SYSTEM)


def test_the_file_is_loaded_once(household: Market) -> None:
    with writing():
        assert load_tax_rules() == 16
    with writing():
        assert load_tax_rules() == 0


def test_a_new_rule_ends_the_one_that_had_no_end(household: Market) -> None:
    with writing():
        load_tax_rules()
    first = date(2027, 1, 1)
    made = add(wished(first))
    assert rule_on(TaxKind.GOODS, first) is not None
    assert rule_on(TaxKind.GOODS, first).ref == made.ref  # type: ignore[union-attr]
    assert rule_on(TaxKind.GOODS, first - timedelta(days=1)).ref == "nd252-goods"  # type: ignore[union-attr]
    assert rule_on(TaxKind.SERVICES, first).ref == "nd252-services"  # type: ignore[union-attr]


@pytest.mark.parametrize("first", [date(2026, 7, 1), date(2026, 3, 1), date(2020, 1, 1)])
def test_rules_never_overlap(household: Market, first: date) -> None:
    with writing():
        load_tax_rules()
    with pytest.raises(Refused, match="another rule"):
        add(wished(first))


def test_what_was_applied_cannot_change(household: Market) -> None:
    confirm(household, placed(household))
    applied = rule_on(TaxKind.GOODS, clock.today())
    assert applied is not None
    with pytest.raises(Refused, match="can no longer"), writing():
        remove_tax_rule(applied, by=SYSTEM)
    db.session.rollback()
    with pytest.raises(Refused, match="can begin after"):
        add(wished(clock.today()))
    tomorrow = add(wished(clock.today() + timedelta(days=1)))
    with writing():
        remove_tax_rule(tomorrow, by=SYSTEM)
    assert rule_on(TaxKind.GOODS, clock.today() + timedelta(days=1)) is None


def test_a_day_without_any_rule_is_a_fault(household: Market) -> None:
    with writing():
        load_tax_rules()
        for rule in db.session.scalars(select(TaxRule).where(TaxRule.kind == TaxKind.GOODS)):
            db.session.delete(rule)
    kept = rule_on(TaxKind.UNKNOWN, clock.today())
    assert kept is not None
    ref = placed(household)
    with clock.frozen(datetime(2020, 1, 1, tzinfo=UTC)):
        order = order_of(ref)
        with writing():
            ledger.received_by_seller(order, f"{ref}/old", 100_000, for_goods=True, by=SYSTEM)
    assert f"order {ref}: no tax rule covers it" in ledger_faults()
