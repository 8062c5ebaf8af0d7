"""The life of an agreement, as a table; T1 to T18 stand for the transitions of the field's description.

A row of `agreements` is one paper that two organisations settle: a contract, or a later paper that changes or ends one
(an annex, minutes of termination or of liquidation). All four go through the same steps up to `active`; only contracts
live on after that.
"""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class AgreementKind(Labelled):
    """What two sides agree on."""

    MOU = "mou", _l("memorandum of understanding")
    FRAMEWORK = "framework", _l("framework agreement")
    SALE = "sale", _l("sale contract")
    DISTRIBUTION = "distribution", _l("distribution contract")


class PaperKind(Labelled):
    """Which paper a row is: the contract itself, or one that changes or ends it."""

    CONTRACT = "contract", _l("contract")
    AMENDMENT = "amendment", _l("annex")
    TERMINATION = "termination", _l("minutes of termination")
    LIQUIDATION = "liquidation", _l("minutes of liquidation")


class Side(Labelled):
    """The two sides."""

    SELLER = "seller", _l("seller")
    BUYER = "buyer", _l("buyer")

    @property
    def other(self) -> Side:
        """The side across the table."""
        return Side.BUYER if self is Side.SELLER else Side.SELLER


class Turn(Labelled):
    """Who has to act next."""

    SELLER = "seller", _l("the seller")
    BUYER = "buyer", _l("the buyer")
    BOTH = "both", _l("both sides")
    DEPARTMENTS = "departments", _l("the departments")
    SYSTEM = "system", _l("the marketplace")
    NOBODY = "nobody", _l("nobody")


class AgreementState(Labelled):
    """Where a paper stands; disputed, monitored, challenged and suspended are flags beside it."""

    DRAFT = "draft", _l("draft")
    NEGOTIATING = "negotiating", _l("in negotiation")
    AGREED = "agreed", _l("terms agreed")
    IN_REVIEW = "in_review", _l("with the departments")
    READY = "ready", _l("ready to be issued")
    SIGNING = "signing", _l("being signed")
    ACTIVE = "active", _l("in force")
    WINDING_DOWN = "winding_down", _l("winding down")
    COMPLETED = "completed", _l("completed")
    EXPIRED = "expired", _l("expired")
    TERMINATED = "terminated", _l("terminated")
    CANCELLED = "cancelled", _l("cancelled")


class AgreementAction(Labelled):
    """What may happen to a paper."""

    SEND = "send", _l("Send")
    COUNTER = "counter", _l("Propose changes")
    ACCEPT = "accept", _l("Accept")
    TASK = "task", _l("Ask the departments")
    CLEAR = "clear", _l("No review needed")
    APPROVE = "approve", _l("Approve")
    RETURN = "return", _l("Send back with reasons")
    ISSUE = "issue", _l("Issue")
    SIGN = "sign", _l("Sign")
    ROLL_BACK = "roll_back", _l("Take a signature back")
    REOPEN = "reopen", _l("Ask for changes")
    ACTIVATE = "activate", _l("Enter into force")
    CANCEL = "cancel", _l("Cancel")
    AMEND = "amend", _l("Change by annex")
    WIND_DOWN = "wind_down", _l("Wind down")
    COMPLETE = "complete", _l("Complete")
    TERMINATE = "terminate", _l("Terminate")
    EXPIRE = "expire", _l("Expire")


S, A = AgreementState, AgreementAction
BEFORE_ACTIVE = (S.DRAFT, S.NEGOTIATING, S.AGREED, S.IN_REVIEW, S.READY, S.SIGNING)
RUNNING = (S.ACTIVE, S.WINDING_DOWN)
TERMINAL = (S.COMPLETED, S.EXPIRED, S.TERMINATED, S.CANCELLED)

AGREEMENT: Machine[AgreementState, AgreementAction] = Machine(
    {
        (S.DRAFT, A.SEND): S.NEGOTIATING,  # T2
        (S.NEGOTIATING, A.COUNTER): S.NEGOTIATING,  # T3
        (S.NEGOTIATING, A.ACCEPT): S.AGREED,  # T4
        (S.AGREED, A.TASK): S.IN_REVIEW,  # T5
        (S.AGREED, A.CLEAR): S.READY,  # T5
        (S.IN_REVIEW, A.APPROVE): S.READY,  # T6
        (S.IN_REVIEW, A.RETURN): S.NEGOTIATING,  # T7
        (S.READY, A.ISSUE): S.SIGNING,  # T8
        (S.SIGNING, A.SIGN): S.SIGNING,  # T9
        (S.SIGNING, A.ROLL_BACK): S.SIGNING,  # T9, a signature on hold turned out revoked
        (S.SIGNING, A.REOPEN): S.NEGOTIATING,  # T10
        (S.SIGNING, A.ACTIVATE): S.ACTIVE,  # T11
        **{(state, A.CANCEL): S.CANCELLED for state in BEFORE_ACTIVE},  # T12
        (S.ACTIVE, A.AMEND): S.ACTIVE,  # T13
        (S.ACTIVE, A.WIND_DOWN): S.WINDING_DOWN,  # T14
        **{(state, A.COMPLETE): S.COMPLETED for state in RUNNING},  # T15
        **{(state, A.TERMINATE): S.TERMINATED for state in RUNNING},  # T16
        **{(state, A.EXPIRE): S.EXPIRED for state in RUNNING},  # T17
    }
)


class CancelReason(Labelled):
    """Why a paper ended before it entered into force."""

    WITHDRAWN = "withdrawn", _l("taken back by the side that made it")
    REFUSED = "refused", _l("refused by the other side")
    LAPSED = "lapsed", _l("a deadline passed")
    DEPT_OBJECTION = "dept_objection", _l("a department objected")


class ReopenReason(Labelled):
    """Why an issued paper goes back to the table."""

    MISTAKE = "mistake", _l("a mistake in the text")
    FIGURES = "figures", _l("quantities, prices or days have changed")
    PARTIES = "parties", _l("details of a side have changed")
    OTHER = "other", _l("another reason")


class AmendmentRationale(Labelled):
    """Why an annex is made: the closed list that open data knows."""

    PRICE = "price", _l("price")
    QUANTITY = "quantity", _l("quantity")
    SCHEDULE = "schedule", _l("delivery days")
    TERM = "term", _l("term of the contract")
    GOODS = "goods", _l("goods, quality or packaging")
    CLAUSES = "clauses", _l("other clauses")


class TerminationGround(Labelled):
    """The ground of a unilateral end; Luật Thương mại 2005, Điều 310 and 312, for the first three."""

    BREACH = "breach", _l("a fundamental breach by the other side")
    AGREED_CONDITION = "agreed_condition", _l("a condition that the contract names")
    FORCE_MAJEURE = "force_majeure", _l("force majeure")
    NOTICE = "notice", _l("notice, as the contract allows")


class Review(Labelled):
    """What the policy of a kind asks of the departments."""

    REQUIRED = "required", _l("both departments look at it first")
    NOTIFY = "notify", _l("the departments are told when it is in force")
    NONE = "none", _l("no department is involved")


class Evidence(Labelled):
    """How a paper is signed, by the weight that it has in a quarrel."""

    L0 = "L0", _l("scan of the paper, confirmed by both sides")
    L1 = "L1", _l("confirmation by a one-time code")
    L2 = "L2", _l("digital signature of the organisation")


class Consent(Labelled):
    """What the two sides let the public see of their contract."""

    CLOSED = "closed", _l("nothing but figures that many contracts make together")
    BAND = "band", _l("parties, goods and a band of the value")
    EXACT = "exact", _l("parties, goods and the exact value")
