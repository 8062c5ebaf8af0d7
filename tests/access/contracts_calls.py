"""Call-offs that an address names, and deliveries on terms, between the firm that buys and the world's seller."""

from __future__ import annotations

import io
from datetime import timedelta

from marketplace.contracts.models import Agreement, CallOff
from marketplace.contracts.services import calling
from marketplace.contracts.states.agreements import Side
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.files import take_private_picture
from marketplace.core.refs import new_token
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.services import Checked
from marketplace.orders.states import RejectReason
from tests import factories
from tests.access.contracts_agreements import sides_of
from tests.access.rows import SIGN_IN, Row, Status, Thing, row
from tests.access.things import Asked, jpeg
from tests.access.world import World
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides


def _contract(world: World) -> tuple[TwoSides, Agreement]:
    sides = sides_of(world)
    return sides, perform.contract_in_force(sides)


def contract(world: World, role: str) -> Asked:
    return Asked({"ref": _contract(world)[1].ref})


def to_call(world: World, role: str) -> Asked:
    """What the buyer fills in."""
    due_on = (clock.today() + timedelta(days=7)).isoformat()
    form = {"token": new_token(), "quantity-L1": "5", "due_on": due_on, "place": "Kho Hạ Long", "act": "place"}
    return Asked(contract(world, role).address, form)


def _placed(world: World) -> tuple[TwoSides, CallOff]:
    sides, made = _contract(world)
    return sides, perform.call(made, sides, L1=10)


def placed(world: World, role: str) -> Asked:
    found = _placed(world)[1]
    return Asked({"ref": found.agreement.ref, "call_off": found.ref})


def draft(world: World, role: str) -> Asked:
    """The firm has not placed it yet."""
    sides, made = _contract(world)
    with writing():
        kept = calling.draft(made, perform.asked(L1=5), by=sides.actor(Side.BUYER))
    return Asked({"ref": made.ref, "call_off": factories.stored(kept).ref}, to_call(world, role).form)


def _sent(world: World) -> tuple[TwoSides, Order]:
    sides, call_off = _placed(world)
    return sides, perform.ship(call_off, sides)


def sent(world: World, role: str) -> Asked:
    return Asked({"ref": _sent(world)[1].ref})


def photo(world: World, role: str) -> Asked:
    """Of a delivery that the firm has checked."""
    sides, order = _sent(world)
    key, line = take_private_picture(io.BytesIO(jpeg())), order.lines[0]
    said = {line.id: Checked(line.shipped_quantity - 1, 1, RejectReason.DAMAGED)}
    with writing():
        orders.check_delivery(order, said, photos=[key], by=sides.actor(Side.BUYER))
    return Asked({"ref": order.ref, "number": 0, "size": "320"})


def one_call_off(world: World, role: str) -> Asked:
    return Asked({"ref": _placed(world)[1].ref})


def to_call_by_program(world: World, role: str) -> Asked:
    due_on = (clock.today() + timedelta(days=7)).isoformat()
    return Asked(contract(world, role).address, {"lines": [{"key": "L1", "quantity": 5}], "due_on": due_on})


def between(sellers: Status, firm: Status, thing: Thing, officer: Status = 404, **by: Status) -> Row:
    """Something of both sides that a department of theirs may read."""
    return row(404, thing, **{"sellers": sellers, "colleague": firm, "officer": officer, **by})


PAGE = {"visitors": SIGN_IN}
TOKEN = {"visitors": 401}
ROWS: dict[str, Row] = {
    "GET contracts.call_offs": between(200, 200, contract, 200, **PAGE),
    "GET contracts.new_call_off": between(403, 200, contract, 403, **PAGE),
    "POST contracts.place_call_off": between(403, 303, to_call, 403, **PAGE),
    "GET contracts.show_call_off": between(200, 200, placed, 200, **PAGE),
    "POST contracts.save_call_off": between(404, 303, draft, **PAGE),
    "POST contracts.drop_call_off": between(404, 303, draft, **PAGE),
    "GET orders.check": between(403, 200, sent),
    "POST orders.check_delivery": between(403, 303, sent),
    "GET orders.check_photo": between(200, 200, photo),
    "GET api.own_agreements": row(200, **TOKEN),
    "GET api.own_agreement": between(200, 200, contract, **TOKEN),
    "GET api.own_call_offs": row(200, **TOKEN),
    "GET api.own_call_off": between(200, 200, one_call_off, **TOKEN),
    "POST api.call_goods": between(403, 200, to_call_by_program, **TOKEN),
}
