"""The life of an order, and why one is cancelled."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class OrderState(Labelled):
    """Where an order stands."""

    AWAITING_PAYMENT = "awaiting_payment", _l("waiting for payment")
    PLACED = "placed", _l("placed")
    CONFIRMED = "confirmed", _l("confirmed")
    SHIPPED = "shipped", _l("on its way")
    DELIVERED = "delivered", _l("delivered")
    COMPLETED = "completed", _l("completed")
    CANCELLED = "cancelled", _l("cancelled")
    UNDELIVERED = "undelivered", _l("not accepted at the door")
    RETURNED_TO_SELLER = "returned_to_seller", _l("back with the seller")


class OrderAction(Labelled):
    """What may happen to an order."""

    SETTLE = "settle", _l("Payment received")
    CONFIRM = "confirm", _l("Confirm")
    SHIP = "ship", _l("Hand over to the carrier")
    DELIVER = "deliver", _l("Delivered")
    COMPLETE = "complete", _l("Complete")
    CANCEL = "cancel", _l("Cancel")
    FAIL_DELIVERY = "fail_delivery", _l("Not accepted at the door")
    TAKE_BACK = "take_back", _l("Taken back into stock")
    REVIVE = "revive", _l("Paid after all")


ORDER: Machine[OrderState, OrderAction] = Machine(
    {
        (OrderState.AWAITING_PAYMENT, OrderAction.SETTLE): OrderState.PLACED,
        (OrderState.AWAITING_PAYMENT, OrderAction.CANCEL): OrderState.CANCELLED,
        (OrderState.PLACED, OrderAction.CONFIRM): OrderState.CONFIRMED,
        (OrderState.PLACED, OrderAction.CANCEL): OrderState.CANCELLED,
        (OrderState.CONFIRMED, OrderAction.SHIP): OrderState.SHIPPED,
        (OrderState.CONFIRMED, OrderAction.CANCEL): OrderState.CANCELLED,
        (OrderState.SHIPPED, OrderAction.DELIVER): OrderState.DELIVERED,
        (OrderState.SHIPPED, OrderAction.FAIL_DELIVERY): OrderState.UNDELIVERED,
        (OrderState.DELIVERED, OrderAction.COMPLETE): OrderState.COMPLETED,
        (OrderState.UNDELIVERED, OrderAction.TAKE_BACK): OrderState.RETURNED_TO_SELLER,
        (OrderState.CANCELLED, OrderAction.REVIVE): OrderState.PLACED,
    }
)


class CancelReason(Labelled):
    """Why an order was cancelled."""

    UNPAID = "unpaid", _l("not paid in time")
    UNANSWERED = "unanswered", _l("the seller did not answer in time")
    CHANGED_MIND = "changed_mind", _l("the buyer changed her mind")
    WRONG_ADDRESS = "wrong_address", _l("wrong address or details")
    TOO_SLOW = "too_slow", _l("takes too long")
    OUT_OF_STOCK = "out_of_stock", _l("the seller ran out of goods")
    CANNOT_DELIVER = "cannot_deliver", _l("the seller cannot deliver there")
    NO_STOCK_LEFT = "no_stock_left", _l("payment came after the goods were gone")
    OTHER = "other", _l("another reason")


class DeliveryKind(Labelled):
    """How goods reach the buyer."""

    SHIP = "ship", _l("delivery")
    PICK_UP = "pick-up", _l("pick-up at the producer")


class Zone(Labelled):
    """How far a parcel goes, as sellers price it."""

    SAME_PROVINCE = "same_province", _l("same province")
    SAME_REGION = "same_region", _l("same region")
    ELSEWHERE = "elsewhere", _l("elsewhere")


class StepKind(Labelled):
    """What a timeline tells."""

    PLACED = "placed", _l("Order placed")
    PAYMENT_DECLARED = "payment_declared", _l("The buyer says the transfer is made")
    PAYMENT_NOT_FOUND = "payment_not_found", _l("The seller found no transfer")
    PAID = "paid", _l("Payment received")
    REVIVED = "revived", _l("Payment came late; the goods are set aside again")
    CONFIRMED = "confirmed", _l("Confirmed by the seller")
    SHIPPED = "shipped", _l("Handed over to the carrier")
    DELIVERED = "delivered", _l("Delivered")
    COMPLETED = "completed", _l("Completed")
    CANCELLED = "cancelled", _l("Cancelled")
    UNDELIVERED = "undelivered", _l("Not accepted at the door")
    TAKEN_BACK = "taken_back", _l("Back with the seller")
    REFUND_DUE = "refund_due", _l("The money has to be given back")
    REFUNDED = "refunded", _l("Money given back")
    SHORTENED = "shortened", _l("Less shipped than ordered")
    CANCEL_ASKED = "cancel_asked", _l("The buyer asks to cancel")
    CANCEL_DECLINED = "cancel_declined", _l("The seller keeps to the order")
    RETURN_ASKED = "return_asked", _l("The buyer wants to send goods back")
    RETURN_APPROVED = "return_approved", _l("The return is agreed")
    RETURN_DECLINED = "return_declined", _l("The return is declined")
    RETURN_ESCALATED = "return_escalated", _l("The marketplace looks at the return")
    RETURN_SENT = "return_sent", _l("The goods are on their way back")
    RETURN_RECEIVED = "return_received", _l("The return is accepted")
    RETURN_DISMISSED = "return_dismissed", _l("The marketplace finds no ground for a return")
    RETURN_WITHDRAWN = "return_withdrawn", _l("The return is withdrawn")
    CHECKED = "checked", _l("Checked by the buyer")
    UNCHECKED = "unchecked", _l("Counts as delivered, unchecked")


class ShortReason(Labelled):
    """Why less leaves than was ordered."""

    OUT_OF_STOCK = "out_of_stock", _l("not enough goods left")
    NOT_GOOD_ENOUGH = "not_good_enough", _l("some were not good enough to send")
    LIGHTER = "lighter", _l("they weigh less than estimated")
    AGREED = "agreed", _l("agreed with the buyer")
    OTHER = "other", _l("another reason")


class RejectReason(Labelled):
    """Why goods of a delivery are not accepted."""

    DAMAGED = "damaged", _l("damaged or spoilt on arrival")
    WRONG_GOODS = "wrong_goods", _l("other goods than ordered")
    POOR_QUALITY = "poor_quality", _l("below the agreed quality")
    OUT_OF_DATE = "out_of_date", _l("past or close to its best-before day")
    MISSING = "missing", _l("not in the delivery")
    OTHER = "other", _l("another reason")


class Side(Labelled):
    """Who made a step."""

    BUYER = "buyer", _l("buyer")
    SELLER = "seller", _l("seller")
    PLATFORM = "platform", _l("marketplace")


class ReviewState(Labelled):
    """Whether people see a review."""

    SHOWN = "shown", _l("shown")
    HIDDEN = "hidden", _l("hidden")


class ReviewAction(Labelled):
    """What moderation may do with a review."""

    HIDE = "hide", _l("Hide")
    SHOW = "show", _l("Show again")


REVIEW: Machine[ReviewState, ReviewAction] = Machine(
    {
        (ReviewState.SHOWN, ReviewAction.HIDE): ReviewState.HIDDEN,
        (ReviewState.HIDDEN, ReviewAction.SHOW): ReviewState.SHOWN,
    }
)


class ReturnState(Labelled):
    """Where goods stand that a buyer wants to give back."""

    REQUESTED = "requested", _l("waits for the seller's answer")
    APPROVED = "approved", _l("agreed, goods go back")
    DECLINED = "declined", _l("declined by the seller")
    ESCALATED = "escalated", _l("with the marketplace")
    RECEIVED = "received", _l("accepted, money goes back")
    REFUNDED = "refunded", _l("money given back")
    DISMISSED = "dismissed", _l("no ground found")
    WITHDRAWN = "withdrawn", _l("taken back")


class ReturnAction(Labelled):
    """What may happen to a return."""

    APPROVE = "approve", _l("Agree")
    DECLINE = "decline", _l("Decline")
    ESCALATE = "escalate", _l("Ask the marketplace")
    RECEIVE = "receive", _l("The goods are back")
    REFUND = "refund", _l("Money given back")
    DISMISS = "dismiss", _l("No ground found")
    WITHDRAW = "withdraw", _l("Take it back")


RETURN: Machine[ReturnState, ReturnAction] = Machine(
    {
        (ReturnState.REQUESTED, ReturnAction.APPROVE): ReturnState.APPROVED,
        (ReturnState.REQUESTED, ReturnAction.DECLINE): ReturnState.DECLINED,
        (ReturnState.REQUESTED, ReturnAction.ESCALATE): ReturnState.ESCALATED,
        (ReturnState.REQUESTED, ReturnAction.WITHDRAW): ReturnState.WITHDRAWN,
        (ReturnState.APPROVED, ReturnAction.RECEIVE): ReturnState.RECEIVED,
        (ReturnState.APPROVED, ReturnAction.ESCALATE): ReturnState.ESCALATED,
        (ReturnState.APPROVED, ReturnAction.WITHDRAW): ReturnState.WITHDRAWN,
        (ReturnState.DECLINED, ReturnAction.ESCALATE): ReturnState.ESCALATED,
        (ReturnState.ESCALATED, ReturnAction.APPROVE): ReturnState.APPROVED,
        (ReturnState.ESCALATED, ReturnAction.RECEIVE): ReturnState.RECEIVED,
        (ReturnState.ESCALATED, ReturnAction.DISMISS): ReturnState.DISMISSED,
        (ReturnState.ESCALATED, ReturnAction.WITHDRAW): ReturnState.WITHDRAWN,
        (ReturnState.RECEIVED, ReturnAction.REFUND): ReturnState.REFUNDED,
    }
)


class ReturnReason(Labelled):
    """What is wrong with the goods, or that nothing is."""

    DAMAGED = "damaged", _l("damaged or spoilt on arrival")
    WRONG_GOODS = "wrong_goods", _l("other goods than ordered")
    NOT_AS_DESCRIBED = "not_as_described", _l("not as described")
    OUT_OF_DATE = "out_of_date", _l("past or close to its best-before day")
    CHANGED_MIND = "changed_mind", _l("nothing is wrong, no longer wanted")
    OTHER = "other", _l("another reason")

    @property
    def is_sellers_fault(self) -> bool:
        """The buyer then gets her share of the freight back, too."""
        return self in {self.DAMAGED, self.WRONG_GOODS, self.NOT_AS_DESCRIBED, self.OUT_OF_DATE}
