"""Money of producers for the tests: orders paid by card or straight to them, without a card company."""

from __future__ import annotations

from datetime import date

from flask import current_app

from marketplace.core.actors import SYSTEM, Actor, OrganisationKind
from marketplace.core.database import db, writing
from marketplace.payments.models import Payout
from marketplace.payments.queries.payouts import payout_by_ref
from marketplace.payments.services import Told, settle
from marketplace.payments.services.payouts import confirm_payout, fail_payout, plan_payouts
from tests import factories
from tests.payments.market import PRICE, Market, confirm, payment_of, placed

LAST_MONTH = date(2026, 10, 1)


def an_operator() -> Actor:
    """Somebody who runs the marketplace."""
    firm = factories.organisation(OrganisationKind.OPERATOR)
    return factories.actor(factories.manager_of(firm), firm)


def paid_by_card(market: Market, *, quantity: int = 1, commission_vnd: int = 0) -> str:
    """An order whose money the marketplace holds."""
    ref = placed(market, quantity=quantity, commission_vnd=commission_vnd)
    payment = payment_of(ref)
    told = Told(
        provider="stripe", event_id=f"{ref}/card", kind="paid", amount_vnd=PRICE * quantity, charge_ref=f"pi_{ref}"
    )
    with writing():
        payment.provider = payment.order.payment_method = "stripe"
        assert settle(payment, told, by=SYSTEM) == "received"
    return ref


def paid_direct(market: Market, *, commission_vnd: int = 0) -> str:
    """An order whose money went straight to the producer."""
    ref = placed(market, commission_vnd=commission_vnd)
    confirm(market, ref)
    return ref


def least_vnd() -> int:
    return int(current_app.config["SETTINGS"].payout_minimum_vnd)


def planned(market: Market, by: Actor) -> Payout:
    """One payout of everything that is due to the seller."""
    with writing():
        batch = plan_payouts([market.seller.id], least_vnd=least_vnd(), by=by)
        ref = batch.payouts[0].ref
    return found(ref)


def found(ref: str) -> Payout:
    payout = payout_by_ref(ref)
    assert payout is not None
    return payout


def sent(payout: Payout, by: Actor, bank_ref: str = "FT26326000777") -> None:
    with writing():
        confirm_payout(payout, bank_ref=bank_ref, by=by)


def lost(payout: Payout, by: Actor) -> None:
    with writing():
        fail_payout(payout, reason="the account does not exist", by=by)


def fresh() -> None:
    """What others have committed meanwhile is seen."""
    db.session.rollback()
