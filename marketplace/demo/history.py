"""Some months of trade, made by the same services that people use, so that every rule holds for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select, update

from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, ActorKind, Role
from marketplace.core.database import db, writing
from marketplace.core.outbox.jobs import Job
from marketplace.core.outbox.notices import DELIVER, Notice
from marketplace.demo.reading import Row, rows, sku_of
from marketplace.inventory import services as inventory
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.queries.basket import basket_of
from marketplace.orders.queries.carts import cart_of
from marketplace.orders.services import Checkout
from marketplace.orders.states import CancelReason
from marketplace.payments import services as payments
from marketplace.payments.models import Payment
from marketplace.places import queries as places

SEED = 20260701
PURCHASES = 64
LONGEST_AGO = 150
CARRIERS = ("Viettel Post", "GHN", "VNPost", "GHTK", "J&T")
FAVOURITES = ("banh-dau-xanh-hai-duong", "gao-sach-trieu-phong", "gao-huu-co-quang-tri")


@dataclass(frozen=True, slots=True)
class Plan:
    """One purchase of the past: who, when, packs by SKU, how paid, how far it has come (0 placed … 4 delivered)."""

    buyer: Row
    at: datetime
    wishes: tuple[tuple[str, int], ...]
    payment: str
    stage: int


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts: buyers by e-mail address, sellers by the id of their organisation."""

    buyers: dict[str, Actor]
    sellers: dict[int, Actor]


def make() -> None:
    """Stock for the past, then every purchase in the order of time, then quiet: nobody is written to about the past."""
    chance = Random(SEED)  # noqa: S311 (the same seed gives the same market)
    _used.clear()
    plans = _plans(chance)
    start = clock.now() - timedelta(days=LONGEST_AGO + 5)
    with clock.frozen(start), writing():
        _open_stock(plans)
    acting = _people_who_act()
    for plan in plans:
        _live_through(plan, acting, chance)
        db.session.expunge_all()
    with writing():
        hush()


def _plans(chance: Random) -> list[Plan]:
    kinds = [row for row in rows("listings") if row["stock"] == "stocked" and not row["needs_age"] and row["set"] != 26]
    loved = [row for row in kinds if row["id"] in FAVOURITES]
    buyers = rows("people")
    known = {**buyers[0], "email": "buyer@demo.example", "name": "Trần Thu Hà"}
    plans = []
    for number in range(PURCHASES):
        stage = chance.choice((0, 1, 2, 3)) if number % 9 == 0 else 4
        days = chance.randint(20, LONGEST_AGO) if stage == 4 else (0, 1, 2, 4)[stage]
        at = clock.now() - timedelta(days=days, hours=chance.randint(1, 12), minutes=chance.randint(0, 59))
        chosen = chance.sample(kinds, chance.choice((1, 1, 2, 3))) + (
            chance.sample(loved, 1) if number % 4 == 0 else []
        )
        plans.append(
            Plan(
                buyer=known if number % 15 == 0 else chance.choice(buyers),
                at=at,
                wishes=tuple(_wish(row, chance) for row in {row["id"]: row for row in chosen}.values()),
                payment="cod" if chance.random() < 0.45 else "vietqr",
                stage=stage,
            )
        )
    return sorted(plans, key=lambda plan: plan.at)


