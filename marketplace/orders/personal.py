"""What a person bought and said of it: handed out; kept without her name where the law wants the figures kept."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, select

from marketplace.accounts.models import ERASED_AT
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.personal_data import (
    PSEUDONYM,
    Hindrance,
    Section,
    Subject,
    erases,
    exports,
    forget_in_notices,
    keeps,
)
from marketplace.orders.models import Cart, Order, OrderLine, Purchase, Return, Review
from marketplace.orders.states import OrderState

ENDED = (OrderState.COMPLETED, OrderState.CANCELLED, OrderState.RETURNED_TO_SELLER)


def purchases_of(subject: Subject) -> ColumnElement[bool]:
    """Hers: with her account, or as a guest with the address that her account has proven."""
    as_guest = Purchase.person_id.is_(None) & Purchase.organisation_id.is_(None) & (Purchase.email == subject.email)
    return or_(Purchase.person_id == subject.person_id, as_guest if subject.email else false())


@exports("orders")
def orders(subject: Subject) -> Section:
    """What she ordered, and where it went."""
    found = select(Order).join(Purchase).where(purchases_of(subject)).order_by(Order.id)
    labels = {"ref": _l("Order"), "placed_at": _l("Placed"), "seller": _l("Seller"), "state": _l("State")}
    labels |= {"goods": _l("Goods"), "total_vnd": _l("Total"), "name": _l("Name"), "phone": _l("Phone")}
    labels |= {"email": _l("E-mail"), "address": _l("Address"), "note": _l("Note")}
    return Section(_l("Orders"), labels, [_order(one) for one in db.session.scalars(found)])


def _order(order: Order) -> dict[str, object]:
    bought = order.purchase
    place = [bought.street, bought.ward.name if bought.ward else "", bought.province.name]
    known = {"ref": order.ref, "placed_at": clock.local(order.placed_at), "seller": order.seller_name}
    goods = "; ".join(f"{line.quantity} × {line.product_name}, {line.variant_name}" for line in order.lines)
    figures = {"state": str(order.state.label), "goods": goods, "total_vnd": order.total_vnd}
    who = {"name": bought.name, "phone": bought.phone, "email": bought.email}
    return known | figures | who | {"address": ", ".join(filter(None, place)), "note": bought.note}


@exports("reviews")
def reviews(subject: Subject) -> Section:
    """What she wrote about goods."""
    labels = {"at": _l("When"), "product": _l("Product"), "rating": _l("Stars"), "text": _l("Text")}
    rows = [
        {"at": clock.local(one.created_at), "product": one.product.name, "rating": one.rating, "text": one.text}
        for one in _reviews(subject)
    ]
    return Section(_l("Your reviews"), labels, rows)


def _reviews(subject: Subject) -> list[Review]:
    hers = select(Review).join(Review.line).join(OrderLine.order).join(Order.purchase).where(purchases_of(subject))
    return list(db.session.scalars(hers.order_by(Review.id)))


@keeps("orders")
def running(subject: Subject) -> list[Hindrance]:
    """Orders that have not ended: goods, money or answers are still on their way."""
    found = select(Order).join(Purchase).where(purchases_of(subject), Purchase.organisation_id.is_(None))
    return [
        Hindrance(
            _("Order %(ref)s is not finished (%(state)s).", ref=one.ref, state=one.state.label), f"/orders/{one.ref}"
        )
        for one in db.session.scalars(found.where(Order.state.not_in(ENDED)).order_by(Order.id))
    ]


@erases("orders")
def forget_orders(subject: Subject) -> None:
    """Purchases keep what was bought, for how much and in which commune, but say no longer by whom."""
    bought = list(db.session.scalars(select(Purchase).where(purchases_of(subject))))
    for one in _reviews(subject):
        one.author = PSEUDONYM
    for purchase in bought:
        purchase.name, purchase.phone, purchase.street, purchase.note = PSEUDONYM, "", "", ""
        purchase.email = f"{purchase.ref.lower()}{ERASED_AT}"
    of_hers = Order.purchase_id.in_([one.id for one in bought])
    for back in db.session.scalars(select(Return).join(Return.order).where(of_hers)):
        back.note, back.appeal = "", ""
    cart = db.session.scalar(select(Cart).where(Cart.person_id == subject.person_id))
    if cart is not None:
        db.session.delete(cart)
    forget_in_notices(subject, *[one.ref for one in bought])
