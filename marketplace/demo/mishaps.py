"""What goes wrong now and then: a parcel that left short, goods given back, and what the buyer keeps for later."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, writing
from marketplace.demo import history
from marketplace.demo.reading import Row, rows, sku_of
from marketplace.inventory import services as inventory
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Return
from marketplace.orders.states import ReturnReason, ShortReason
from marketplace.storefronts import services as storefronts

CAKES, RICE = "banh-dau-xanh-hai-duong", "gao-sach-trieu-phong"
KEPT = (RICE, "mat-ong-bac-ha-meo-vac", "che-huu-co-phia-den", CAKES)


def make() -> None:
    """One order that left short, one return that waits for the producer, one that waits for the operator."""
    acting = history._people_who_act()
    buyer: Row = {**rows("people")[0], "email": "buyer@demo.example", "name": "Trần Thu Hà"}
    her = acting.buyers[buyer["email"]]
    with writing():
        storefronts.keep(KEPT, by=her)
    _sent(CAKES, 3, 2, buyer, acting, missing=1)
    damp, _seller = _sent(CAKES, 2, 5, buyer, acting)
    _arrived(damp, her)
    _given_back(damp, "Một hộp bị ẩm góc, thỏi bánh hơi mềm.", her)
    broken, seller = _sent(RICE, 2, 6, buyer, acting)
    _arrived(broken, her)
    back = _given_back(broken, "Một túi bị rách miệng, gạo vương ra thùng.", her)
    with writing():
        orders.decline(back, note="Lúc đóng hàng túi còn nguyên, nhờ chị xem lại giúp chúng tôi.", by=seller)
    with writing():
        orders.escalate(back, note="Tôi mở thùng trước mặt người giao, túi đã rách từ trước.", by=her)
    db.session.expunge_all()


def _sent(
    kind: str, packs: int, days: int, buyer: Row, acting: history.Acting, *, missing: int = 0
) -> tuple[Order, Actor]:
    """An order paid in cash that left so many days ago, with so many packs missing; and who sent it."""
    sku, at = sku_of(kind, 0), clock.now() - timedelta(days=days)
    with clock.frozen(at - timedelta(hours=1)), writing():
        item = inventory.open_stock([db.session.scalars(select(Variant.id).where(Variant.sku == sku)).one()])[0]
        inventory.receive(item, packs, by=SYSTEM)
    plan = history.Plan(buyer=buyer, at=at, wishes=((sku, packs),), payment="cod", stage=3)
    with clock.frozen(at):
        purchase = history._place(plan, acting.buyers[buyer["email"]])
    assert purchase is not None
    (order,) = purchase.orders
    seller = history._seller_of(order, acting)
    with clock.frozen(at + timedelta(hours=2)), writing():
        orders.confirm(order, ship_on=clock.today(), by=seller)
    short = [orders.Packed(sku=sku, packs=packs - missing, reason=ShortReason.OUT_OF_STOCK)] if missing else []
    with clock.frozen(at + timedelta(hours=5)), writing():
        orders.ship(order, carrier="Viettel Post", tracking=f"VTP{order.id:08d}", by=seller, packed=short)
    return order, seller


def _arrived(order: Order, buyer: Actor) -> None:
    assert order.shipped_at is not None
    with clock.frozen(order.shipped_at + timedelta(days=2)), writing():
        orders.deliver(order, on=clock.today(), by=buyer)


def _given_back(order: Order, note: str, buyer: Actor) -> Return:
    """The buyer asks to give one pack back, not a day ago."""
    with clock.frozen(clock.now() - timedelta(hours=20)), writing():
        return orders.ask_for_return(order, {order.lines[0].id: 1}, reason=ReturnReason.OTHER, note=note, by=buyer)
