"""Filling a cart: it only remembers wishes, nothing is set aside."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refs import new_token, token_digest
from marketplace.core.refusals import Refused
from marketplace.inventory import queries as stock
from marketplace.orders.models import Cart, CartLine
from marketplace.orders.queries import carts
from marketplace.orders.queries.basket import problem_with

MOST_LINES = 100
MOST_PACKS = 100_000


def add_line(actor: Actor, variant: Variant, quantity: int) -> CartLine:
    """Put packs of a variant into the actor's cart, on top of those already there."""
    cart = _own_cart(actor)
    line = _line(cart, variant)
    wanted = quantity + (line.quantity if line else 0)
    _check(actor, variant, wanted)
    if line is None:
        if len(cart.lines) >= MOST_LINES:
            raise Refused(
                _("A cart holds at most %(most)s different goods. Please order some of them first.", most=MOST_LINES)
            )
        line = CartLine(variant=variant, quantity=wanted)
        cart.lines.append(line)
    line.quantity = wanted
    cart.touched_at = clock.now()
    return line


def change_line(actor: Actor, variant: Variant, quantity: int) -> None:
    """Set how many packs of a variant are wished for; 0 takes the line out."""
    cart = _own_cart(actor)
    line = _line(cart, variant)
    if line is None:
        raise Refused(_("This is no longer in your cart."))
    if quantity == 0:
        cart.lines.remove(line)
    else:
        _check(actor, variant, quantity)
        line.quantity = quantity
    cart.touched_at = clock.now()


def merge_guest_cart(person_id: int, guest_ref: str) -> None:
    """At sign-in the guest's wishes join those of the person, line by line the larger number."""
    guest = db.session.scalar(select(Cart).where(Cart.guest_digest == token_digest(guest_ref))) if guest_ref else None
    if guest is None:
        return
    own = _cart_for({"person_id": person_id})
    lock(own, guest)
    present = {line.variant_id: line for line in own.lines}
    for line in guest.lines:
        if line.variant_id in present:
            present[line.variant_id].quantity = max(present[line.variant_id].quantity, line.quantity)
        elif len(own.lines) < MOST_LINES:
            own.lines.append(CartLine(variant_id=line.variant_id, quantity=line.quantity))
    db.session.delete(guest)


def _own_cart(actor: Actor) -> Cart:
    owner: dict[str, int | str | None] = (
        {"person_id": actor.person_id} if actor.person_id else {"guest_digest": token_digest(actor.ref)}
    )
    cart = carts.cart_of(actor) or _cart_for(owner)
    lock(cart)
    return cart


def _cart_for(owner: dict[str, int | str | None]) -> Cart:
    """The one cart of an owner, made now if there is none, also when two tabs make it at once."""
    values = {**owner, "checkout_token": new_token(), "touched_at": clock.now()}
    db.session.execute(insert_into(Cart).values(**values).on_conflict_do_nothing())
    return db.session.scalars(select(Cart).filter_by(**owner)).one()


def _line(cart: Cart, variant: Variant) -> CartLine | None:
    return next((line for line in cart.lines if line.variant_id == variant.id), None)


def _check(actor: Actor, variant: Variant, quantity: int) -> None:
    if actor.acts_for(variant.seller_id):
        raise Refused(_("These are your own goods. Sign in as a buyer to order."), field="quantity")
    if quantity > MOST_PACKS:
        raise Refused(_("A cart holds at most %(most)s packs of one kind.", most=MOST_PACKS), field="quantity")
    problem = problem_with(variant, quantity, stock.availability([variant.id]).get(variant.id, 0))
    if problem:
        raise Refused(problem, field="quantity")
