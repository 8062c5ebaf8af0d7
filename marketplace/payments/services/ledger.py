"""Booking: every business fact once, its entries summing to zero.

Debits are above zero. A sale makes the buyer owe (receivable) what the seller is to get (payable to seller). Money that
goes straight to the seller turns the receivable into "received by seller", and her commission is "due from seller";
money that the marketplace holds becomes "received by platform", and the commission lessens what is payable to her.
A sale that is reduced or called off is booked back; what was paid for it stands under "refund" until it is given back.
"""

from __future__ import annotations

from sqlalchemy import func, select

from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.payments.models import LedgerTransaction
from marketplace.payments.services.booking import book, booked
from marketplace.payments.services.booking import is_booked as is_booked
from marketplace.payments.services.withholding import give_back, withhold
from marketplace.payments.states import Account

SALE_KINDS = ("sale", "sale_reduced", "sale_called_off")
FEE_KINDS = ("fee", "fee_reduced", "fee_called_off")


def sale(order: Order, by: Actor, *, is_new: bool = False) -> None:
    """The buyer owes the order's total, the seller is to get it; once for each time goods are set aside."""
    total = order.total_vnd
    amounts = {Account.RECEIVABLE: total, Account.PAYABLE_TO_SELLER: -total}
    book("sale", order.hold_ref, amounts, order=order, by=by, is_new=is_new)


def sale_reduced(order: Order, source_ref: str, amount_vnd: int, commission_vnd: int, *, paid: bool, by: Actor) -> None:
    """The order comes to cost less: what was paid of that is to be given back, else it is no longer due. In đồng.

    `order.total_vnd` and `order.commission_vnd` stay as agreed: the ledger knows what was taken off. Raises ValueError
    for more than is left of the sale.
    """
    if is_booked("sale_reduced", source_ref):
        return
    if not 0 < amount_vnd <= left_of_sale(order) or commission_vnd < 0:
        raise ValueError(f"{source_ref} takes more off {order.ref} than is left of it")
    against = Account.REFUND if paid else Account.RECEIVABLE
    amounts = {Account.PAYABLE_TO_SELLER: amount_vnd, against: -amount_vnd}
    book("sale_reduced", source_ref, amounts, order=order, by=by, commission_vnd=commission_vnd)
    _adjust_fee(order, "fee_reduced", source_ref, by)
    give_back(order, source_ref, left_of_sale(order), by=by)


def sale_called_off(order: Order, *, paid: bool, by: Actor) -> None:
    """The sale is off: nobody owes for it; what was paid is to be given back, the commission is not due."""
    left = left_of_sale(order)
    against = Account.REFUND if paid else Account.RECEIVABLE
    book("sale_called_off", order.hold_ref, {Account.PAYABLE_TO_SELLER: left, against: -left}, order=order, by=by)
    _adjust_fee(order, "fee_called_off", order.hold_ref, by)
    give_back(order, order.hold_ref, 0, by=by)


def received_by_seller(order: Order, source_ref: str, amount_vnd: int, *, for_goods: bool, by: Actor) -> None:
    """Money reached the seller: for the goods, or to be given back. What she owes for it is asked of her monthly."""
    _received(order, source_ref, amount_vnd, Account.RECEIVED_BY_SELLER, for_goods=for_goods, by=by)


def received_by_platform(order: Order, source_ref: str, amount_vnd: int, *, for_goods: bool, by: Actor) -> None:
    """Money reached the marketplace, which pays it on: for the goods less what is due for them, or to be given back."""
    _received(order, source_ref, amount_vnd, Account.RECEIVED_BY_PLATFORM, for_goods=for_goods, by=by)


def _received(order: Order, source_ref: str, amount_vnd: int, where: Account, *, for_goods: bool, by: Actor) -> None:
    against = Account.RECEIVABLE if for_goods else Account.REFUND
    fresh = book("receipt", source_ref, {where: amount_vnd, against: -amount_vnd}, order=order, by=by)
    if fresh and for_goods:
        charged = charged_to(where)
        book("fee", order.hold_ref, _fee(charged, _commission_left(order)), order=order, by=by)
        withhold(order, source_ref, amount_vnd, charged=charged, by=by)


def refunded_by_seller(order: Order, refund_ref: str, amount_vnd: int, *, by: Actor) -> None:
    """The seller gave money back."""
    amounts = {Account.REFUND: amount_vnd, Account.RECEIVED_BY_SELLER: -amount_vnd}
    book("refund", refund_ref, amounts, order=order, by=by)


def refunded_by_platform(order: Order, refund_ref: str, amount_vnd: int, *, by: Actor) -> None:
    """The marketplace gave money back that it had received."""
    amounts = {Account.REFUND: amount_vnd, Account.RECEIVED_BY_PLATFORM: -amount_vnd}
    book("refund", refund_ref, amounts, order=order, by=by)


def refund_came_back(order: Order, source_ref: str, amount_vnd: int, *, by: Actor) -> None:
    """Money that the marketplace gave back did not stay with the buyer: it is with the marketplace again."""
    amounts = {Account.RECEIVED_BY_PLATFORM: amount_vnd, Account.REFUND: -amount_vnd}
    book("refund_came_back", source_ref, amounts, order=order, by=by)


# --- what an order's bookings come to --------------------------------------------------------------------------------


def left_of_sale(order: Order) -> int:
    """What the seller is still to get for an order, in đồng: its total less what was taken off or called off."""
    return -booked(order, SALE_KINDS).get(Account.PAYABLE_TO_SELLER, 0)


def charged_to(where: Account) -> Account:
    """Who holds the money says how the seller pays what is due for it: out of it, or by a bill."""
    return Account.PAYABLE_TO_SELLER if where is Account.RECEIVED_BY_PLATFORM else Account.DUE_FROM_SELLER


def _fee(charged: Account, amount_vnd: int) -> dict[Account, int]:
    return {charged: amount_vnd, Account.COMMISSION: -amount_vnd}


def _commission_left(order: Order) -> int:
    """The commission agreed, less what went with goods taken off the order since they were last set aside."""
    if not left_of_sale(order):
        return 0
    taken_off = func.coalesce(func.sum(LedgerTransaction.commission_vnd), 0)
    reduced = (LedgerTransaction.order_id == order.id) & (LedgerTransaction.kind == "sale_reduced")
    return max(0, order.commission_vnd - int(db.session.scalar(select(taken_off).where(reduced)) or 0))


def _adjust_fee(order: Order, kind: str, source_ref: str, by: Actor) -> None:
    """Where a commission is booked, book what makes it the one that is due now."""
    standing = booked(order, FEE_KINDS)
    charged = next((account for account in standing if account is not Account.COMMISSION), None)
    if charged is not None:
        book(kind, source_ref, _fee(charged, _commission_left(order) - standing[charged]), order=order, by=by)
