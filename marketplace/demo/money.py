"""Card money, a payout and bills for the demonstration, made by the same services that people use."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product, Variant
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.demo import history
from marketplace.demo.reading import rows, sku_of
from marketplace.inventory import services as inventory
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments.models import Payment
from marketplace.payments.queries import bills, money, payouts
from marketplace.payments.services import Told, settle
from marketplace.payments.services.bills import make_bill, pay_bill
from marketplace.payments.services.payouts import confirm_payout, plan_payouts

SELLERS = 6
DAYS_AGO = (61, 47, 33, 12, 3)
PAID_OUT_AGO = 20
LEAST_VND = 50_000


def make() -> None:
    """Some orders paid by card, one batch of payouts, the bills of the last months."""
    acting = history._people_who_act()
    chosen = _packs()
    _sold([days for days in DAYS_AGO if days > PAID_OUT_AGO], chosen, acting)
    _paid_out()
    _sold([days for days in DAYS_AGO if days < PAID_OUT_AGO], chosen, acting)
    _billed()


def _sold(days_ago: list[int], chosen: list[tuple[str, int]], acting: history.Acting) -> None:
    for number, days in enumerate(days_ago):
        for place, (sku, _variant_id) in enumerate(chosen):
            if (number + place) % 2 == 0:
                _bought(sku, clock.now() - timedelta(days=days, hours=place), acting, number + place)


def _packs() -> list[tuple[str, int]]:
    """One pack of each of some producers, households first, with enough of it on the shelf."""
    asked = select(Variant.sku, Variant.id, Organisation).join(Product, Variant.product_id == Product.id)
    asked = asked.join(Organisation, Product.seller_id == Organisation.id).where(Variant.is_actual_weight.is_(False))
    known = {sku for sku, *_rest in _stocked()}
    first: dict[int, tuple[str, int, bool]] = {}
    for sku, variant_id, seller in db.session.execute(asked.order_by(Variant.id)):
        if sku in known:
            first.setdefault(seller.id, (sku, variant_id, seller.is_household))
    return [(sku, id_) for sku, id_, _is in sorted(first.values(), key=lambda one: not one[2])[:SELLERS]]


def _stocked() -> list[tuple[str, str]]:
    """Goods that lie on a shelf and that anybody may buy."""
    return [
        (sku_of(row["id"], 0), row["id"])
        for row in rows("listings")
        if row["stock"] == "stocked" and not row["needs_age"] and row["set"] != 26
    ]


def _bought(sku: str, at: datetime, acting: history.Acting, number: int) -> None:
    buyer = rows("people")[number % len(rows("people"))]
    row = next(one for one in rows("listings") if sku_of(one["id"], 0) == sku)
    pack = row["variants"][0]
    packs = max(pack["minimum"], pack["multiple"]) * 2
    with clock.frozen(at - timedelta(hours=1)), writing():
        item = inventory.open_stock([db.session.scalars(select(Variant.id).where(Variant.sku == sku)).one()])[0]
        inventory.receive(item, packs, by=SYSTEM)
    plan = history.Plan(buyer=buyer, at=at, wishes=((sku, packs),), payment="vietqr", stage=4)
    with clock.frozen(at):
        purchase = history._place(plan, acting.buyers[buyer["email"]])
    for order in purchase.orders if purchase else ():
        _paid_by_card(order, at)
        _delivered(order, at, acting)
    db.session.expunge_all()


def _paid_by_card(order: Order, at: datetime) -> None:
    """The demonstration has no card company: its word is put in its mouth."""
    payment = db.session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
    with clock.frozen(at + timedelta(minutes=4)), writing():
        payment.provider = payment.order.payment_method = "stripe"
        told = Told(
            provider="stripe",
            event_id=f"demo:{order.ref}",
            kind="checkout.session.completed",
            amount_vnd=payment.amount_vnd,
            charge_ref=f"pi_demo_{order.ref}",
        )
        settle(payment, told, by=SYSTEM)


def _delivered(order: Order, at: datetime, acting: history.Acting) -> None:
    seller = history._seller_of(order, acting)
    until = clock.now()
    if at + timedelta(days=5) > until:
        return
    with clock.frozen(at + timedelta(hours=5)), writing():
        orders.confirm(order, ship_on=clock.today(), by=seller)
    with clock.frozen(at + timedelta(hours=9)), writing():
        orders.ship(order, carrier="Viettel Post", tracking=f"VTP{order.id:08d}", by=seller)
    with clock.frozen(at + timedelta(days=3)), writing():
        orders.deliver(order, on=clock.today(), by=seller)


def _paid_out() -> None:
    with clock.frozen(clock.now() - timedelta(days=PAID_OUT_AGO)):
        due = [one.seller.id for one in payouts.due_payouts(LEAST_VND) if one.account]
        if not due:
            return
        with writing():
            batch = plan_payouts(due, least_vnd=LEAST_VND, by=SYSTEM)
            refs = [payout.ref for payout in batch.payouts]
        for number, ref in enumerate(refs):
            payout = payouts.payout_by_ref(ref)
            with writing():
                assert payout is not None
                confirm_payout(payout, bank_ref=f"FT2630{number:07d}", by=SYSTEM)


def _billed() -> None:
    """Last months' bills; those of the month before last are paid."""
    for back in (3, 2, 1):
        month = money.month_after(money.this_month(), -back)
        made = clock.start_of(money.month_after(month)) + timedelta(hours=6)
        with clock.frozen(made):
            for seller_id in bills.sellers_to_bill(month):
                _one_bill(seller_id, month, pay=back > 1)


def _one_bill(seller_id: int, month: date, *, pay: bool) -> None:
    with writing():
        bill = make_bill(seller_id, month, by=SYSTEM)
        if bill is not None and pay:
            pay_bill(bill, bank_ref=f"FT26{bill.id:010d}", by=SYSTEM)
