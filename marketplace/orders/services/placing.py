"""Placing: one confirmation becomes one purchase with an order for each seller, or nothing at all.

The buyer's guard, the cart and then the stock rows are locked, always in this order. The token is looked up under the
first two, before the cart is looked into, so the same confirmation sent again answers with the first purchase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, delete, false, func, or_, select
from sqlalchemy.orm import load_only
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.accounts.models import Organisation
from marketplace.accounts.queries import belongs_to_any
from marketplace.core import audit, clock, i18n
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db, insert_into, table_of
from marketplace.core.events import publish
from marketplace.core.i18n import gettext as _
from marketplace.core.money import net_of_vat
from marketplace.core.refs import new_token, next_ref, set_refs_aside, token_digest
from marketplace.core.refusals import Refused
from marketplace.inventory import services as inventory
from marketplace.orders import methods
from marketplace.orders.events import OrderPlaced
from marketplace.orders.methods import PaymentMethod
from marketplace.orders.models import Cart, CartLine, Order, OrderLine, OrderStep, Purchase, UnpaidGuard
from marketplace.orders.queries import carts
from marketplace.orders.queries.basket import Basket, Line, Part, basket_of
from marketplace.orders.queries.stars import Star, stars_in_force
from marketplace.orders.services import telling
from marketplace.orders.states import DeliveryKind, OrderState, Side, StepKind
from marketplace.places.models import Province, Ward

MOST_UNPAID = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """What the buyer filled in and saw: `expected_total` in đồng, `deliveries` {shop slug: "ship" | "pick-up"}."""

    token: str
    expected_total: int
    name: str
    phone: str
    email: str
    province: Province
    ward: Ward | None
    street: str
    payment: str
    deliveries: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    age_stated: bool = False


class TotalChanged(Refused):
    """The sum is no longer the one that was shown: nothing is placed, the buyer looks again."""


def place(checkout: Checkout, *, by: Actor) -> Purchase:
    """Turn the buyer's cart into a purchase, set the goods aside and tell each seller; the same token once only."""
    _guard(checkout, by)
    cart = carts.locked_cart_of(by)
    again = _placed_with(checkout.token, by)
    if again is not None:
        return again
    if cart is None:
        raise Refused(_("Your cart is empty."))
    _check_standing(by)
    _check_unpaid(checkout, by)
    method = _method(checkout)
    basket = _checked_basket(cart, checkout, method, by)
    purchase = _purchase(basket, checkout, method, by)
    _set_aside(purchase, method, by)
    db.session.add(purchase)
    _empty(cart)
    _announce(purchase, by)
    return purchase


def _placed_with(token: str, by: Actor) -> Purchase | None:
    known = db.session.execute(_with_token(), {"token": token}).first()
    if known is None:
        return None
    if known.person_id != by.person_id:
        raise Refused(_("This page is out of date. Please look at your cart again."))
    return db.session.get_one(Purchase, known.id)


@cache
def _with_token() -> Any:
    purchases = table_of(Purchase)
    return select(purchases.c.id, purchases.c.person_id).where(purchases.c.token == bindparam("token"))


def _guard(checkout: Checkout, by: Actor) -> None:
    """One buyer places one purchase at a time."""
    contacts = (f"guest:{contact}" for contact in (checkout.phone, checkout.email) if contact)
    keys = sorted(map(token_digest, [f"person:{by.person_id}"] if by.person_id else contacts))
    if keys:
        db.session.execute(_once_more(db.engine.dialect.name), [{"key": key, "placed": 1} for key in keys])


@cache
def _once_more(_dialect: str) -> Any:
    table = table_of(UnpaidGuard)
    insert = insert_into(table)
    upsert = insert.on_conflict_do_update(index_elements=["key"], set_={"placed": table.c.placed + 1})
    return upsert.returning(table.c.id)


def _check_standing(by: Actor) -> None:
    """A suspended organisation orders nothing."""
    if by.organisation_suspended:
        name = by.organisation_name
        raise Refused(_("%(name)s is suspended and cannot order for now. You may order as yourself.", name=name))


def _check_unpaid(checkout: Checkout, by: Actor) -> None:
    """At most three purchases of one buyer wait for payment or an answer, so that holds cannot empty a shop."""
    is_known_firm = by.organisation_kind is OrganisationKind.BUYER and by.organisation_verified
    if not is_known_firm and _count_waiting(checkout, by) >= MOST_UNPAID:
        raise Refused(
            _(
                "You have %(count)s orders that wait for payment or an answer. Pay or cancel one of them first.",
                count=MOST_UNPAID,
            )
        )


def _count_waiting(checkout: Checkout, by: Actor) -> int:
    """Purchases of this buyer that wait; a guest is known by her phone and by her e-mail address."""
    known: dict[str, int | str]
    if by.person_id is not None:
        known = {"person_id": by.person_id}
    else:
        known = {name: value for name, value in (("phone", checkout.phone), ("email", checkout.email)) if value}
    return int(db.session.scalar(_waiting(tuple(known)), known) or 0)


