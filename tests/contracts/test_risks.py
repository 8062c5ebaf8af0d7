"""Six signs that a contract in force may go wrong, each read from what has happened, with its figures in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.catalogue.models import Certificate
from marketplace.contracts.models import Agreement, AgreementLine, CallOff, Signature
from marketplace.contracts.queries.cases import risky
from marketplace.contracts.queries.risks import only, risks_in
from marketplace.contracts.states.agreements import AgreementState
from marketplace.contracts.states.performing import Indicator
from marketplace.core import clock
from marketplace.core.database import db, writing
from tests.contracts.changing import annex, lines_with, rewrite, sign
from tests.contracts.making import agreement_in, department, two_sides
from tests.contracts.performing import call, contract_in_force, deliver, stock

Sign = Indicator


def signs(agreement: Agreement) -> list[Indicator]:
    found = risks_in(only(agreement)).get(agreement.id, [])
    assert all(str(one.words) for one in found)
    return [one.indicator for one in found]


# --- the six signs ---


def test_a_contract_that_runs_well_shows_no_sign(app: Flask) -> None:
    with app.app_context():
        assert signs(contract_in_force()) == []


def test_more_than_a_fifth_late_is_a_sign(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreement = contract_in_force(sides)
        stock(sides)
        in_time = [call(agreement, sides, L1=10) for _ in range(4)]
        for one in in_time:
            deliver(one, sides)
        late = call(agreement, sides, L1=10)
        with clock.frozen(clock.now() + timedelta(days=6)):
            # one of five is a fifth, not more
            assert signs(agreement) == []
            with writing():
                db.session.get_one(CallOff, in_time[0].id).due_on = clock.today() - timedelta(days=20)
            assert signs(agreement) == [Sign.LATE]
        assert late.order is not None


def test_a_call_off_that_is_not_due_yet_is_not_late(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreement = contract_in_force(sides)
        call(agreement, sides, L1=10)
        assert signs(agreement) == []


def test_less_than_half_delivered_at_half_term_is_a_sign(app: Flask) -> None:
    with app.app_context():
        agreement = contract_in_force()
        with clock.frozen(clock.now() + timedelta(days=89)):
            assert signs(agreement) == []
        with clock.frozen(clock.now() + timedelta(days=90)):
            assert signs(agreement) == [Sign.SLOW]
            with writing():
                row = db.session.scalars(select(AgreementLine)).one()
                row.called = row.confirmed = row.delivered = row.contracted // 2
            assert signs(agreement) == []


@pytest.mark.parametrize(("price", "is_sign"), [(144_000, False), (145_500, True), (90_000, True)])
def test_a_price_that_an_annex_changed_by_more_than_a_fifth_is_a_sign(app: Flask, price: int, is_sign: bool) -> None:
    with app.app_context():
        sides = two_sides()
        contract = agreement_in(AgreementState.ACTIVE, sides)
        assert Sign.PRICE not in signs(contract)
        paper = annex(contract, sides)
        rewrite(paper, sides, lines=lines_with(paper, price_vnd=price))
        sign(paper, sides)
        assert (Sign.PRICE in signs(contract)) == is_sign


def test_a_certificate_that_has_ended_is_a_sign(app: Flask) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        agreement = contract_in_force(sides)
        with writing():
            paper = db.session.scalars(select(Certificate).where(Certificate.product_id == sides.product.id)).one()
            paper.revoked_on = clock.today()
        assert signs(agreement) == [Sign.CERTIFICATE]


def test_a_challenged_signature_is_a_sign(app: Flask) -> None:
    with app.app_context():
        agreement = contract_in_force()
        with writing():
            db.session.get_one(Agreement, agreement.id).challenged_at = clock.now()
        assert signs(agreement) == [Sign.SIGNATURE]


def test_one_name_on_both_sides_is_a_sign(app: Flask) -> None:
    with app.app_context():
        # the helper of the tests signs for both under one name
        agreement = agreement_in(AgreementState.ACTIVE, two_sides())
        assert len({one.signer_name for one in db.session.scalars(select(Signature))}) == 1
        assert Sign.SAME_SIGNATORY in signs(agreement)


def test_what_is_not_in_force_shows_no_sign(app: Flask) -> None:
    with app.app_context():
        agreement = agreement_in(AgreementState.IN_REVIEW)
        with clock.frozen(clock.now() + timedelta(days=200)):
            assert signs(agreement) == []


def test_a_department_sees_the_signs_of_its_own_province_only(app: Flask) -> None:
    with app.app_context():
        sides = two_sides()
        agreement = contract_in_force(sides)
        with writing():
            db.session.get_one(Agreement, agreement.id).challenged_at = clock.now()
        seller, buyer = (sides.seller_department, sides.buyer_department)
        assert seller is not None
        assert buyer is not None
        for mine in (seller, buyer):
            assert [row.agreement.ref for row in risky(mine, None)] == [agreement.ref]
            assert risky(mine, Sign.LATE) == []
        assert risky(department("ha-noi"), None) == []
