"""Buying again what was bought before: what can be had now goes into the cart, at today's prices."""

from __future__ import annotations

from dataclasses import dataclass, field

from marketplace.core.actors import Actor
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.inventory import queries as stock
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.services.carts import add_line


@dataclass(slots=True)
class Reordered:
    """How many packs went into the cart, and a sentence for each line that did not go in whole."""

    packs: int = 0
    missing: list[str] = field(default_factory=list)


def reorder(order: Order, *, by: Actor) -> Reordered:
    """Put the packs of an order into the actor's cart, on top of what is there; nothing is set aside or promised."""
    done = Reordered()
    available = stock.availability([line.variant_id for line in order.lines])
    for line in order.lines:
        _put(line, available.get(line.variant_id, 0), done, by)
    return done


def _put(line: OrderLine, available: int, done: Reordered, by: Actor) -> None:
    packs = _as_many(line, available)
    try:
        add_line(by, line.variant, packs)
    except Refused as refusal:
        done.missing.append(str(refusal.sentence))
        return
    done.packs += packs
    if packs < line.quantity:
        words = {"name": line.product_name, "packs": packs, "ordered": line.quantity}
        done.missing.append(_("Of %(name)s only %(packs)s instead of %(ordered)s packs can be had now.", **words))


def _as_many(line: OrderLine, available: int) -> int:
    """As many packs as last time, or as many as there are in the multiples that are sold."""
    fewer = available - available % line.variant.multiple
    return fewer if line.variant.minimum <= fewer < line.quantity else line.quantity
