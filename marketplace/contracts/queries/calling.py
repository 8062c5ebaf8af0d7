"""What people read of a contract's performance: its book line by line, its call-offs, and what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.contracts.models import Agreement, AgreementLine, CallOff, CallOffLine
from marketplace.contracts.queries.in_force import terms_in_force
from marketplace.contracts.queries.open_matters import book_of
from marketplace.contracts.states.agreements import AgreementState
from marketplace.contracts.states.performing import CallOffState
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.orders.models import Order, Receipt
from marketplace.orders.queries import timeline
from marketplace.orders.states import OrderState
from marketplace.web.filters import day

# nothing is delivered any more
OFF = (OrderState.CANCELLED, OrderState.RETURNED_TO_SELLER)
TO_DO = (OrderState.PLACED, OrderState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class BookRow:
    """One line of the book with the words of the contract."""

    row: AgreementLine
    product: str
    pack: str
    unit: str
    tolerance_percent: int

    @property
    def left(self) -> int:
        """How much may still be called, tolerance included."""
        return self.row.most - self.row.called

    @property
    def unchecked(self) -> int:
        """Delivered, and neither accepted nor rejected."""
        return self.row.delivered - self.row.accepted - self.row.rejected


def book_rows(agreement: Agreement, terms: dict[str, Any] | None = None) -> list[BookRow]:
    """The book of a contract in the order of its text; empty before it is in force."""
    terms = terms or terms_in_force(agreement) or {"lines": []}
    named = {line["key"]: line for line in terms["lines"]}
    return [_row(row, named.get(row.key, {})) for row in book_of(agreement)]


def _row(row: AgreementLine, line: dict[str, Any]) -> BookRow:
    words = {name: str(line.get(name) or "") for name in ("product", "pack", "unit")}
    return BookRow(
        row, words["product"] or row.key, words["pack"], words["unit"], int(line.get("tolerance_percent") or 0)
    )


def call_offs_of(agreement: Agreement, *, drafts: bool) -> Select[CallOff]:
    """The call-offs of a contract, the newest first; drafts only for the buyer's own eyes."""
    mine = select(CallOff).where(CallOff.agreement_id == agreement.id)
    states = (CallOffState.PLACED, CallOffState.DRAFT) if drafts else (CallOffState.PLACED,)
    return mine.where(CallOff.state.in_(states)).options(*_shown()).order_by(CallOff.ordinal.desc())


def latest_of(agreement: Agreement, *, drafts: bool, most: int) -> Sequence[CallOff]:
    """The newest of them."""
    return db.session.scalars(call_offs_of(agreement, drafts=drafts).limit(most)).all()


def call_offs_of_actor(actor: Actor) -> Select[CallOff]:
    """Placed call-offs of every contract on whose side an organisation stands, the newest first."""
    own = actor.organisation_id or 0
    either = (Agreement.seller_id == own) | (Agreement.buyer_id == own)
    mine = select(CallOff).join(CallOff.agreement).where(either, CallOff.state == CallOffState.PLACED)
    sides = contains_eager(CallOff.agreement).options(joinedload(Agreement.seller), joinedload(Agreement.buyer))
    return mine.options(*_shown(), sides).order_by(CallOff.id.desc())


def _shown() -> tuple[Any, ...]:
    order = joinedload(CallOff.order)
    return (
        selectinload(CallOff.lines).joinedload(CallOffLine.line),
        order.selectinload(Order.lines),
        order.selectinload(Order.steps),
        order.joinedload(Order.delivery_receipt).selectinload(Receipt.lines),
    )


# --- one call-off in words ---


def state_of(call_off: CallOff) -> str:
    """Its state in words: that of its order, once it is one."""
    return timeline.state_of(call_off.order) if call_off.order is not None else str(call_off.state.label)


def tone_of(call_off: CallOff) -> str:
    """The colour that goes with the state's word."""
    return timeline.tone_of(call_off.order) if call_off.order is not None else "muted"


def days_late(call_off: CallOff) -> int:
    """By how many days the goods came after their day, or are not there though it has passed."""
    order = call_off.order
    if order is None or order.state in OFF:
        return 0
    came = clock.local(order.delivered_at).date() if order.delivered_at is not None else clock.today()
    return max(0, (came - call_off.due_on).days)


def timing_of(call_off: CallOff) -> str:
    """Whether the goods are late, in words; empty where they are not."""
    late = days_late(call_off)
    if not late:
        return ""
    if call_off.order is not None and call_off.order.delivered_at is not None:
        return _("came %(days)s days late", days=late)
    return _("%(days)s days late", days=late)


# --- what waits ---


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a seller has to do about call-offs: how many wait for her word, how many for shipping, and the next ones."""

    to_confirm: int
    to_ship: int
    late: int
    next: Sequence[CallOff]


def waiting_of_seller(seller_id: int, *, most: int = 4) -> Waiting:
    """The seller's queue of call-offs, the one that is due first on top; two queries."""
    is_late = func.count().filter(CallOff.due_on < clock.today())
    mine = select(Order.state, func.count(), is_late).join(CallOff, CallOff.order_id == Order.id)
    mine = mine.where(Order.seller_id == seller_id, Order.state.in_(TO_DO)).group_by(Order.state)
    counted = {state: (count, late) for state, count, late in db.session.execute(mine)}
    sums = {state: counted.get(state, (0, 0))[0] for state in TO_DO}
    late = sum(one for _count, one in counted.values())
    return Waiting(sums[OrderState.PLACED], sums[OrderState.CONFIRMED], late, _next(seller_id, most) if counted else ())


