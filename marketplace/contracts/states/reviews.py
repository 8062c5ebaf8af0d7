"""What a department can say of a text, and why."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class ReviewState(Labelled):
    """Where a department's look at one frozen text stands."""

    WAITING = "waiting", _l("waits for an opinion")
    APPROVED = "approved", _l("no objection, approved")
    NO_OBJECTION = "no_objection", _l("no objection within the time")
    NO_DEPARTMENT = "no_department", _l("no department in this province yet")
    OVERDUE = "overdue", _l("overdue")
    RETURNED = "returned", _l("sent back with reasons")
    CLOSED = "closed", _l("closed: the text has changed")


class ReviewAction(Labelled):
    """What may happen to a review."""

    APPROVE = "approve", _l("Approve")
    RETURN = "return", _l("Send back")
    LET_PASS = "let_pass", _l("Time passed without objection")
    REMIND = "remind", _l("Time passed")
    CLOSE = "close", _l("Close")


REVIEW: Machine[ReviewState, ReviewAction] = Machine(
    {
        **{(state, ReviewAction.APPROVE): ReviewState.APPROVED for state in (ReviewState.WAITING, ReviewState.OVERDUE)},
        **{(state, ReviewAction.RETURN): ReviewState.RETURNED for state in (ReviewState.WAITING, ReviewState.OVERDUE)},
        (ReviewState.WAITING, ReviewAction.LET_PASS): ReviewState.NO_OBJECTION,
        (ReviewState.WAITING, ReviewAction.REMIND): ReviewState.OVERDUE,
        **{
            (state, ReviewAction.CLOSE): ReviewState.CLOSED
            for state in ReviewState
            if state not in {ReviewState.CLOSED, ReviewState.RETURNED}
        },
    }
)
PASSED = (ReviewState.APPROVED, ReviewState.NO_OBJECTION, ReviewState.NO_DEPARTMENT)
PENDING = (ReviewState.WAITING, ReviewState.OVERDUE)


class ReturnReason(Labelled):
    """Why a department sends a text back."""

    LAW = "law", _l("against a rule of law")
    GOODS = "goods", _l("goods, stars or certificates")
    PRICE = "price", _l("price or payment")
    DELIVERY = "delivery", _l("delivery or acceptance")
    PARTIES = "parties", _l("standing of a side")
    UNCLEAR = "unclear", _l("unclear or contradictory")
    OTHER = "other", _l("another reason")
