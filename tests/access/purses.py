"""What the routes of the producers' money name: payouts, bills, tax rules, bank statements."""

from __future__ import annotations

import io
from datetime import date, timedelta

from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.states import OrderState
from marketplace.payments.models import BankStatement, FeeBill, Payout, PayoutBatch, StatementLine, TaxRule
from marketplace.payments.queries.money import month_after
from marketplace.payments.states import Certainty, Match, PayoutState, TaxKind
from tests import factories
from tests.access import making
from tests.access.things import Asked
from tests.access.world import World
from tests.payments.market import a_market
from tests.payments.purse import paid_by_card

RULE = {
    "kind": "services",
    "residency": "resident",
    "vat": "5",
    "pit": "2",
    "source": "Nghị định thử",
    "certainty": "low",
}


def month(world: World, role: str) -> Asked:
    return Asked({"month": f"{clock.today():%Y-%m}"})


def bill(world: World, role: str) -> Asked:
    number = factories.number()
    made = FeeBill(
        ref=factories.next_ref_now("fee_bill"),
        seller_id=world.seller_id,
        month=month_after(date(2026, 10, 1), -number),
        amount_vnd=25_000,
        commission_vnd=20_000,
        tax_vnd=5_000,
        due_on=clock.today(),
        memo=f"OCOP PD{number}",
    )
    return Asked({"ref": factories.stored(made).ref})


def bill_to_pay(world: World, role: str) -> Asked:
    return Asked(bill(world, role).address, {"bank_ref": "FT26326"})


def due(world: World, role: str) -> Asked:
    market = a_market()
    paid_by_card(market)
    return Asked(form={"seller": market.seller.ref})


def _planned() -> Payout:
    seller = factories.seller()
    batch = factories.stored(PayoutBatch(ref=factories.next_ref_now("payout_batch")))
    account = {"bank_bin": "970436", "account_number": "0011012345678", "account_holder": "HTX BANH"}
    known = {"batch_id": batch.id, "seller_id": seller.id, "state": PayoutState.PLANNED, "amount_vnd": 100_000}
    return factories.stored(Payout(ref=factories.next_ref_now("payout"), memo="OCOP CT2026", **account, **known))


def batch(world: World, role: str) -> Asked:
    return Asked({"ref": _planned().batch.ref})


def payout(world: World, role: str) -> Asked:
    return Asked({"ref": _planned().ref}, {"bank_ref": "FT26326"})


def lost_payout(world: World, role: str) -> Asked:
    return Asked({"ref": _planned().ref}, {"reason": "Sai số tài khoản"})


def new_rule(world: World, role: str) -> Asked:
    first = clock.today() + timedelta(days=2 * factories.number())
    return Asked(form={**RULE, "valid_from": first.isoformat(), "valid_to": first.isoformat()})


def rule(world: World, role: str) -> Asked:
    first = date(2090, 1, 1) + timedelta(days=factories.number())
    known = {"kind": TaxKind.SERVICES, "vat_points": 500, "pit_points": 200, "certainty": Certainty.LOW}
    made = TaxRule(ref=f"thu-{factories.number()}", valid_from=first, valid_to=first, source="thử", **known)
    return Asked({"ref": factories.stored(made).ref})


def bank_file(world: World, role: str) -> Asked:
    content = "Ngày,Ghi có,Nội dung\n22/11/2026,100.000,OCOP DH2026000001\n"
    return Asked(form={"statement": (io.BytesIO(content.encode()), "sao-ke.csv")})


def bank_statement(world: World, role: str) -> Asked:
    paid = making.payment_of(world.order(role, OrderState.AWAITING_PAYMENT))
    seller = db.session.get_one(Organisation, world.seller_id)
    known = {"name": "sao-ke.csv", "line_count": 1, "settled_count": 0}
    sent = factories.stored(BankStatement(ref=factories.next_ref_now("bank_statement"), seller_id=seller.id, **known))
    line = {"words": paid.memo, "amount_vnd": paid.amount_vnd, "event_id": f"bank:{sent.ref}", "kind": Match.EXACT}
    made = factories.stored(StatementLine(statement_id=sent.id, payment_id=paid.id, number=2, **line))
    return Asked({"ref": sent.ref}, {"line": str(made.id)})
