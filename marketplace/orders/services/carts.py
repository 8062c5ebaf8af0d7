"""Filling a cart: it only remembers wishes, nothing is set aside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, lock, table_of
from marketplace.core.i18n import gettext as _
from marketplace.core.refs import new_token, token_digest
from marketplace.core.refusals import Refused
from marketplace.orders.models import Cart, CartLine
from marketplace.orders.queries.basket import problem_with
from marketplace.orders.queries.wares import Pack, pack_by_id

MOST_LINES = 100
MOST_PACKS = 100_000


def add_line(actor: Actor, variant: Variant | Pack, quantity: int) -> None:
    """Put packs of a variant into the actor's cart, on top of those already there."""
    cart_id = _own_cart(actor)
    there = _wished(cart_id)
    wanted = quantity + there.get(variant.id, 0)
    _check(actor, variant, wanted)
    if variant.id not in there and len(there) >= MOST_LINES:
        raise Refused(
            _("A cart holds at most %(most)s different goods. Please order some of them first.", most=MOST_LINES)
        )
    _wish(cart_id, variant.id, wanted)


def change_line(actor: Actor, variant: Variant | Pack, quantity: int) -> None:
    """Set how many packs of a variant are wished for; 0 takes the line out."""
    cart_id = _own_cart(actor)
    if variant.id not in _wished(cart_id):
        raise Refused(_("This is no longer in your cart."))
    if quantity == 0:
        gone = (CartLine.cart_id == cart_id) & (CartLine.variant_id == variant.id)
        db.session.execute(delete(CartLine).where(gone))
        return
    _check(actor, variant, quantity)
    _wish(cart_id, variant.id, quantity)


def merge_guest_cart(person_id: int, guest_ref: str) -> None:
    """At sign-in the guest's wishes join those of the person, line by line the larger number."""
    guest = db.session.scalar(select(Cart).where(Cart.guest_digest == token_digest(guest_ref))) if guest_ref else None
    if guest is None:
        return
    _open({"person_id": person_id})
    own = db.session.scalars(select(Cart).where(Cart.person_id == person_id)).one()
    lock(own, guest)
    present = {line.variant_id: line for line in own.lines}
    for line in guest.lines:
        if line.variant_id in present:
            present[line.variant_id].quantity = max(present[line.variant_id].quantity, line.quantity)
        elif len(own.lines) < MOST_LINES:
            own.lines.append(CartLine(variant_id=line.variant_id, quantity=line.quantity))
    db.session.delete(guest)


def _own_cart(actor: Actor) -> int:
    """The actor's cart, touched and so locked in one statement, or made now."""
    ((name, value),) = _owner(actor).items()
    known = {"owner": value, "now": clock.now()}
    touched = db.session.scalar(_touch(name), known)
    if touched is None:
        _open({name: value})
        touched = db.session.scalar(_touch(name), known)
    return int(touched or 0)


def _owner(actor: Actor) -> dict[str, int | str]:
    return {"person_id": actor.person_id} if actor.person_id else {"guest_digest": token_digest(actor.ref)}


@cache
def _touch(owner: str) -> Any:
    whose = _carts.c[owner] == bindparam("owner")
    return update(_carts).where(whose).values(touched_at=bindparam("now")).returning(_carts.c.id)


def _open(owner: Mapping[str, int | str]) -> None:
    """Make the one cart of an owner if there is none, also when two tabs make it at once."""
    values = {**owner, "checkout_token": new_token(), "touched_at": clock.now()}
    db.session.execute(insert_into(_carts).values(**values).on_conflict_do_nothing())


def _wished(cart_id: int) -> dict[int, int]:
    """How many packs of each variant lie in a cart."""
    return dict(db.session.execute(_in_cart(), {"cart_id": cart_id}).all())


@cache
def _in_cart() -> Any:
    return select(_lines.c.variant_id, _lines.c.quantity).where(_lines.c.cart_id == bindparam("cart_id"))


def _wish(cart_id: int, variant_id: int, quantity: int) -> None:
    values = {"cart_id": cart_id, "variant_id": variant_id, "quantity": quantity}
    db.session.execute(_upsert(db.engine.dialect.name), values)


@cache
def _upsert(_dialect: str) -> Any:
    insert = insert_into(_lines)
    return insert.on_conflict_do_update(
        index_elements=["cart_id", "variant_id"], set_={"quantity": insert.excluded.quantity}
    )


_carts, _lines = table_of(Cart), table_of(CartLine)


def _check(actor: Actor, variant: Variant | Pack, quantity: int) -> None:
    if actor.acts_for(variant.seller_id):
        raise Refused(_("These are your own goods. Sign in as a buyer to order."), field="quantity")
    if quantity > MOST_PACKS:
        raise Refused(_("A cart holds at most %(most)s packs of one kind.", most=MOST_PACKS), field="quantity")
    pack = variant if isinstance(variant, Pack) else pack_by_id(variant.id)
    problem = problem_with(pack, quantity, pack.figures.available)
    if problem:
        raise Refused(problem, field="quantity")
