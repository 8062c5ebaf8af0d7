"""Goods that somebody's buyer gives back, brought into each state by the services that people use."""

from __future__ import annotations

import io

from marketplace.core.actors import Actor, ActorKind, OrganisationKind, Role
from marketplace.core.database import writing
from marketplace.core.files import take_private_picture
from marketplace.orders import services
from marketplace.orders.models import Order, Return
from marketplace.orders.states import OrderState, ReturnReason, ReturnState
from tests import factories
from tests.access import making
from tests.access.things import Asked, jpeg
from tests.access.world import World


def asked_for(order: Order, buyer: Actor, *, packs: int = 1, reason: ReturnReason = ReturnReason.DAMAGED) -> Return:
    """The buyer wants packs of each line back, with a photo."""
    photo = take_private_picture(io.BytesIO(jpeg()))
    wanted = {line.id: packs for line in order.lines}
    with writing():
        return services.ask_for_return(order, wanted, reason=reason, note="Hộp móp", photos=[photo], by=buyer)


PATHS: dict[ReturnState, tuple[str, ...]] = {
    ReturnState.REQUESTED: (),
    ReturnState.APPROVED: ("approve",),
    ReturnState.DECLINED: ("decline",),
    ReturnState.ESCALATED: ("decline", "escalate"),
    ReturnState.RECEIVED: ("approve", "receive"),
    ReturnState.REFUNDED: ("approve", "receive", "refund"),
    ReturnState.DISMISSED: ("decline", "escalate", "dismiss"),
    ReturnState.WITHDRAWN: ("withdraw",),
}


def operator() -> Actor:
    """Somebody of the marketplace whose name does not matter."""
    return Actor(
        kind=ActorKind.PERSON, ref="ND-operator", organisation_kind=OrganisationKind.OPERATOR,
        roles=frozenset({Role.MANAGER}),
    )  # fmt: skip


def take(back: Return, name: str, buyer: Actor) -> None:
    """One step of a return's way."""
    seller = making.somebody_of(back.order.seller)
    acts = {
        "approve": lambda: services.approve(back, by=seller),
        "decline": lambda: services.decline(back, note="Hàng gửi đi còn tốt", by=seller),
        "escalate": lambda: services.escalate(back, note="Ảnh cho thấy rõ", by=buyer),
        "receive": lambda: services.receive(back, is_on_shelf=True, by=seller),
        "refund": lambda: services.mark_refunded(back.order, kept_vnd=0, by=seller),
        "dismiss": lambda: services.decide(back, "dismiss", note="Không rõ lỗi", by=operator()),
        "withdraw": lambda: services.withdraw(back, by=buyer),
    }
    with writing():
        acts[name]()


def back_in(world: World, role: str, state: ReturnState) -> Return:
    """A return of this role's order in a state."""
    buyer = world.whose(role)
    back = asked_for(world.order(role, OrderState.DELIVERED), buyer)
    for name in PATHS[state]:
        take(back, name, buyer)
    assert back.state is state
    return back


# --- what the rows of the access matrix ask for ---


def requested(world: World, role: str) -> Asked:
    return Asked({"ref": back_in(world, role, ReturnState.REQUESTED).ref})


def approved(world: World, role: str) -> Asked:
    return Asked({"ref": back_in(world, role, ReturnState.APPROVED).ref})


def declined(world: World, role: str) -> Asked:
    return Asked({"ref": back_in(world, role, ReturnState.DECLINED).ref})


def escalated(world: World, role: str) -> Asked:
    return Asked({"ref": back_in(world, role, ReturnState.ESCALATED).ref})


def photo(world: World, role: str) -> Asked:
    return Asked({**requested(world, role).address, "number": 0, "size": "320"})


def delivered(world: World, role: str) -> Asked:
    return Asked({"ref": world.order(role, OrderState.DELIVERED).ref})


def to_ask(world: World, role: str) -> Asked:
    order = world.order(role, OrderState.DELIVERED)
    words = {f"packs-{order.lines[0].sku}": "1", "reason": "damaged", "note": "Hộp móp"}
    width = 60 + factories.number() % 40
    return Asked({"ref": order.ref}, {**words, "photos": (io.BytesIO(jpeg(width)), "hop.jpg")})


def asked_to_cancel(world: World, role: str) -> Asked:
    order = world.order(role, OrderState.CONFIRMED)
    with writing():
        services.ask_to_cancel(order, note="Tôi đặt nhầm", by=world.whose(role))
    return Asked({"ref": order.ref})
