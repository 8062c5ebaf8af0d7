"""A small market for the tests of money: a seller with goods, a buyer, orders placed as the checkout places them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, ActorKind, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.events import publish
from marketplace.core.outbox import Notice
from marketplace.core.refs import new_token, next_ref
from marketplace.inventory import services as inventory
from marketplace.orders import services as orders
from marketplace.orders.events import OrderPlaced
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.states import CancelReason, DeliveryKind, OrderState
from marketplace.payments import queries, services
from marketplace.payments.models import BankAccount, LedgerEntry, LedgerTransaction, Payment, ProviderEvent, Refund
from marketplace.payments.states import PaymentState, RefundState
from tests import factories

PRICE = 100_000
ACCOUNT = {"bank_bin": "970436", "number": "0011012345678", "holder": "NGUYEN THI LAN"}


@dataclass(frozen=True)
class Market:
    """One producer with one pack on the shelf of her shop, and one buyer with an account."""

    seller: Organisation
    manager: Person
    buyer: Person
    variant: Variant

    @property
    def sells(self) -> Actor:
        return factories.actor(self.manager, self.seller, Role.MANAGER)

    @property
    def buys(self) -> Actor:
        return factories.actor(self.buyer)


def a_market(*, stock: int = 100, set_number: int = 6) -> Market:
    """A market whose pack costs PRICE."""
    seller = factories.organisation()
    factories.bank_account(seller)
    goods = factories.product(seller, price_vnd=PRICE, stock=stock, set_number=set_number)
    return Market(seller, factories.manager_of(seller), factories.person(), factories.variant_of(goods))


def placed(
    market: Market,
    *,
    method: str = "vietqr",
    quantity: int = 1,
    person: bool = True,
    email: str = "khach@vidu.vn",
    commission_vnd: int = 0,
) -> str:
    """Place one order and hand back its ref; the goods are set aside and its payment is open."""
    with writing():
        return _placed(market, method, quantity, person, email, commission_vnd).ref


def _placed(market: Market, method: str, quantity: int, person: bool, email: str, commission_vnd: int) -> Order:
    prepaid = method in {"vietqr", "stripe"}
    until = clock.now() + timedelta(hours=24 if prepaid else 48)
    total, ref = PRICE * quantity, next_ref("order")
    order = Order(
        ref=ref,
        hold_ref=ref,
        seller=db.session.get_one(Organisation, market.seller.id),
        seller_name=market.seller.legal_name,
        state=OrderState.AWAITING_PAYMENT if prepaid else OrderState.PLACED,
        delivery=DeliveryKind.PICK_UP,
        payment_method=method,
        goods_vnd=total,
        freight_vnd=0,
        total_vnd=total,
        commission_vnd=commission_vnd,
        ready_on=clock.today(),
        earliest_on=clock.today(),
        latest_on=clock.today(),
        due_at=until,
        lines=[_line(market.variant, quantity)],
    )
    purchase = _purchase(market, method, total, person, email)
    purchase.orders.append(order)
    db.session.add(purchase)
    db.session.flush()
    inventory.reserve([inventory.Demand(market.variant.id, quantity, ref, until)], by=SYSTEM)
    publish(OrderPlaced(order, market.buys))
    return order


def _line(variant: Variant, quantity: int) -> OrderLine:
    words = {"product_name": "Bánh đậu xanh", "product_slug": "banh", "variant_name": "Hộp 300 g", "set_number": 6}
    prices = {"unit_price_vnd": PRICE, "list_price_vnd": PRICE, "amount_vnd": PRICE * quantity, "vat_percent": 8}
    return OrderLine(variant_id=variant.id, sku=variant.sku, quantity=quantity, **words, **prices)


def _purchase(market: Market, method: str, total: int, person: bool, email: str) -> Purchase:
    return Purchase(
        ref=next_ref("purchase"),
        token=new_token(),
        person_id=market.buyer.id if person else None,
        name="Nguyễn Thị Lan",
        phone="0912345678",
        email="" if person else email,
        province_id=market.seller.province_id,
        payment_method=method,
        total_vnd=total,
        terms_version="2026-11",
    )


def guest_of(order_ref: str) -> Actor:
    """The guest who holds the key of an order's purchase."""
    ref = order_of(order_ref).purchase.ref
    return Actor(kind=ActorKind.GUEST, ref="", grants=frozenset({f"purchase:{ref}"}))


