"""Call-offs: the buyer writes one, places it, and it is an order on the contract's terms.

Quantities are counted under the contract's lock, so that two who call the last of a line at once get it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Agreement, AgreementLine, CallOff, CallOffLine
from marketplace.contracts.queries.changes import standing_suspensions
from marketplace.contracts.queries.in_force import terms_in_force
from marketplace.contracts.queries.workdays import end_of_workday
from marketplace.contracts.services import books, deadlines, trail
from marketplace.contracts.states.agreements import AgreementState, Side, Turn
from marketplace.contracts.states.performing import CallOffAction, CallOffState, DeadlineKind
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.web.filters import day

CONFIRMATION_DAYS = 3
COLLECTED, EXTRA = "collected", "extra"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the buyer filled in: whole units by the line's key, the day on which they are due, the place."""

    token: str
    quantities: Mapping[str, int] = field(default_factory=dict)
    due_on: date
    place: str = ""
    note: str = ""


def call(agreement: Agreement, asked: Asked, *, by: Actor) -> CallOff:
    """The buyer calls goods: the call-off is with the seller as an order; the same token again is the same one."""
    lock(agreement)
    call_off = with_token(agreement, asked.token) or _written(agreement, asked, by)
    place(call_off, by=by)
    return call_off


def draft(agreement: Agreement, asked: Asked, *, by: Actor) -> CallOff:
    """The buyer keeps a call-off to be placed later; nobody else sees it and nothing is counted."""
    lock(agreement)
    return with_token(agreement, asked.token) or _written(agreement, asked, by)


def revise(call_off: CallOff, asked: Asked, *, by: Actor) -> None:
    """The buyer changes a call-off that she has not placed yet."""
    lock(call_off.agreement, call_off)
    _require_draft(call_off)
    rows = _callable(call_off.agreement, asked)
    for line in list(call_off.lines):
        db.session.delete(line)
    db.session.flush()
    db.session.refresh(call_off, ["lines"])
    _fill(call_off, asked, rows)
    db.session.flush()


def drop(call_off: CallOff, *, by: Actor) -> None:
    """The buyer throws a draft away."""
    lock(call_off.agreement, call_off)
    _require_draft(call_off)
    move(call_off, CallOffAction.DROP, by=by)


def place(call_off: CallOff, *, by: Actor) -> Order:
    """A draft becomes an order at the prices of the version in force; a second time it is the same order."""
    agreement = call_off.agreement
    lock(agreement, call_off)
    if call_off.state is CallOffState.PLACED and call_off.order is not None:
        return call_off.order
    _require_draft(call_off)
    check_callable(agreement)
    _check_day(agreement, call_off.due_on)
    rows = books.rows_of(agreement)
    keys = {row.id: row.key for row in rows}
    wanted = {keys[one.line_id]: one.quantity for one in call_off.lines}
    books.count_called({row.key: row for row in rows}, wanted)
    return _placed(call_off, {row.id: row for row in rows}, by)


def _placed(call_off: CallOff, rows: Mapping[int, AgreementLine], by: Actor) -> Order:
    agreement = call_off.agreement
    terms = terms_in_force(agreement) or {}
    until = end_of_workday(agreement.policy.get("confirmation_days", CONFIRMATION_DAYS))
    order = orders.place_on_terms(_on_terms(call_off, rows, terms, until), by=by)
    call_off.version_number, call_off.placed_at = agreement.active_version or 1, clock.now()
    call_off.order = order
    move(call_off, CallOffAction.PLACE, by=by, order=order.ref)
    deadlines.begin(agreement, DeadlineKind.CONFIRMATION, until=until, turn=Turn.SELLER, subject=call_off.ref)
    trail.note(
        agreement,
        "call_off_placed",
        by=by,
        call_off=call_off.ref,
        order=order.ref,
        version=call_off.version_number,
        quantities={rows[one.line_id].key: one.quantity for one in call_off.lines},
        goods_vnd=order.goods_vnd,
        due_on=call_off.due_on.isoformat(),
    )
    return order


def _on_terms(
    call_off: CallOff, rows: Mapping[int, AgreementLine], terms: Mapping[str, Any], until: Any
) -> orders.OnTerms:
    """The contract's price, freight and days to pay, for what is called."""
    agreement, delivery = call_off.agreement, terms["delivery"]
    rates = {line["key"]: line["vat_percent"] for line in terms["lines"]}
    return orders.OnTerms(
        token=f"call-off:{call_off.ref}",
        basis_ref=call_off.ref,
        seller=agreement.seller,
        buyer=agreement.buyer,
        province=agreement.buyer.province.now,
        lines=[_agreed(one, rows[one.line_id], rates) for one in call_off.lines],
        due_on=call_off.due_on,
        answer_by=until,
        payment_days=int(terms["payment"]["days"]),
        place=call_off.place,
        freight_vnd=int(delivery["freight_vnd"]) if delivery["terms"] == EXTRA else 0,
        is_collected=delivery["terms"] == COLLECTED,
        note=call_off.note,
    )