def _next(seller_id: int, most: int) -> Sequence[CallOff]:
    order = contains_eager(CallOff.order).options(selectinload(Order.lines), selectinload(Order.steps))
    mine = select(CallOff).join(CallOff.order).join(CallOff.agreement).join(Agreement.buyer)
    mine = mine.where(Order.seller_id == seller_id, Order.state.in_(TO_DO))
    buyer = contains_eager(CallOff.agreement).contains_eager(Agreement.buyer)
    return db.session.scalars(mine.options(order, buyer).order_by(CallOff.due_on, CallOff.id).limit(most)).all()


def to_check(buyer_id: int) -> int:
    """How many deliveries wait to be checked by a buying organisation."""
    mine = select(func.count()).select_from(CallOff).join(CallOff.order).join(CallOff.agreement)
    return db.session.scalar(mine.where(Agreement.buyer_id == buyer_id, Order.state == OrderState.DELIVERED)) or 0


def of_orders(order_refs: Sequence[str]) -> dict[str, CallOff]:
    """The call-off behind each of some orders, by the order's ref; one query."""
    asked = select(CallOff).join(CallOff.order).where(Order.ref.in_(order_refs))
    whole = contains_eager(CallOff.order), joinedload(CallOff.agreement)
    return {one.order.ref: one for one in db.session.scalars(asked.options(*whole)) if one.order is not None}


def callable_contracts(actor: Actor) -> list[Agreement]:
    """Contracts under which a buying organisation may call goods today, that end first on top."""
    today = clock.today()
    mine = select(Agreement).where(
        Agreement.buyer_id == actor.organisation_id,
        Agreement.belongs_to_id.is_(None),
        Agreement.state == AgreementState.ACTIVE,
        Agreement.suspended_at.is_(None),
        Agreement.valid_from <= today,
        Agreement.valid_to >= today,
    )
    return list(db.session.scalars(mine.options(joinedload(Agreement.seller)).order_by(Agreement.valid_to).limit(20)))


# --- does it add up? -------------------------------------------------------------------------------------------------


def book_faults(agreement: Agreement | None = None) -> list[str]:
    """Rows of the book that say another sum than the call-offs and their orders do, as sentences."""
    rows = select(AgreementLine).options(joinedload(AgreementLine.agreement))
    rows = rows.where(AgreementLine.agreement_id == agreement.id) if agreement is not None else rows
    counted = _counted(agreement)
    faults = []
    for row in db.session.scalars(rows.order_by(AgreementLine.id)):
        stated = {name: getattr(row, name) for name in COUNTED}
        summed = counted.get(row.id, dict.fromkeys(COUNTED, 0))
        if stated != summed:
            faults.append(f"{row.agreement.ref}: line {row.key}: the book says {stated}, its call-offs {summed}")
    return faults


COUNTED = ("called", "confirmed", "delivered", "accepted", "rejected")


def _counted(agreement: Agreement | None) -> dict[int, dict[str, int]]:
    placed = select(CallOff).where(CallOff.state == CallOffState.PLACED).options(*_shown())
    placed = placed.where(CallOff.agreement_id == agreement.id) if agreement is not None else placed
    counted: dict[int, dict[str, int]] = {}
    for call_off in db.session.scalars(placed.execution_options(populate_existing=True)):
        for line_id, figures in _figures(call_off).items():
            known = counted.setdefault(line_id, dict.fromkeys(COUNTED, 0))
            for name in COUNTED:
                known[name] += figures[name]
    return counted


def _figures(call_off: CallOff) -> dict[int, dict[str, int]]:
    """What one call-off adds to the book, read from its order alone."""
    order = call_off.order
    assert order is not None
    if order.state in OFF:
        return {}
    found = {}
    for one, line in zip(call_off.lines, order.lines, strict=True):
        left = line.shipped_quantity if order.shipped_at is not None else one.quantity
        receipt = order.delivery_receipt
        said = receipt.of(line) if receipt is not None else None
        found[one.line_id] = {
            "called": left,
            "confirmed": left if order.ship_on is not None else 0,
            "delivered": line.shipped_quantity if order.delivered_at is not None else 0,
            "accepted": said.accepted if said else 0,
            "rejected": said.rejected if said else 0,
        }
    return found


def first_possible(agreement: Agreement) -> date:
    """The day that a form proposes: in a week, or the last of the term."""
    wanted = clock.today() + timedelta(days=7)
    return min(wanted, agreement.valid_to) if agreement.valid_to else wanted


def term_words(agreement: Agreement) -> str:
    """From when to when goods may be called."""
    if agreement.valid_from is None or agreement.valid_to is None:
        return ""
    return _("%(first)s to %(last)s", first=day(agreement.valid_from), last=day(agreement.valid_to))
