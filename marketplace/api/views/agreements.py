"""Contracts of a token's owner, and call-offs: what was called, and calling goods from a program of one's own."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from marketplace.api.formats import Fault, Rule, Wrong
from marketplace.api.operations import api
from marketplace.api.queries import agreements as own
from marketplace.api.shapes.agreements import (
    AgreementDetail,
    AgreementItem,
    AgreementPage,
    AgreementQuery,
    BookLine,
    CalledLine,
    CallOffItem,
    CallOffPage,
    CallOffQuery,
    NewCallOff,
    Partner,
)
from marketplace.api.shapes.own import Side
from marketplace.api.states import Scope
from marketplace.api.views.acting import once
from marketplace.api.views.public import absolute
from marketplace.contracts.models import Agreement, CallOff, CallOffLine
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.queries import calling as reading
from marketplace.contracts.services import calling
from marketplace.contracts.states.agreements import Side as ContractSide
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refs import new_token
from marketplace.core.refusals import NotSeen, Refused
from marketplace.orders.models import Order, OrderLine
from marketplace.web.requests import actor

REF = {"ref": Rule(longest=32, example="HD-2026-000045")}
CALL_OFF_REF = {"ref": Rule(longest=32, example="GH-2026-000012")}


@api.get("/me/agreements", tag="Agreements", answer=AgreementPage, query=AgreementQuery, scope=Scope.AGREEMENTS_READ)
def own_agreements(asked: AgreementQuery) -> AgreementPage:
    """The contracts that the owner's organisation is a side of, the newest first."""
    side = ContractSide(asked.side.value) if asked.side else None
    statement = own.own_agreements(actor(), side=side, states=asked.state)
    before = _place(own.agreement_place(actor(), asked.cursor), asked.cursor)
    found = own.agreements_page(statement, before=before, limit=asked.limit)
    shown = found[: asked.limit]
    items = tuple(AgreementItem(**_item(one)) for one in shown)
    return AgreementPage(items=items, next_cursor=shown[-1].ref if len(found) > asked.limit else None)


def _place(place: int | None, cursor: str) -> int | None:
    if cursor and place is None:
        raise Wrong([Fault("cursor", _("This is no cursor of this list."))])
    return place if cursor else None


def _item(one: Agreement) -> dict[str, Any]:
    same = ("ref", "title", "kind", "state", "value_vnd", "valid_from", "valid_to", "is_suspended")
    return {
        **{name: getattr(one, name) for name in same},
        "number": one.paper_number,
        "side": _side(one),
        "seller": Partner(ref=one.seller.ref, name=one.seller.name),
        "buyer": Partner(ref=one.buyer.ref, name=one.buyer.name),
        "answer_by": one.due_at,
        "url": absolute(url_for("contracts.show", ref=one.ref)),
    }


def _side(one: Agreement) -> Side:
    """On which side of a contract its reader stands; programs act for nobody else."""
    side = side_of(actor(), one)
    if side is None:
        raise NotSeen
    return Side(side.value)


@api.get(
    "/me/agreements/<ref>",
    tag="Agreements",
    answer=AgreementDetail,
    scope=Scope.AGREEMENTS_READ,
    path_rules=REF,
    found=True,
)
def own_agreement(ref: str) -> AgreementDetail:
    """One contract with its book: contracted, called, delivered and accepted quantities of each line."""
    one = _contract(ref)
    rows = reading.book_rows(one)
    skus = own.skus_of([row.row for row in rows])
    lines = tuple(_book_line(row, skus) for row in rows)
    return AgreementDetail(**_item(one), version=one.active_version, lines=lines)


def _contract(ref: str, permission: Permission | None = None) -> Agreement:
    one = agreement_for(actor(), ref, permission)
    if not one.is_contract:
        raise NotSeen
    return one