@cache
def _waiting(names: tuple[str, ...]) -> Any:
    purchases, orders = table_of(Purchase), table_of(Order)
    waiting = orders.c.state.in_([OrderState.AWAITING_PAYMENT, OrderState.PLACED]) & orders.c.is_paid.is_(False)
    mine = or_(false(), *(purchases.c[name] == bindparam(name) for name in names))
    if names != ("person_id",):
        mine = mine & purchases.c.person_id.is_(None) & purchases.c.organisation_id.is_(None)
    together = purchases.join(orders, orders.c.purchase_id == purchases.c.id)
    return select(func.count(func.distinct(purchases.c.id))).select_from(together).where(waiting, mine)


def _method(checkout: Checkout) -> PaymentMethod:
    method = methods.method_named(checkout.payment)
    if method is None:
        raise Refused(_("Please choose one of the ways to pay."), field="payment")
    return method


def _checked_basket(cart: Cart, checkout: Checkout, method: PaymentMethod, by: Actor) -> Basket:
    """The basket as it is now, with everything that stands in the way refused in words."""
    if checkout.token != cart.checkout_token:
        raise Refused(_("Your cart was ordered or changed in another window. Please look at it again."))
    basket = basket_of(cart, checkout.province, checkout.deliveries)
    if not basket.parts:
        raise Refused(_("Your cart is empty."))
    if basket.problems:
        raise Refused(" ".join(basket.problems))
    if _sells(by, [part.seller.id for part in basket.parts]):
        raise Refused(_("These are your own goods. Sign in as a buyer to order."))
    _check_ways(basket, checkout)
    _check_address(basket, checkout)
    if basket.has_alcohol and not checkout.age_stated:
        raise Refused(_("Please state that you are of age: your cart holds alcohol."), field="age_stated")
    against = method.refusal(basket.parts)
    if against:
        raise Refused(against, field="payment")
    if basket.total_vnd != checkout.expected_total:
        raise TotalChanged(
            _("The total has changed. Nothing was ordered: please look at it again and confirm."), detail=basket
        )
    return basket


def _sells(by: Actor, seller_ids: list[int]) -> bool:
    """Some of the goods are the buyer's own, also where she acts as herself: she could praise them otherwise."""
    if by.person_id is None:
        return False
    return any(map(by.acts_for, seller_ids)) or belongs_to_any(by.person_id, seller_ids)


def _check_ways(basket: Basket, checkout: Checkout) -> None:
    known = {kind.value for kind in DeliveryKind}
    for seller in (part.seller for part in basket.parts):
        if checkout.deliveries.get(seller.slug) not in {None, *known}:
            raise Refused(_("Please choose how the goods of %(seller)s reach you.", seller=seller.name))


def _check_address(basket: Basket, checkout: Checkout) -> None:
    shipped = any(part.chosen is DeliveryKind.SHIP for part in basket.parts)
    if shipped and checkout.ward is None:
        raise Refused(_("Please choose the ward or commune that the goods go to."), field="ward")
    if shipped and not checkout.street:
        raise Refused(_("Please type the house number and street or hamlet."), field="street")
    if checkout.ward is not None and checkout.ward.province_id != checkout.province.id:
        raise Refused(_("This ward or commune is not in %(place)s.", place=checkout.province.name), field="ward")


def _purchase(basket: Basket, checkout: Checkout, method: PaymentMethod, by: Actor) -> Purchase:
    is_firm = by.organisation_kind is OrganisationKind.BUYER
    _set_refs_aside(basket, checkout)
    purchase = Purchase(
        ref=next_ref("purchase"),
        token=checkout.token,
        person_id=by.person_id,
        organisation_id=by.organisation_id if is_firm else None,
        locale=i18n.locale(),
        name=checkout.name,
        phone=checkout.phone,
        email=checkout.email,
        street=checkout.street,
        ward_id=checkout.ward.id if checkout.ward else None,
        province_id=checkout.province.id,
        payment_method=checkout.payment,
        total_vnd=basket.total_vnd,
        terms_version=current_app.config["SETTINGS"].terms_version,
        note=checkout.note,
        age_stated=checkout.age_stated,
        created_at=clock.now(),
    )
    certificates = stars_in_force({line.product.id for part in basket.parts for line in part.lines})
    purchase.orders = [_order(part, method, certificates) for part in basket.parts]
    return purchase


def _set_refs_aside(basket: Basket, checkout: Checkout) -> None:
    """All that this purchase and those who hear of it will number, in one statement."""
    orders = len(basket.parts)
    letters = orders * (2 if checkout.email else 1)
    set_refs_aside(purchase=1, order=orders, payment=orders, ledger=orders, notice=letters)


