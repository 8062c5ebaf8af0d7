"""Orders that are paid by card, for the acts of their buyers and of the operator."""

from __future__ import annotations

from marketplace.core.actors import SYSTEM
from marketplace.core.database import writing
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import CancelReason, OrderState
from marketplace.payments import services as payments
from marketplace.payments.models import ProviderEvent
from marketplace.payments.providers.stripe import SessionSeen
from tests import factories
from tests.access import making
from tests.access.things import Asked, _refund_of
from tests.access.world import World


def _by_card(world: World, role: str) -> Order:
    """An unpaid order that is to be paid by card, its page ready."""
    order = world.order(role, OrderState.AWAITING_PAYMENT)
    with writing():
        order.purchase.payment_method = order.payment_method = "stripe"
        payment = making.payment_of(order)
        payment.provider = "stripe"
        session = payments.want_session(order.purchase, by=SYSTEM)
        assert session is not None
        page = SessionSeen(
            provider_ref=f"cs_{factories.number()}", reference=session.ref, status="open", is_paid=False, amount_vnd=0,
            currency="VND", charge_ref="", url="https://checkout.stripe.com/c/pay/cs_1",
        )  # fmt: skip
        payments.record_page(session, page, by=SYSTEM)
        payments.note_asked(session)
    return order


def card_purchase(world: World, role: str) -> Asked:
    return Asked({"ref": _by_card(world, role).purchase.ref})


def _told(order: Order, amount_vnd: int) -> None:
    number = factories.number()
    told = payments.Told(
        provider="stripe", event_id=f"pi_{number}", kind="card_paid", amount_vnd=amount_vnd, charge_ref=f"pi_{number}"
    )
    with writing():
        payments.settle(making.payment_of(order), told, by=SYSTEM)


def card_review(world: World, role: str) -> Asked:
    order = _by_card(world, "buyer")
    _told(order, 1)
    return Asked({"ref": making.payment_of(order).ref})


def failed_refund(world: World, role: str) -> Asked:
    order = _by_card(world, "buyer")
    _told(order, making.payment_of(order).amount_vnd)
    with writing():
        orders.cancel(order, reason=CancelReason.OTHER, by=SYSTEM)
    refund = _refund_of(order)
    for _attempt in range(2):
        with writing():
            payments.fail_refund(refund, "expired_or_canceled_card", by=SYSTEM)
    return Asked({"ref": refund.ref})


def card_event(world: World, role: str) -> Asked:
    name = f"evt_{factories.number()}"
    figures = {"provider": "stripe", "kind": "charge.dispute.created", "amount_vnd": 50_000, "outcome": "look"}
    factories.stored(ProviderEvent(event_id=name, content={}, **figures))
    return Asked({"name": name})