def _book_line(one: reading.BookRow, skus: dict[int, str]) -> BookLine:
    same = ("key", "price_vnd", "contracted", "most", "called", "confirmed", "delivered", "accepted", "rejected")
    known = {name: getattr(one.row, name) for name in same}
    return BookLine(**known, sku=skus.get(one.row.variant_id or 0), product=one.product, unit=one.unit)


@api.get("/me/call-offs", tag="Agreements", answer=CallOffPage, query=CallOffQuery, scope=Scope.AGREEMENTS_READ)
def own_call_offs(asked: CallOffQuery) -> CallOffPage:
    """Call-offs under the owner's contracts, the newest first."""
    statement = own.own_call_offs(actor(), asked.agreement)
    before = _place(own.call_off_place(actor(), asked.cursor), asked.cursor)
    found = own.call_offs_page(statement, before=before, limit=asked.limit)
    shown = found[: asked.limit]
    items = tuple(_call_off(one) for one in shown)
    return CallOffPage(items=items, next_cursor=shown[-1].ref if len(found) > asked.limit else None)


@api.get(
    "/me/call-offs/<ref>",
    tag="Agreements",
    answer=CallOffItem,
    scope=Scope.AGREEMENTS_READ,
    path_rules=CALL_OFF_REF,
    found=True,
)
def own_call_off(ref: str) -> CallOffItem:
    """One call-off: what was called, what came, what was accepted."""
    found = own.call_off_named(actor(), ref)
    if found is None:
        raise NotSeen
    return _call_off(found)


def _call_off(one: CallOff) -> CallOffItem:
    order, agreement = one.order, one.agreement
    assert order is not None
    assert one.placed_at is not None
    same = {name: getattr(one, name) for name in ("ref", "due_on", "place", "note", "placed_at")}
    pairs = zip(one.lines, order.lines, strict=True)
    return CallOffItem(
        **same,
        agreement=agreement.ref,
        order=order.ref,
        state=order.state,
        side=_side(agreement),
        days_late=reading.days_late(one),
        due_vnd=order.due_vnd,
        answer_by=order.due_at,
        lines=tuple(_called(called, line, order) for called, line in pairs),
        url=absolute(url_for("contracts.show_call_off", ref=agreement.ref, call_off=one.ref)),
    )


def _called(called: CallOffLine, line: OrderLine, order: Order) -> CalledLine:
    receipt = order.delivery_receipt
    said = receipt.of(line) if receipt is not None else None
    return CalledLine(
        key=called.line.key,
        quantity=called.quantity,
        price_vnd=line.unit_price_vnd,
        shipped=line.shipped_quantity,
        accepted=said.accepted if said else None,
        rejected=said.rejected if said else None,
        reason=said.reason if said else None,
    )


@api.post(
    "/me/agreements/<ref>/call-offs",
    tag="Agreements",
    answer=CallOffItem,
    body=NewCallOff,
    scope=Scope.CALL_OFFS_WRITE,
    path_rules=REF,
    found=True,
)
def call_goods(ref: str, sent: NewCallOff) -> Response:
    """The buyer calls goods under a contract in force: an order at its prices is with the seller.

    Quantities are counted with everything that was called before; more than is left is refused.
    """
    agreement = _contract(ref, Permission.CALL_OFF_PLACE)
    quantities = {one.key: one.quantity for one in sent.lines}
    if not sent.lines or len(quantities) < len(sent.lines):
        raise Wrong([Fault("lines", _("Please name each line once, at least one."))])
    asked = calling.Asked(
        token=new_token(), quantities=quantities, due_on=sent.due_on, place=sent.place, note=sent.note
    )
    return once(lambda: _call(agreement, asked))


def _call(agreement: Agreement, asked: calling.Asked) -> CallOffItem:
    try:
        return _call_off(calling.call(agreement, asked, by=actor()))
    except Refused as refusal:
        if (refusal.field or "").startswith("quantity-"):
            raise Refused(refusal.sentence, field="lines") from None
        raise
