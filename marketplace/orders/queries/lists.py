"""Lists of orders: the buyer's, and the seller's queue."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import Organisation, Person
from marketplace.core.actors import Actor, Role
from marketplace.core.database import db
from marketplace.orders.models import Order, Purchase, Return
from marketplace.orders.models.returning import OPEN
from marketplace.orders.queries.returns import asks_the_seller
from marketplace.orders.states import OrderState

# what a seller has to do something about, most pressing first
QUEUE = (
    OrderState.PLACED,
    OrderState.CONFIRMED,
    OrderState.UNDELIVERED,
    OrderState.AWAITING_PAYMENT,
    OrderState.SHIPPED,
)


def _bought_by(actor: Actor) -> ColumnElement[bool]:
    refs = [grant.removeprefix("purchase:") for grant in actor.grants if grant.startswith("purchase:")]
    mine: list[ColumnElement[bool]] = [Purchase.ref.in_(refs)]
    if actor.person_id is not None:
        mine.append(Purchase.person_id == actor.person_id)
    if actor.has_role(Role.MANAGER, Role.STAFF):
        mine.append(Purchase.organisation_id == actor.organisation_id)
    return or_(*mine)


def bought_by(actor: Actor, states: Sequence[OrderState] = ()) -> Select[Order]:
    """The buyer's orders, newest first, with what a list shows of them."""
    statement = select(Order).join(Order.purchase).where(_bought_by(actor)).order_by(Order.id.desc())
    if states:
        statement = statement.where(Order.state.in_(states))
    whole = selectinload(Order.lines), selectinload(Order.seller), selectinload(Order.purchase)
    return statement.options(*whole, selectinload(Order.steps), selectinload(Order.returns))


def sold_by(actor: Actor, states: Sequence[OrderState] = ()) -> Select[Order]:
    """The seller's orders: what waits for her first, goods given back among it, then newest first."""
    by_state = ((Order.state == state, place) for place, state in enumerate(QUEUE))
    place = case(
        (asks_the_seller(), 0), *by_state, (Order.returns.any(Return.state.in_(OPEN)), len(QUEUE)), else_=len(QUEUE) + 1
    )
    statement = select(Order).where(Order.seller_id == actor.organisation_id).order_by(place, Order.id.desc())
    if states:
        statement = statement.where(Order.state.in_(states))
    whole = selectinload(Order.purchase).selectinload(Purchase.province)
    return statement.options(selectinload(Order.lines), selectinload(Order.steps), selectinload(Order.returns), whole)


def counts_of_seller(organisation_id: int) -> dict[OrderState, int]:
    """How many orders of a seller are in each state."""
    counted = select(Order.state, func.count()).where(Order.seller_id == organisation_id).group_by(Order.state)
    return dict(db.session.execute(counted).all())


def purchase_ref_of(order_ref: str) -> str | None:
    """The purchase that an order belongs to."""
    return db.session.scalar(select(Purchase.ref).join(Order).where(Order.ref == order_ref[:32]))


def purchase_ref_of_return(return_ref: str) -> str | None:
    """The purchase that a return belongs to."""
    known = select(Purchase.ref).join(Order).join(Return).where(Return.ref == return_ref[:32])
    return db.session.scalar(known)


def last_address(actor: Actor) -> dict[str, str]:
    """What a signed-in buyer typed last time, to be typed no more."""
    if actor.person_id is None:
        return {}
    newest = select(Purchase).where(Purchase.person_id == actor.person_id).order_by(Purchase.id.desc()).limit(1)
    purchase = db.session.scalar(newest.options(selectinload(Purchase.province), selectinload(Purchase.ward)))
    if purchase is None:
        return _known_of(actor)
    return {
        "name": purchase.name,
        "phone": purchase.phone,
        "email": purchase.email,
        "street": purchase.street,
        "province": purchase.province.slug,
        "ward": purchase.ward.code if purchase.ward else "",
    }


def _known_of(actor: Actor) -> dict[str, str]:
    """What the account says of who buys for the first time; an organisation's goods go to its own address."""
    person = db.session.get(Person, actor.person_id)
    known = {"name": actor.display_name}
    if person is not None:
        known |= {"phone": person.phone or "", "email": person.email or ""}
    buys_for = None if actor.is_seller else actor.organisation_id
    home = db.session.get(Organisation, buys_for) if buys_for else None
    if home is not None and home.province.is_today:
        ward = home.ward.code if home.ward else ""
        known |= {"street": home.street or "", "province": home.province.slug, "ward": ward}
    return known


def waiting_of_sellers(refs: Sequence[str]) -> dict[str, dict[OrderState, int]]:
    """How many orders wait in each state of the queue, by the seller's ref; one query."""
    counted = (
        select(Organisation.ref, Order.state, func.count())
        .join(Order, Order.seller_id == Organisation.id)
        .where(Organisation.ref.in_(refs), Order.state.in_(QUEUE))
        .group_by(Organisation.ref, Order.state)
    )
    found: dict[str, dict[OrderState, int]] = {}
    for ref, state, count in db.session.execute(counted):
        found.setdefault(ref, {})[state] = count
    return found
