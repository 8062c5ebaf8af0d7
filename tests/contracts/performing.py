"""Contracts in force without their papers: quick to make, for tests of what is performed under them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Variant
from marketplace.contracts.models import Agreement, AgreementLine, CallOff
from marketplace.contracts.queries.in_force import last_terms
from marketplace.contracts.services import books, calling, trail
from marketplace.contracts.states.agreements import AgreementAction, Side, Turn
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, lock, writing
from marketplace.core.refs import new_token
from marketplace.inventory import services as inventory
from marketplace.inventory.models import StockItem
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.services import Checked, Packed
from marketplace.orders.states import RejectReason, ShortReason
from tests import factories
from tests.contracts import making
from tests.contracts.making import TwoSides, Walk, line, two_sides

LEAD = 5


def contract_in_force(sides: TwoSides | None = None, **changes: Any) -> Agreement:
    """A sale contract whose term begins today: 1.200 packs with 5 % tolerance unless its text says otherwise."""
    sides = sides or two_sides(departments=False)
    walk = Walk(sides)
    agreement = walk.begin(**{**_from_today(), **changes})
    walk.send(agreement)
    walk.accept(agreement)
    walk.review(agreement)
    with writing():
        lock(agreement)
        enter_into_force(agreement)
    db.session.refresh(agreement)
    return agreement


def enter_into_force(agreement: Agreement) -> None:
    """Issued, signed and active, as if the papers were there; the caller holds the lock."""
    trail.advance(agreement, AgreementAction.ISSUE, by=SYSTEM, turn=Turn.SELLER)
    agreement.active_version = agreement.last_version
    term = (last_terms(agreement) or {})["term"]
    agreement.valid_from, agreement.valid_to = (date.fromisoformat(term[name]) for name in ("valid_from", "valid_to"))
    agreement.effective_at = agreement.shown_to_departments_at = clock.now()
    trail.advance(agreement, AgreementAction.ACTIVATE, by=SYSTEM, turn=Turn.NOBODY)
    books.open_book(agreement)


def _from_today() -> dict[str, Any]:
    today = clock.today()
    term = {"valid_from": today.isoformat(), "valid_to": (today + timedelta(days=180)).isoformat()}
    return {"term": term, "schedule": []}


def two_lines(sides: TwoSides) -> list[dict[str, Any]]:
    """Rice, and honey of the same seller."""
    honey = factories.product(sides.seller, "Mật ong rừng", origin="quang-tri", price_vnd=200_000, star=3)
    second = line(factories.variant_of(honey), key="L2", quantity="100", tolerance_percent=0, price_vnd=180_000)
    return [line(sides.variant), second]


def sides_of(agreement: Agreement) -> tuple[Organisation, Organisation]:
    return agreement.seller, agreement.buyer


def asked(due_in: int = LEAD, *, token: str = "", **quantities: int) -> calling.Asked:
    """What the buyer types: `L1=100`."""
    due_on = clock.today() + timedelta(days=due_in)
    return calling.Asked(token=token or new_token(), quantities=quantities, due_on=due_on, place="Kho Hạ Long")


def call(agreement: Agreement, sides: TwoSides, **quantities: int) -> CallOff:
    """A call-off that is with the seller."""
    with writing():
        made = calling.call(agreement, asked(LEAD, token="", **quantities), by=sides.actor(Side.BUYER))
    return factories.stored(made)


def confirm(call_off: CallOff, sides: TwoSides) -> Order:
    """The seller promises to ship today."""
    order = _order(call_off)
    with writing():
        orders.confirm(order, ship_on=clock.today(), by=sides.actor(Side.SELLER))
    return order


def ship(call_off: CallOff, sides: TwoSides, **short: int) -> Order:
    """Confirmed where it is not, then sent: whole, or so many packs of a SKU."""
    order = _order(call_off)
    if order.ship_on is None:
        confirm(call_off, sides)
    packed = [
        Packed(sku=sku.replace("_", "-"), packs=packs, reason=ShortReason.OUT_OF_STOCK) for sku, packs in short.items()
    ]
    with writing():
        orders.ship(order, carrier="Xe HTX", tracking="", packed=packed, by=sides.actor(Side.SELLER))
    return order


def deliver(call_off: CallOff, sides: TwoSides) -> Order:
    """Sent, and the seller says that it arrived today."""
    order = ship(call_off, sides)
    with writing():
        orders.deliver(order, on=clock.today(), by=sides.actor(Side.SELLER))
    return order


def check(call_off: CallOff, sides: TwoSides, rejected: int = 0) -> Order:
    """The buyer accepts what came but for so many packs of the first line."""
    order = _order(call_off)
    first = order.lines[0]
    why = RejectReason.MISSING if rejected else None
    said = {first.id: Checked(first.shipped_quantity - rejected, rejected, why)}
    with writing():
        orders.check_delivery(order, said, by=sides.actor(Side.BUYER))
    return order


def _order(call_off: CallOff) -> Order:
    assert call_off.order is not None
    return call_off.order


def stock(sides: TwoSides, on_hand: int = 5000) -> None:
    """So many packs of every variant of the seller lie on the shelf."""
    mine = select(StockItem).join(Variant).where(Variant.seller_id == sides.seller.id)
    for item in db.session.scalars(mine).all():
        with writing():
            inventory.correct(item, on_hand, reason="Kiểm kho", by=sides.actor(Side.SELLER))


def book(agreement: Agreement, key: str = "L1") -> dict[str, int]:
    """One row of the quantity book, as figures."""
    db.session.expire_all()
    mine = (AgreementLine.agreement_id == agreement.id) & (AgreementLine.key == key)
    row = db.session.scalars(select(AgreementLine).where(mine)).one()
    names = ("contracted", "most", "called", "confirmed", "delivered", "accepted", "rejected")
    return {name: getattr(row, name) for name in names}


__all__ = ["TwoSides", "making", "two_sides"]