# --- looking at it as it is stored now ---


def order_of(ref: str) -> Order:
    return db.session.scalars(select(Order).where(Order.ref == ref)).one()


def payment_of(order_ref: str) -> Payment:
    return db.session.scalars(select(Payment).join(Payment.order).where(Order.ref == order_ref)).one()


def refunds_of(order_ref: str) -> list[Refund]:
    asked = select(Refund).where(Refund.payment_id == payment_of(order_ref).id).order_by(Refund.id)
    return list(db.session.scalars(asked))


def state_of(order_ref: str) -> tuple[OrderState, PaymentState]:
    db.session.rollback()
    return order_of(order_ref).state, payment_of(order_ref).state


def told(template: str) -> list[tuple[str, str]]:
    """Who was sent a notice: kind and ref of each recipient, oldest first."""
    found = db.session.scalars(select(Notice).where(Notice.template == template).order_by(Notice.id))
    return [(notice.recipient_kind, notice.recipient_ref) for notice in found]


def balances(order_ref: str) -> dict[str, int]:
    """What the ledger's accounts hold for one order, those at zero left out."""
    summed = (
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_vnd))
        .join(LedgerTransaction)
        .where(LedgerTransaction.order_id == order_of(order_ref).id)
        .group_by(LedgerEntry.account)
    )
    return {account.value: int(amount) for account, amount in db.session.execute(summed) if amount}


def snapshot() -> list[int]:
    """How many rows there are of everything that money could leave behind, and what the payments say."""
    db.session.rollback()
    tables = (AuditEntry, Notice, ProviderEvent, LedgerTransaction, LedgerEntry, Refund, BankAccount)
    counts = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    sums = select(func.coalesce(func.sum(Payment.received_vnd + 3 * Payment.refunded_vnd), 0))
    states = select(Payment.state).order_by(Payment.id)
    refunds = select(Refund.state).order_by(Refund.id)
    marks = [hash((*db.session.scalars(states), *db.session.scalars(refunds)))]
    return [*counts, int(db.session.scalar(sums) or 0), *marks]


# --- what may happen ---


def confirm(market: Market, order_ref: str, amount_vnd: int = PRICE) -> str:
    payment = payment_of(order_ref)
    with writing():
        return services.confirm_receipt(payment, amount_vnd=amount_vnd, by=market.sells)


def declare(market: Market, order_ref: str) -> None:
    payment = payment_of(order_ref)
    with writing():
        services.declare(payment, by=market.buys)


def dispute(market: Market, order_ref: str) -> None:
    payment = payment_of(order_ref)
    with writing():
        services.dispute(payment, by=market.sells)


def cancel(market: Market, order_ref: str, *, by: Actor | None = None) -> None:
    order = order_of(order_ref)
    with writing():
        orders.cancel(order, reason=CancelReason.CHANGED_MIND, by=by or market.buys)


def expire(order_ref: str) -> bool:
    """The clock of the market passes the time to pay."""
    order = order_of(order_ref)
    if order.due_at is None or order.state is not OrderState.AWAITING_PAYMENT:
        return False
    with clock.frozen(order.due_at + timedelta(seconds=1)), writing():
        return orders.pass_deadline(order)


def end_review(order_ref: str) -> bool:
    payment = payment_of(order_ref)
    with clock.frozen((payment.expires_at or clock.now()) + timedelta(seconds=1)), writing():
        return services.end_review(payment, by=SYSTEM)


def name_account(market: Market, order_ref: str) -> None:
    for refund in refunds_of(order_ref):
        if refund.state is RefundState.WAITING_FOR_ACCOUNT:
            with writing():
                services.name_refund_account(refund, **ACCOUNT, by=market.buys)


def pay_back(market: Market, order_ref: str) -> None:
    for refund in refunds_of(order_ref):
        if refund.state is RefundState.DUE:
            with writing():
                services.confirm_refund(refund, transfer_ref="FT26326000001", by=market.sells)


def faults(*order_refs: Sequence[str]) -> list[str]:
    db.session.rollback()
    return queries.ledger_faults()