def _order(part: Part, method: PaymentMethod, certificates: Mapping[int, Star]) -> Order:
    quote = part.quote
    if quote is None or part.chosen is None:
        raise Refused(_("Please choose how you get the goods of %(seller)s.", seller=part.seller.name))
    ref = next_ref("order")
    rate = current_app.config["SETTINGS"].commission_basis_points
    return Order(
        ref=ref,
        hold_ref=ref,
        seller_id=part.seller.id,
        seller_name=part.seller.legal_name,
        state=OrderState.AWAITING_PAYMENT if method.prepaid else OrderState.PLACED,
        delivery=part.chosen,
        payment_method=method.code,
        goods_vnd=part.goods_vnd,
        freight_vnd=part.freight_vnd,
        total_vnd=part.total_vnd,
        vat_vnd=sum(_vat(line) for line in part.lines),
        commission_vnd=part.goods_vnd * rate // 10_000,
        grams=part.grams,
        ready_on=quote.ready_on or clock.today(),
        earliest_on=quote.earliest_on or clock.today(),
        latest_on=quote.latest_on or clock.today(),
        placed_at=clock.now(),
        lines=[_order_line(line, certificates.get(line.product.id)) for line in part.lines],
        steps=[OrderStep(kind=StepKind.PLACED, side=Side.BUYER, note="", at=clock.now())],
    )


def _vat(line: Line) -> int:
    return line.amount_vnd - net_of_vat(line.amount_vnd, Decimal(line.product.vat_percent))


def _order_line(line: Line, certificate: Star | None) -> OrderLine:
    product = line.product
    return OrderLine(
        variant_id=line.variant.id,
        sku=line.variant.sku,
        product_name=product.name,
        product_name_en=product.name_en,
        product_slug=product.slug,
        variant_name=line.variant.name,
        set_number=product.set_number,
        quantity=line.quantity,
        unit_price_vnd=line.unit_price_vnd,
        list_price_vnd=line.variant.price_vnd,
        amount_vnd=line.amount_vnd,
        vat_percent=product.vat_percent,
        star=certificate.star if certificate else None,
        certificate_number=certificate.number if certificate else "",
        **_weighing(line),
    )


def _weighing(line: Line) -> dict[str, int]:
    """Goods sold by weight: what a pack is thought to weigh, and how much less it may weigh without a word."""
    if not line.variant.is_by_weight:
        return {}
    tolerance = current_app.config["SETTINGS"].weight_tolerance_percent
    return {"estimated_grams": line.variant.net_grams, "tolerance_percent": tolerance}


def _set_aside(purchase: Purchase, method: PaymentMethod, by: Actor) -> None:
    """Reserve every line of every order at once, so that two buyers can never wait for each other."""
    until = clock.now() + method.hold
    for order in purchase.orders:
        order.due_at = until
    demands = [
        inventory.Demand(variant_id=line.variant_id, quantity=line.quantity, owner_ref=order.hold_ref, expires_at=until)
        for order in purchase.orders
        for line in order.lines
    ]
    ready = inventory.reserve(demands, by=by)
    for order in purchase.orders:
        _move_days(
            order, max((day for (ref, _id), day in ready.items() if day and ref == order.hold_ref), default=None)
        )


def _move_days(order: Order, ready_on: date | None) -> None:
    """Goods made to order are promised from the day that the workshop really has room."""
    if ready_on is not None and ready_on > order.ready_on:
        order.promise_from(ready_on)


def _empty(cart: Cart) -> None:
    cart.checkout_token = new_token()
    with db.session.no_autoflush:
        db.session.execute(_taken_out(), {"cart_id": cart.id})


@cache
def _taken_out() -> Any:
    lines = table_of(CartLine)
    return delete(lines).where(lines.c.cart_id == bindparam("cart_id"))


def _announce(purchase: Purchase, by: Actor) -> None:
    """Each order begins its trail; who listens hears of it; its seller and the buyer are written to."""
    for order in purchase.orders:
        state, total = order.state.value, order.total_vnd
        audit.record(audit.subject_of(order), "place", by=by, after=state, total_vnd=total, purchase=purchase.ref)
    db.session.flush()
    _read_sellers(purchase)
    for order in purchase.orders:
        publish(OrderPlaced(order, by))
        telling.placed(order)


def _read_sellers(purchase: Purchase) -> None:
    """The sellers of all orders are read at once by those who ask for them next."""
    sellers = db.session.scalars(_sellers(), {"ids": [order.seller_id for order in purchase.orders]})
    by_id = {seller.id: seller for seller in sellers}
    for order in purchase.orders:
        set_committed_value(order, "seller", by_id[order.seller_id])


@cache
def _sellers() -> Any:
    names = load_only(Organisation.ref, Organisation.slug, Organisation.name, Organisation.legal_name)
    wanted = Organisation.id.in_(bindparam("ids", expanding=True))
    return select(Organisation).where(wanted).options(names)
