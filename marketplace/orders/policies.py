"""Who may see and do what with purchases and orders; and the way from a URL to one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.core.actors import Actor, Role
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach, require
from marketplace.core.refusals import NotSeen
from marketplace.orders.models import Order, OrderLine, Purchase, Receipt, Return, ReturnLine, Review

SELLING = (Role.MANAGER, Role.STAFF)


def is_buyer(actor: Actor, purchase: Purchase) -> bool:
    """The person who bought, a colleague in the firm that bought, or whoever holds the guest's key."""
    if purchase.person_id is not None and purchase.person_id == actor.person_id:
        return True
    if purchase.organisation_id is not None and actor.acts_for(purchase.organisation_id, *SELLING):
        return True
    return f"purchase:{purchase.ref}" in actor.grants


def is_seller(actor: Actor, order: Order) -> bool:
    """Works for the producer who sells."""
    return actor.acts_for(order.seller_id, *SELLING)


@permits(Permission.DESK_SEE)
def may_see_desk(actor: Actor, seller: Organisation) -> bool:
    """Managers and staff of the producer see what was ordered, and by whom."""
    return actor.acts_for(seller.id, *SELLING)


@permits(Permission.FREIGHT_EDIT)
def may_edit_freight(actor: Actor, seller: Organisation) -> bool:
    """Managers and staff of the producer say what delivery costs."""
    return actor.is_seller and actor.acts_for(seller.id, *SELLING)


@permits(Permission.PURCHASE_SEE)
def may_see_purchase(actor: Actor, purchase: Purchase) -> bool:
    """Only its buyer."""
    return is_buyer(actor, purchase)


@permits(Permission.ORDER_SEE)
def may_see_order(actor: Actor, order: Order) -> bool:
    """Both sides."""
    return is_buyer(actor, order.purchase) or is_seller(actor, order)


@permits(Permission.ORDER_CONFIRM)
def may_confirm(actor: Actor, order: Order) -> bool:
    """The seller."""
    return is_seller(actor, order)


@permits(Permission.ORDER_SHIP)
def may_ship(actor: Actor, order: Order) -> bool:
    """The seller."""
    return is_seller(actor, order)


@permits(Permission.ORDER_DELIVER)
def may_say_delivered(actor: Actor, order: Order) -> bool:
    """The seller, with a day."""
    return is_seller(actor, order)


@permits(Permission.ORDER_RECEIVE)
def may_say_received(actor: Actor, order: Order) -> bool:
    """The buyer."""
    return is_buyer(actor, order.purchase)


@permits(Permission.ORDER_CANCEL)
def may_cancel(actor: Actor, order: Order) -> bool:
    """Both sides; until when, the service says."""
    return may_see_order(actor, order)


@permits(Permission.ORDER_MARK_UNDELIVERED)
def may_mark_undelivered(actor: Actor, order: Order) -> bool:
    """The seller."""
    return is_seller(actor, order)


@permits(Permission.ORDER_TAKE_BACK)
def may_take_back(actor: Actor, order: Order) -> bool:
    """The seller."""
    return is_seller(actor, order)


@permits(Permission.ORDER_REVIEW)
def may_review(actor: Actor, order: Order) -> bool:
    """The buyer."""
    return is_buyer(actor, order.purchase)


@permits(Permission.REVIEW_ANSWER)
def may_answer_review(actor: Actor, review: Review) -> bool:
    """The seller of what was reviewed."""
    return is_seller(actor, review.line.order)


@permits(Permission.ORDER_ASK_TO_CANCEL)
def may_ask_to_cancel(actor: Actor, order: Order) -> bool:
    """The buyer; on terms the seller, too."""
    return is_buyer(actor, order.purchase) or (order.is_on_terms and is_seller(actor, order))


@permits(Permission.ORDER_ANSWER_CANCEL)
def may_answer_cancel(actor: Actor, order: Order) -> bool:
    """The seller; on terms the side that was asked."""
    return is_seller(actor, order) or (order.is_on_terms and is_buyer(actor, order.purchase))


