"""Purchases made as people make them: a cart, a confirmation, and each step up to the state that a test asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, ActorKind, Role
from marketplace.core.database import db, writing
from marketplace.core.refs import new_token
from marketplace.orders import services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.queries.basket import basket_of
from marketplace.orders.queries.carts import cart_of
from marketplace.orders.services import Checkout
from marketplace.orders.states import CancelReason, OrderAction, OrderState
from marketplace.payments import services as payments
from marketplace.payments.models import Payment
from marketplace.places import queries as places
from tests import factories

TO = "ha-noi"
PATHS: dict[OrderState, tuple[OrderAction, ...]] = {
    OrderState.AWAITING_PAYMENT: (),
    OrderState.PLACED: (),
    OrderState.CONFIRMED: (OrderAction.CONFIRM,),
    OrderState.SHIPPED: (OrderAction.CONFIRM, OrderAction.SHIP),
    OrderState.DELIVERED: (OrderAction.CONFIRM, OrderAction.SHIP, OrderAction.DELIVER),
    OrderState.COMPLETED: (OrderAction.CONFIRM, OrderAction.SHIP, OrderAction.DELIVER, OrderAction.COMPLETE),
    OrderState.CANCELLED: (OrderAction.CANCEL,),
    OrderState.UNDELIVERED: (OrderAction.CONFIRM, OrderAction.SHIP, OrderAction.FAIL_DELIVERY),
    OrderState.RETURNED_TO_SELLER: (
        OrderAction.CONFIRM, OrderAction.SHIP, OrderAction.FAIL_DELIVERY, OrderAction.TAKE_BACK,
    ),
}  # fmt: skip


def a_guest() -> Actor:
    """Somebody without an account, with a cart of her own."""
    return Actor(kind=ActorKind.GUEST, ref=new_token())


def fill(buyer: Actor, *wishes: tuple[int, int]) -> None:
    """Put packs (variant id, quantity) into the buyer's cart."""
    with writing():
        for variant_id, quantity in wishes:
            services.add_line(buyer, db.session.get_one(Variant, variant_id), quantity)


@dataclass(frozen=True)
class Confirmation:
    """What a buyer has filled in, as plain values that any thread and any form can use."""

    token: str
    total: int
    phone: str = "0912345678"
    email: str = ""
    payment: str = "cod"
    street: str = "12 Hàng Bông"

    def checkout(self) -> Checkout:
        """The same for the service."""
        province = places.province_by_slug(TO)
        assert province is not None
        return Checkout(
            token=self.token,
            expected_total=self.total,
            name="Nguyễn Thị Lan",
            phone=self.phone,
            email=self.email,
            province=province,
            ward=places.wards_of(province)[0],
            street=self.street,
            payment=self.payment,
        )

    def form(self) -> dict[str, Any]:
        """The same as the page sends it."""
        details = self.checkout()
        typed = {name: getattr(self, name) for name in ("token", "phone", "email", "payment", "street")}
        place = {"province": TO, "ward": details.ward.code if details.ward else ""}
        return {**typed, **place, "name": details.name, "expected_total": str(self.total)}


def confirmation(buyer: Actor, **changes: Any) -> Confirmation:
    """The confirmation of what lies in the buyer's cart now."""
    cart = cart_of(buyer)
    assert cart is not None
    total = basket_of(cart, places.province_by_slug(TO)).total_vnd
    return Confirmation(token=cart.checkout_token, total=total, **changes)


def place(confirmed: Confirmation, buyer: Actor) -> str:
    """Confirm; the ref of the purchase."""
    details = confirmed.checkout()
    with writing():
        return services.place(details, by=buyer).ref


def purchase(buyer: Actor, variant_id: int, *, packs: int = 1, **changes: Any) -> Purchase:
    """Something bought."""
    fill(buyer, (variant_id, packs))
    ref = place(confirmation(buyer, **changes), buyer)
    return db.session.scalars(select(Purchase).where(Purchase.ref == ref)).one()


def order_in(state: OrderState, buyer: Actor, variant_id: int, *, paid_by: str = "", **changes: Any) -> Order:
    """An order of this buyer, brought into a state by the same services that people use."""
    payment = paid_by or ("vietqr" if state is OrderState.AWAITING_PAYMENT else "cod")
    (order,) = purchase(buyer, variant_id, payment=payment, **changes).orders
    seller = somebody_of(order.seller)
    if payment == "vietqr" and state is not OrderState.AWAITING_PAYMENT:
        pay(order, seller)
    for action in PATHS[state]:
        with writing():
            STEPS[action](order, seller)
    assert order.state is state
    return order


def pay(order: Order, seller: Actor) -> None:
    """The seller confirms the whole transfer."""
    with writing():
        payment = payment_of(order)
        payments.confirm_receipt(payment, amount_vnd=payment.amount_vnd, by=seller)


def payment_of(order: Order) -> Payment:
    """What is owed for an order."""
    return db.session.scalars(select(Payment).where(Payment.order_id == order.id)).one()


def somebody_of(seller: Organisation) -> Actor:
    """A manager of the producer whose name does not matter."""
    return Actor(
        kind=ActorKind.PERSON, ref="ND-tests", organisation_id=seller.id, organisation_ref=seller.ref,
        organisation_kind=seller.kind, organisation_verified=True, roles=frozenset({Role.MANAGER}),
    )  # fmt: skip


def _complete(order: Order, _seller: Actor) -> None:
    order.due_at = clock.now()
    services.pass_deadline(order)


def _today() -> date:
    return clock.today()


STEPS: dict[OrderAction, Any] = {
    OrderAction.CONFIRM: lambda order, seller: services.confirm(order, ship_on=_today(), by=seller),
    OrderAction.SHIP: lambda order, seller: services.ship(order, carrier="VNPost", tracking="EV1VN", by=seller),
    OrderAction.DELIVER: lambda order, seller: services.deliver(order, on=_today(), by=seller),
    OrderAction.FAIL_DELIVERY: lambda order, seller: services.fail_delivery(order, note="Không ai nhận", by=seller),
    OrderAction.TAKE_BACK: lambda order, seller: services.take_back(order, by=seller),
    OrderAction.CANCEL: lambda order, _seller: services.cancel(order, reason=CancelReason.UNPAID, by=SYSTEM),
    OrderAction.COMPLETE: _complete,
}


def goods(stock: int = 10, **columns: Any) -> int:
    """The id of a pack of a new product of a new seller."""
    factories.province(TO)
    return factories.variant_of(factories.product(factories.seller(), stock=stock, **columns)).id
