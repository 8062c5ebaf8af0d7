"""A delivery on terms is taken over: what the buyer accepts she pays, what she rejects she does not.

Nobody who is silent accepts anything: a delivery that is not checked in time counts as delivered, unchecked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.catalogue import services as catalogue
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.events import publish
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refusals import Refused
from marketplace.orders.events import OrderReceived
from marketplace.orders.models import Order, OrderLine, Receipt, ReceiptLine, ReceiptPhoto
from marketplace.orders.services.fulfilment import deliver
from marketplace.orders.services.locking import lock_order
from marketplace.orders.services.reducing import goods_back_amount, reduce
from marketplace.orders.services.telling import step, tell_buyer, tell_seller
from marketplace.orders.states import OrderAction, OrderState, RejectReason, Side, StepKind

MOST_PHOTOS = 5
CHECKABLE = (OrderState.SHIPPED, OrderState.DELIVERED)
# whoever finds this can show it
SEEN = (RejectReason.DAMAGED, RejectReason.WRONG_GOODS, RejectReason.POOR_QUALITY, RejectReason.OUT_OF_DATE)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the buyer says of one line: packs accepted and rejected (together those that were sent), and why."""

    accepted: int
    rejected: int = 0
    reason: RejectReason | None = None
    note: str = ""


def may_check(order: Order) -> bool:
    """Goods on terms are on their way or there, and nobody has said yet what of them is accepted."""
    return order.is_on_terms and order.state in CHECKABLE and order.delivery_receipt is None


def check_until(order: Order, until: datetime) -> None:
    """The paper that the order follows says until when the buyer checks what was delivered."""
    if order.is_on_terms and order.state is OrderState.DELIVERED and order.due_at is not None:
        order.due_at = until


def check_delivery(
    order: Order, checked: Mapping[int, Checked], *, note: str = "", photos: Sequence[str] = (), by: Actor
) -> Receipt:
    """The buyer says by line id what she accepts; she owes accepted packs at their price in đồng, and the order ends.

    `photos` are hashes of private pictures that are in the store already. A line that is not named is accepted whole.
    """
    lock_order(order)
    db.session.refresh(order, ["delivery_receipt"])
    if not may_check(order):
        raise Refused(_("This delivery cannot be checked now: look at the order once more."))
    said = {line.id: checked.get(line.id, Checked(line.shipped_quantity)) for line in order.lines}
    for line in order.lines:
        _check(line, said[line.id])
    if any(one.reason in SEEN for one in said.values()) and not photos:
        raise Refused(_("Please add at least one photo that shows what is wrong."), field="photos")
    if order.state is OrderState.SHIPPED:
        deliver(order, on=clock.today(), by=by, is_checked=True)
    receipt = _receipt(order, by, is_checked=True, note=note)
    receipt.lines = [_line(line, said[line.id]) for line in order.lines if line.shipped_quantity]
    receipt.photos = [ReceiptPhoto(sha256=sha256, position=place) for place, sha256 in enumerate(photos[:MOST_PHOTOS])]
    _take_off(order, said, by)
    _end(order, receipt, StepKind.CHECKED, Side.BUYER, by)
    return receipt


def count_unchecked(order: Order, *, by: Actor) -> None:
    """The days to check a delivery have passed: it counts as delivered in full, unchecked, and its money is due."""
    lock_order(order)
    if order.state is not OrderState.DELIVERED or order.delivery_receipt is not None:
        return
    receipt = _receipt(order, by, is_checked=False)
    _end(order, receipt, StepKind.UNCHECKED, Side.PLATFORM, by)


def _check(line: OrderLine, one: Checked) -> None:
    """Accepted and rejected packs of a line are all that were sent, and what is rejected has a reason."""
    sent = line.shipped_quantity
    if not (0 <= one.accepted <= sent and 0 <= one.rejected <= sent):
        raise Refused(_("Please type a number from 0 to %(most)s.", most=sent), field=f"accepted-{line.sku}")
    if one.accepted + one.rejected != sent:
        sentence = _(
            "%(sent)s packs of %(name)s were sent: accepted and rejected ones together must be as many.",
            sent=sent,
            name=line.product_name,
        )
        raise Refused(sentence, field=f"accepted-{line.sku}")
    if one.rejected and one.reason is None:
        sentence = _("Please say why packs of %(name)s are not accepted.", name=line.product_name)
        raise Refused(sentence, field=f"reason-{line.sku}")


def _receipt(order: Order, by: Actor, *, is_checked: bool, note: str = "") -> Receipt:
    receipt = Receipt(is_checked=is_checked, note=note, actor_kind=by.kind.value, actor_ref=by.ref, at=clock.now())
    order.delivery_receipt = receipt
    return receipt


def _line(line: OrderLine, one: Checked) -> ReceiptLine:
    reason = one.reason if one.rejected else None
    return ReceiptLine(line_id=line.id, accepted=one.accepted, rejected=one.rejected, reason=reason, note=one.note)


def _take_off(order: Order, said: Mapping[int, Checked], by: Actor) -> None:
    """What is not accepted is not paid; where nothing is, neither is its freight."""
    rejected = {line.id: said[line.id].rejected for line in order.lines}
    less = 0
    for line in order.lines:
        amount = goods_back_amount(line, rejected[line.id]) if rejected[line.id] else 0
        line.returned_vnd += amount
        line.returned_quantity += rejected[line.id]
        less += amount
    if not any(one.accepted for one in said.values()):
        less += order.freight_vnd
    reduce(order, less, source_ref=f"{order.hold_ref}/checked", by=by)
    for product_id, packs in sorted((line.variant.product_id, rejected[line.id]) for line in order.lines):
        if packs:
            catalogue.add_sold(product_id, -packs)


def _end(order: Order, receipt: Receipt, kind: StepKind, side: Side, by: Actor) -> None:
    """Nothing is left to do but to pay."""
    move(order, OrderAction.COMPLETE, by=by)
    order.due_at = None
    db.session.flush()
    accepted = sum(one.accepted for one in receipt.lines)
    rejected = sum(one.rejected for one in receipt.lines)
    action = "check_delivery" if receipt.is_checked else "count_unchecked"
    audit.record(audit.subject_of(order), action, by=by, accepted=accepted, rejected=rejected)
    step(order, kind, side)
    publish(OrderReceived(order, by))
    if receipt.is_checked:
        tell_seller(order, "checked", receipt=receipt_words(receipt), note=receipt.note)
        return
    tell_seller(order, "unchecked")
    tell_buyer(order, "unchecked")


def receipt_words(receipt: Receipt) -> list[dict[str, object]]:
    """What a letter says of each line."""
    return [
        {
            "name": one.line.product_name,
            "pack": one.line.variant_name,
            "accepted": one.accepted,
            "rejected": one.rejected,
            "reason": one.reason.value if one.reason else "",
            "note": one.note,
        }
        for one in receipt.lines
    ]
