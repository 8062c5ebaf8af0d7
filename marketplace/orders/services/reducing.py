"""An order comes to cost less: sums are split so that parts always agree, the commission follows the goods."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marketplace.core import audit
from marketplace.core.actors import Actor
from marketplace.core.events import publish
from marketplace.core.money import rounded, split
from marketplace.orders.events import OrderReduced
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.states import ReturnState

MONEY_BACK = (ReturnState.RECEIVED, ReturnState.REFUNDED)


def agreed_shares(order: Order) -> dict[int, int]:
    """What the buyer agreed to pay for each line, in đồng by the line's id: its share of goods less discount."""
    shares = split(order.goods_vnd - order.discount_vnd, [line.amount_vnd for line in order.lines])
    return {line.id: share for line, share in zip(order.lines, shares, strict=True)}


def settled_amount(line: OrderLine, share_vnd: int, packs: int, grams: int | None) -> int:
    """What packs of a line cost, in đồng: as agreed for so many, and by weight where that is less; never more."""
    agreed = share_vnd * packs // line.quantity
    if line.estimated_grams is None or grams is None:
        return agreed
    weighed = rounded(Decimal(share_vnd) * grams / (line.estimated_grams * line.quantity))
    return min(agreed, weighed)


def goods_back_amount(line: OrderLine, packs: int) -> int:
    """What is given back for so many more packs of a shipped line, in đồng; all packs together: all that was paid."""
    paid = line.amount_vnd if line.settled_vnd is None else line.settled_vnd
    return paid * (line.returned_quantity + packs) // line.shipped_quantity - line.returned_vnd


def freight_back_amount(order: Order, *, more_vnd: int = 0) -> int:
    """The share of the freight that goes back with goods that came faulty and is not given back yet, in đồng.

    `more_vnd` is the worth of faulty goods that are not accepted yet, for who wants to know beforehand.

    It follows the worth of all such goods so far: with all goods of the order, all of the freight has gone back.
    """
    faulty = more_vnd + sum(
        one.goods_vnd for one in order.returns if one.reason.is_sellers_fault and one.state in MONEY_BACK
    )
    paid = sum(line.due_vnd + line.returned_vnd for line in order.lines)
    return order.freight_vnd * faulty // paid - order.reduced_freight_vnd if paid else 0


def reduce(order: Order, amount_vnd: int, *, source_ref: str, by: Actor) -> None:
    """The order costs so many đồng less, and its commission shrinks with the goods; nothing happens where it is 0.

    The caller holds the order's lock and has written the goods' part on the lines.
    """
    if amount_vnd == 0:
        return
    goods, left = order.goods_vnd - order.discount_vnd, sum(line.due_vnd for line in order.lines)
    commission = order.commission_vnd - (order.commission_vnd * left // goods if goods else 0)
    less = commission - order.reduced_commission_vnd
    order.reduced_vnd += amount_vnd
    order.reduced_commission_vnd = commission
    figures: dict[str, Any] = {"amount_vnd": amount_vnd, "commission_vnd": less, "source": source_ref}
    audit.record(audit.subject_of(order), "reduce", by=by, **figures)
    publish(OrderReduced(order=order, by=by, amount_vnd=amount_vnd, commission_vnd=less, source_ref=source_ref))
