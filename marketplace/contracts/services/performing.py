"""What becomes of a call-off once it is an order: the contract's book, its chain and its deadlines follow the order.

Orders ask for the contract's lock before they lock themselves, so that everybody locks in one order.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.contracts.models import CallOff, CallOffLine, Deadline
from marketplace.contracts.queries.workdays import end_of_workday
from marketplace.contracts.services import books, deadlines, trail
from marketplace.contracts.states.agreements import Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.orders import services as orders
from marketplace.orders.models import Order

RECEIPT_DAYS = 3


def call_off_of(order: Order) -> CallOff | None:
    """The call-off that an order performs, where it performs one."""
    if not order.basis_ref:
        return None
    whole = joinedload(CallOff.agreement), selectinload(CallOff.lines).joinedload(CallOffLine.line)
    return db.session.scalar(select(CallOff).where(CallOff.order_id == order.id).options(*whole))


def lock_basis(order: Order) -> None:
    """The contract of an order is locked before it."""
    call_off = call_off_of(order)
    if call_off is not None:
        lock(call_off.agreement)


def confirmed(call_off: CallOff, by: Actor) -> None:
    """The seller promises the goods."""
    books.count(books.by_row(call_off), "confirmed")
    deadlines.close(DeadlineKind.CONFIRMATION, call_off.ref)
    _note(call_off, "call_off_confirmed", by)


def cancelled(call_off: CallOff, by: Actor) -> None:
    """The call-off is declined or called off: what it asked for may be called again."""
    order = call_off.order
    assert order is not None
    columns = ("called", "confirmed") if order.ship_on is not None else ("called",)
    books.count(_negative(books.by_row(call_off)), *columns)
    deadlines.close(DeadlineKind.CONFIRMATION, call_off.ref)
    _note(call_off, "call_off_cancelled", by, reason=order.cancel_reason.value if order.cancel_reason else None)


def shipped(call_off: CallOff, by: Actor) -> None:
    """The goods leave the seller; what is short may be called again."""
    asked, sent = books.by_row(call_off), _packs(call_off, "shipped_quantity")
    books.count({row: sent[row] - asked[row] for row in asked}, "called", "confirmed")
    _note(call_off, "call_off_shipped", by, short=sum(asked.values()) - sum(sent.values()))


def delivered(call_off: CallOff, by: Actor) -> None:
    """The goods are there: the buyer has working days to check them."""
    books.count(_packs(call_off, "shipped_quantity"), "delivered")
    agreement, order = call_off.agreement, call_off.order
    assert order is not None
    until = end_of_workday(agreement.policy.get("receipt_days", RECEIPT_DAYS))
    orders.check_until(order, until)
    deadlines.begin(agreement, DeadlineKind.RECEIPT, until=until, turn=Turn.BUYER, subject=call_off.ref)
    _note(call_off, "call_off_delivered", by, late_days=max(0, (clock.today() - call_off.due_on).days))


def received(call_off: CallOff, by: Actor) -> None:
    """The buyer has said what she accepts, or let the days pass: then nothing is called accepted."""
    order = call_off.order
    assert order is not None
    receipt = order.delivery_receipt
    assert receipt is not None
    deadlines.close(DeadlineKind.RECEIPT, call_off.ref)
    if not receipt.is_checked:
        _note(call_off, "call_off_unchecked", by)
        return
    rejected = _packs(call_off, "returned_quantity")
    sent = _packs(call_off, "shipped_quantity")
    books.count({row: sent[row] - rejected[row] for row in sent}, "accepted")
    books.count(rejected, "rejected")
    figures = {"accepted": sum(sent.values()) - sum(rejected.values()), "rejected": sum(rejected.values())}
    _note(call_off, "call_off_checked", by, due_vnd=order.due_vnd, **figures)


def returned(call_off: CallOff, by: Actor) -> None:
    """The whole delivery was refused at the door: its quantity may be called again."""
    books.count(_negative(_packs(call_off, "shipped_quantity")), "called", "confirmed")
    _note(call_off, "call_off_returned", by)


def _note(call_off: CallOff, kind: str, by: Actor, **figures: int | str | None) -> None:
    trail.note(call_off.agreement, kind, by=by, call_off=call_off.ref, **figures)


def _packs(call_off: CallOff, column: str) -> dict[int, int]:
    """A figure of the order's lines, by the id of the book's row."""
    order = call_off.order
    assert order is not None
    # they were written together, one for each
    pairs = zip(call_off.lines, order.lines, strict=True)
    return {one.line_id: int(getattr(line, column)) for one, line in pairs}


def _negative(quantities: dict[int, int]) -> dict[int, int]:
    return {row: -quantity for row, quantity in quantities.items()}


# --- what time does --------------------------------------------------------------------------------------------------


@deadlines.lapses(DeadlineKind.CONFIRMATION)
def not_answered(deadline: Deadline) -> None:
    """The seller has not answered in time: the call-off ends, its quantity may be called again, both are told."""
    call_off = _of(deadline)
    if call_off is not None and call_off.order is not None:
        orders.pass_deadline(call_off.order)


@deadlines.lapses(DeadlineKind.RECEIPT)
def not_checked(deadline: Deadline) -> None:
    """The buyer has not checked the goods in time: they count as delivered, unchecked, never as accepted."""
    call_off = _of(deadline)
    if call_off is not None and call_off.order is not None:
        orders.pass_deadline(call_off.order)


def _of(deadline: Deadline) -> CallOff | None:
    return db.session.scalar(select(CallOff).where(CallOff.ref == deadline.subject_ref))
