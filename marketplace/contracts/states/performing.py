"""What call-offs, disputes and monitoring cases can be."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class CallOffState(Labelled):
    """A call-off owns only its draft; once placed, its order's state is the only one."""

    DRAFT = "draft", _l("draft")
    PLACED = "placed", _l("placed")
    DROPPED = "dropped", _l("dropped")


class CallOffAction(Labelled):
    """What may happen to a call-off."""

    PLACE = "place", _l("Call goods")
    DROP = "drop", _l("Drop")


CALL_OFF: Machine[CallOffState, CallOffAction] = Machine(
    {
        (CallOffState.DRAFT, CallOffAction.PLACE): CallOffState.PLACED,
        (CallOffState.DRAFT, CallOffAction.DROP): CallOffState.DROPPED,
    }
)


class DisputeState(Labelled):
    """Where a dispute stands; it never changes what was signed."""

    OPEN = "open", _l("waits for an answer")
    ANSWERED = "answered", _l("answered")
    MEDIATION = "mediation", _l("with a department as mediator")
    SETTLED = "settled", _l("settled")
    ESCALATED = "escalated", _l("before a court or arbitration")
    WITHDRAWN = "withdrawn", _l("taken back")


class DisputeAction(Labelled):
    """What may happen to a dispute."""

    ANSWER = "answer", _l("Answer")
    MEDIATE = "mediate", _l("Ask a department to mediate")
    SETTLE = "settle", _l("Settle")
    ESCALATE = "escalate", _l("Go to court or arbitration")
    WITHDRAW = "withdraw", _l("Take it back")


D = DisputeState
DISPUTE: Machine[DisputeState, DisputeAction] = Machine(
    {
        (D.OPEN, DisputeAction.ANSWER): D.ANSWERED,
        (D.OPEN, DisputeAction.MEDIATE): D.MEDIATION,
        (D.OPEN, DisputeAction.SETTLE): D.SETTLED,
        (D.OPEN, DisputeAction.ESCALATE): D.ESCALATED,
        (D.OPEN, DisputeAction.WITHDRAW): D.WITHDRAWN,
        (D.ANSWERED, DisputeAction.MEDIATE): D.MEDIATION,
        (D.ANSWERED, DisputeAction.SETTLE): D.SETTLED,
        (D.ANSWERED, DisputeAction.ESCALATE): D.ESCALATED,
        (D.ANSWERED, DisputeAction.WITHDRAW): D.WITHDRAWN,
        (D.MEDIATION, DisputeAction.SETTLE): D.SETTLED,
        (D.MEDIATION, DisputeAction.ESCALATE): D.ESCALATED,
        (D.MEDIATION, DisputeAction.WITHDRAW): D.WITHDRAWN,
    }
)
OPEN_DISPUTES = (D.OPEN, D.ANSWERED, D.MEDIATION)


class DisputeSubject(Labelled):
    """What a dispute is about."""

    QUALITY = "quality", _l("quality")
    QUANTITY = "quantity", _l("quantity")
    DELAY = "delay", _l("late delivery")
    PAYMENT = "payment", _l("payment")
    TERMINATION = "termination", _l("the end of the contract")
    OTHER = "other", _l("something else")


class CaseState(Labelled):
    """Where a department's monitoring case stands."""

    DRAFT = "draft", _l("draft")
    ACTIVE = "active", _l("being followed")
    ADDRESSED = "addressed", _l("the sides have acted")
    DECLINED = "declined", _l("the sides see no problem")
    COMPLETED = "completed", _l("completed")
    CLOSED = "closed", _l("closed")
    STOPPED = "stopped", _l("stopped")
    CANCELLED = "cancelled", _l("cancelled")


class CaseAction(Labelled):
    """What may happen to a monitoring case."""

    OPEN = "open", _l("Open")
    ADDRESS = "address", _l("We have acted")
    DECLINE = "decline", _l("We see no problem")
    COMPLETE = "complete", _l("Complete")
    CLOSE = "close", _l("Close")
    STOP = "stop", _l("Stop")
    CANCEL = "cancel", _l("Cancel")


C = CaseState
CASE: Machine[CaseState, CaseAction] = Machine(
    {
        (C.DRAFT, CaseAction.OPEN): C.ACTIVE,
        (C.DRAFT, CaseAction.CANCEL): C.CANCELLED,
        (C.ACTIVE, CaseAction.ADDRESS): C.ADDRESSED,
        (C.ACTIVE, CaseAction.DECLINE): C.DECLINED,
        (C.ACTIVE, CaseAction.STOP): C.STOPPED,
        (C.ADDRESSED, CaseAction.COMPLETE): C.COMPLETED,
        (C.ADDRESSED, CaseAction.STOP): C.STOPPED,
        (C.DECLINED, CaseAction.CLOSE): C.CLOSED,
        (C.DECLINED, CaseAction.STOP): C.STOPPED,
    }
)
OPEN_CASES = (C.ACTIVE, C.ADDRESSED, C.DECLINED)


class Indicator(Labelled):
    """A sign that an agreement may go wrong."""

    LATE = "late", _l("many late deliveries")
    SLOW = "slow", _l("less than half delivered at half term")
    PRICE = "price", _l("price changed by more than 20 %")
    CERTIFICATE = "certificate", _l("an OCOP or food-safety certificate has expired")
    SIGNATURE = "signature", _l("a signature is challenged")
    SAME_SIGNATORY = "same_signatory", _l("the same person signs on both sides")


class DeadlineKind(Labelled):
    """What has to happen until a day."""

    ANSWER = "answer", _l("answer to a version")
    REVIEW = "review", _l("opinion of a department")
    SIGNING = "signing", _l("signatures")
    CONFIRMATION = "confirmation", _l("confirmation of a call-off")
    RECEIPT = "receipt", _l("check of a delivery")
    DISPUTE_ANSWER = "dispute_answer", _l("answer to a dispute")
    HOLD = "hold", _l("proof of a certificate's validity")
    RENEWAL = "renewal", _l("end of the term")
    TERMINATION = "termination", _l("end of the notice")