@permits(Permission.ORDER_REORDER)
def may_reorder(actor: Actor, order: Order) -> bool:
    """The buyer."""
    return is_buyer(actor, order.purchase)


@permits(Permission.ORDER_PAPER_SEE)
def may_see_paper(actor: Actor, order: Order) -> bool:
    """Both sides."""
    return may_see_order(actor, order)


@permits(Permission.ORDER_PACKING_SLIP_SEE)
def may_see_packing_slip(actor: Actor, order: Order) -> bool:
    """The seller, who packs."""
    return is_seller(actor, order)


@permits(Permission.RETURN_ASK)
def may_ask_for_return(actor: Actor, order: Order) -> bool:
    """The buyer."""
    return is_buyer(actor, order.purchase)


@permits(Permission.RETURN_SEE)
def may_see_return(actor: Actor, back: Return) -> bool:
    """Both sides, and the marketplace's operator, who may have to decide."""
    return may_see_order(actor, back.order) or may_oversee_returns(actor, None)


@permits(Permission.RETURN_ANSWER)
def may_answer_return(actor: Actor, back: Return) -> bool:
    """The seller."""
    return is_seller(actor, back.order)


@permits(Permission.RETURN_SEND)
def may_send_return(actor: Actor, back: Return) -> bool:
    """The buyer: she sends goods, gives up, or does not accept a no."""
    return is_buyer(actor, back.order.purchase)


@permits(Permission.RETURN_DECIDE)
def may_decide_return(actor: Actor, _back: Return) -> bool:
    """The marketplace's operator."""
    return may_oversee_returns(actor, None)


@permits(Permission.RETURNS_OVERSEE)
def may_oversee_returns(actor: Actor, _nothing: object) -> bool:
    """Managers and staff of the marketplace's operator."""
    return actor.is_operator and actor.has_role(*SELLING)


def purchase_for(actor: Actor, ref: str) -> Purchase:
    """The purchase behind an address, for its buyer; 404 for everyone else."""
    orders = selectinload(Purchase.orders)
    statement = (
        select(Purchase)
        .where(Purchase.ref == ref[:32])
        .options(orders.selectinload(Order.lines), orders.selectinload(Order.seller))
    )
    return reach(actor, db.session.scalar(statement), Permission.PURCHASE_SEE)


def order_for(actor: Actor, ref: str, permission: Permission | None = None) -> Order:
    """The order behind an address: 404 unless the actor is on one of its sides, 403 unless she may do this with it."""
    whole = (
        selectinload(Order.lines),
        selectinload(Order.steps),
        selectinload(Order.purchase),
        selectinload(Order.seller),
        selectinload(Order.returns).selectinload(Return.lines),
        joinedload(Order.delivery_receipt).selectinload(Receipt.lines),
    )
    order = db.session.scalar(select(Order).where(Order.ref == ref[:32]).options(*whole))
    return reach(actor, order, Permission.ORDER_SEE, permission)


def return_for(actor: Actor, ref: str, permission: Permission | None = None) -> Return:
    """The return behind an address: 404 unless the actor is on one of its sides or oversees all, 403 unless she may."""
    order = selectinload(Return.order)
    whole = (
        order.selectinload(Order.lines),
        order.selectinload(Order.purchase),
        order.selectinload(Order.seller),
        selectinload(Return.lines).selectinload(ReturnLine.line),
        selectinload(Return.photos),
    )
    back = db.session.scalar(select(Return).where(Return.ref == ref[:32]).options(*whole))
    return reach(actor, back, Permission.RETURN_SEE, permission)


def line_for(actor: Actor, ref: str, sku: str, permission: Permission) -> OrderLine:
    """One line of an order that the actor may see."""
    order = order_for(actor, ref, permission)
    for line in order.lines:
        if line.sku == sku:
            return line
    raise NotSeen


def review_for(actor: Actor, ref: str, sku: str, permission: Permission) -> Review:
    """The review of one line, for those who may do this with it."""
    line = line_for(actor, ref, sku, Permission.ORDER_SEE)
    given = db.session.scalar(select(Review).where(Review.line_id == line.id))
    if given is None:
        raise NotSeen
    require(actor, permission, given)
    return given