def _wish(row: Row, chance: Random) -> tuple[str, int]:
    pack = row["variants"][0]
    packs = chance.choice((1, 1, 2, 3))
    return sku_of(row["id"], 0), max(pack["minimum"], -(-packs // pack["multiple"]) * pack["multiple"])


def _open_stock(plans: list[Plan]) -> None:
    """As many packs as the past will ask for."""
    wanted: Counter[str] = Counter()
    for plan in plans:
        for sku, packs in plan.wishes:
            wanted[sku] += packs
    known = dict(db.session.execute(select(Variant.id, Variant.sku).where(Variant.sku.in_(wanted))).all())
    for item in inventory.open_stock(known):
        inventory.receive(item, wanted[known[item.variant_id]], by=SYSTEM)


def _people_who_act() -> Acting:
    """For each buyer and for some producers somebody who acts."""
    members = select(Person, Organisation).select_from(Membership).join(Membership.person).join(Membership.organisation)
    managers = db.session.execute(members.where(Membership.role == Role.MANAGER)).all()
    sellers = {organisation.id: _actor(person, organisation) for person, organisation in managers}
    buyers = {str(person.email): _actor(person) for person in db.session.scalars(select(Person))}
    return Acting(buyers, sellers)


def _actor(person: Person, organisation: Organisation | None = None) -> Actor:
    return Actor(
        kind=ActorKind.PERSON,
        ref=person.ref,
        person_id=person.id,
        display_name=person.name,
        organisation_id=organisation.id if organisation else None,
        organisation_ref=organisation.ref if organisation else None,
        organisation_kind=organisation.kind if organisation else None,
        roles=frozenset({Role.MANAGER}) if organisation else frozenset(),
    )


def _seller_of(order: Order, acting: Acting) -> Actor:
    """Somebody of the producer: a demo account, or an unnamed person of hers."""
    named = acting.sellers.get(order.seller_id)
    return named or Actor(
        kind=ActorKind.PERSON,
        ref="demo",
        organisation_id=order.seller_id,
        organisation_ref=order.seller.ref,
        organisation_kind=order.seller.kind,
        roles=frozenset({Role.MANAGER}),
    )


def _live_through(plan: Plan, acting: Acting, chance: Random) -> None:
    buyer = acting.buyers[plan.buyer["email"]]
    with clock.frozen(plan.at):
        purchase = _place(plan, buyer)
    for order in purchase.orders if purchase else ():
        _perform(order, plan, buyer, _seller_of(order, acting), chance)


def _place(plan: Plan, buyer: Actor) -> Purchase | None:
    province, ward = places.province_by_slug(plan.buyer["province"]), places.ward_by_code(plan.buyer["ward"])
    assert province is not None
    with writing():
        for sku, packs in plan.wishes:
            orders.add_line(buyer, db.session.scalars(select(Variant).where(Variant.sku == sku)).one(), packs)
    cart = cart_of(buyer)
    basket = basket_of(cart, province)
    if cart is None or basket.problems:
        return None
    checkout = Checkout(
        token=cart.checkout_token,
        expected_total=basket.total_vnd,
        name=plan.buyer["name"],
        phone=plan.buyer["phone"],
        email=plan.buyer["email"],
        province=province,
        ward=ward,
        street=plan.buyer["street"],
        payment=plan.payment,
    )
    with writing():
        return orders.place(checkout, by=buyer)


def _perform(order: Order, plan: Plan, buyer: Actor, seller: Actor, chance: Random) -> None:
    at = plan.at
    if plan.stage == 4 and chance.random() < 0.06:
        with clock.frozen(at + timedelta(hours=3)), writing():
            orders.cancel(order, reason=CancelReason.CHANGED_MIND, by=buyer)
        return
    if plan.payment == "vietqr":
        if plan.stage == 0:
            return
        at += timedelta(hours=chance.randint(1, 5))
        with clock.frozen(at), writing():
            payment = db.session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
            payments.confirm_receipt(payment, amount_vnd=payment.amount_vnd, by=seller)
    if plan.stage >= 2:
        _send(order, at, plan.stage, buyer, seller, chance)


def _weighed(order: Order, chance: Random) -> list[orders.Packed]:
    """Goods sold by weight are weighed when they are packed, here always within what was promised."""
    return [
        orders.Packed(
            sku=line.sku, packs=line.quantity, grams=line.quantity * (line.estimated_grams or 0) + chance.randint(0, 90)
        )
        for line in order.lines
        if line.is_by_weight
    ]


def _send(order: Order, at: datetime, stage: int, buyer: Actor, seller: Actor, chance: Random) -> None:
    at = min(at + timedelta(hours=chance.randint(2, 20)), clock.now() - timedelta(minutes=40))
    with clock.frozen(at), writing():
        orders.confirm(order, ship_on=clock.today(), by=seller)
    if stage >= 3:
        at = min(at + timedelta(hours=chance.randint(1, 8)), clock.now() - timedelta(minutes=20))
        number = f"{chance.choice('AVGJ')}{chance.randint(10**8, 10**9 - 1)}VN"
        with clock.frozen(at), writing():
            orders.ship(
                order, carrier=chance.choice(CARRIERS), tracking=number, by=seller, packed=_weighed(order, chance)
            )
    if stage == 4:
        at += timedelta(days=chance.randint(2, 5))
        with clock.frozen(at), writing():
            orders.deliver(order, on=clock.today(), by=buyer)
        _review(order, at, buyer, seller, chance)
        with clock.frozen(at + timedelta(days=8)), writing():
            orders.pass_deadline(order)


def _review(order: Order, at: datetime, buyer: Actor, seller: Actor, chance: Random) -> None:
    for line in order.lines:
        said = _words_for(line.product_slug, line.set_number, chance)
        if said is None:
            continue
        with clock.frozen(at + timedelta(days=1, hours=chance.randint(0, 9))), writing():
            given = orders.review(line, rating=said["rating"], text=said["text"], by=buyer)
            if said.get("reply"):
                orders.reply_to(given, text=said["reply"], by=seller)


_used: set[str] = set()


def _words_for(kind: str, set_number: int, chance: Random) -> Row | None:
    """A review that nobody has written yet: about this kind, or about its set."""
    fresh = [row for row in rows("reviews") if row["text"] not in _used]
    fitting = [row for row in fresh if row.get("kind") == kind] or [
        row for row in fresh if row.get("set") == set_number
    ]
    if not fitting or chance.random() < 0.1:
        return None
    said = chance.choice(fitting)
    _used.add(said["text"])
    return said


def hush() -> None:
    """What happened long ago is read already, and no letter about it waits to be sent."""
    recent = clock.now() - timedelta(days=5)
    old = select(Notice.ref).where(Notice.created_at < recent)
    db.session.execute(update(Notice).where(Notice.ref.in_(old)).values(read_at=clock.now()))
    for job in db.session.scalars(select(Job).where(Job.kind == DELIVER)):
        db.session.delete(job)