def _agreed(one: CallOffLine, row: AgreementLine, rates: Mapping[str, int]) -> orders.Agreed:
    assert row.variant_id is not None
    return orders.Agreed(row.variant_id, one.quantity, row.price_vnd, rates.get(row.key))


# --- what has to be true ---------------------------------------------------------------------------------------------


def check_callable(agreement: Agreement) -> None:
    """Refuse where the contract bears no new call-off now: its state, its term, a suspension, one of its sides."""
    if not agreement.is_contract or agreement.state is not AgreementState.ACTIVE:
        raise Refused(
            _("Goods are called only under a contract in force; this one is “%(state)s”.", state=agreement.state.label)
        )
    if agreement.is_suspended or _is_suspended(agreement):
        raise Refused(_("This contract is suspended: no goods can be called until that is lifted."))
    _check_term(agreement)
    for side in Side:
        one = agreement.organisation_of(side)
        if one.state is OrganisationState.SUSPENDED:
            raise Refused(_("%(name)s is suspended: no goods can be called for now.", name=one.name))


def _is_suspended(agreement: Agreement) -> bool:
    """An announced suspension has begun, though nobody has set the flag yet."""
    return any(one.from_on <= clock.today() for one in standing_suspensions(agreement))


def _check_term(agreement: Agreement) -> None:
    today = clock.today()
    if agreement.valid_from is not None and today < agreement.valid_from:
        raise Refused(_("The term of this contract begins on %(day)s.", day=day(agreement.valid_from)))
    if agreement.valid_to is not None and today > agreement.valid_to:
        raise Refused(_("The term of this contract ended on %(day)s.", day=day(agreement.valid_to)))


def _check_day(agreement: Agreement, due_on: date) -> None:
    """Goods are due from today on, within the term."""
    if due_on < clock.today():
        raise Refused(_("The day cannot lie in the past."), field="due_on")
    if agreement.valid_to is not None and due_on > agreement.valid_to:
        sentence = _("The term ends on %(day)s: please choose a day until then.", day=day(agreement.valid_to))
        raise Refused(sentence, field="due_on")


def _callable(agreement: Agreement, asked: Asked) -> dict[str, AgreementLine]:
    """The book's rows by key, once what is asked for is possible."""
    check_callable(agreement)
    _check_day(agreement, asked.due_on)
    rows = {row.key: row for row in books.rows_of(agreement) if row.variant_id is not None}
    for key, quantity in asked.quantities.items():
        if key not in rows or quantity < 0:
            raise Refused(_("The contract has no such line."), field=f"quantity-{key}")
        if not rows[key].price_vnd:
            sentence = _("This line has no price yet: agree on one first, by a contract or an annex.")
            raise Refused(sentence, field=f"quantity-{key}")
    if not any(asked.quantities.values()):
        raise Refused(_("Please say how much you call of at least one line."))
    return rows


def _require_draft(call_off: CallOff) -> None:
    if call_off.state is not CallOffState.DRAFT:
        raise Refused(_("This is no longer possible: the state is now “%(state)s”.", state=call_off.state.label))


def with_token(agreement: Agreement, token: str) -> CallOff | None:
    """The call-off on which a token was spent."""
    known = db.session.scalar(select(CallOff).where(CallOff.token == token))
    if known is not None and known.agreement_id != agreement.id:
        raise Refused(_("This page is out of date. Please load it again."))
    return known


def _written(agreement: Agreement, asked: Asked, by: Actor) -> CallOff:
    rows = _callable(agreement, asked)
    call_off = CallOff(
        ref=next_ref("call_off"),
        agreement=agreement,
        ordinal=_next_ordinal(agreement),
        state=CallOffState.DRAFT,
        token=asked.token,
        version_number=agreement.active_version or 1,
        created_at=clock.now(),
    )
    _fill(call_off, asked, rows)
    db.session.add(call_off)
    db.session.flush()
    return call_off


def _fill(call_off: CallOff, asked: Asked, rows: Mapping[str, AgreementLine]) -> None:
    wanted: Sequence[tuple[AgreementLine, int]] = [
        (rows[key], quantity) for key, quantity in asked.quantities.items() if quantity
    ]
    for row, quantity in wanted:
        left = row.most - row.called
        if quantity > left:
            raise Refused(books.left_words(left), field=f"quantity-{row.key}")
    call_off.due_on, call_off.note = asked.due_on, asked.note
    call_off.place = asked.place or _usual_place(call_off.agreement)
    call_off.lines = [CallOffLine(line_id=row.id, quantity=quantity) for row, quantity in wanted]


def _usual_place(agreement: Agreement) -> str:
    terms = terms_in_force(agreement)
    return str(terms["delivery"]["place"])[:300] if terms else ""


def _next_ordinal(agreement: Agreement) -> int:
    last = select(func.max(CallOff.ordinal)).where(CallOff.agreement_id == agreement.id)
    return (db.session.scalar(last) or 0) + 1
