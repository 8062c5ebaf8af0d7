"""What requests, quotes and offers of supply can be."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class Audience(Labelled):
    """Who is asked."""

    NAMED = "named", _l("producers that I choose")
    MATCHING = "matching", _l("all producers of such goods")
    BOARD = "board", _l("everybody, on the demand board")


class RequestState(Labelled):
    """Where a request for quotes stands."""

    DRAFT = "draft", _l("draft")
    OPEN = "open", _l("open for quotes")
    CLOSED = "closed", _l("closed for quotes")
    AWARDED = "awarded", _l("awarded")
    WITHDRAWN = "withdrawn", _l("taken back")


class RequestAction(Labelled):
    """What may happen to a request."""

    SEND = "send", _l("Send")
    CLOSE = "close", _l("Close")
    REOPEN = "reopen", _l("Open again")
    AWARD = "award", _l("Award")
    WITHDRAW = "withdraw", _l("Take it back")


R = RequestState
REQUEST: Machine[RequestState, RequestAction] = Machine(
    {
        (R.DRAFT, RequestAction.SEND): R.OPEN,
        (R.DRAFT, RequestAction.WITHDRAW): R.WITHDRAWN,
        (R.OPEN, RequestAction.CLOSE): R.CLOSED,
        (R.OPEN, RequestAction.AWARD): R.AWARDED,
        (R.OPEN, RequestAction.WITHDRAW): R.WITHDRAWN,
        (R.CLOSED, RequestAction.REOPEN): R.OPEN,
        (R.CLOSED, RequestAction.AWARD): R.AWARDED,
        (R.CLOSED, RequestAction.WITHDRAW): R.WITHDRAWN,
    }
)


class QuoteState(Labelled):
    """Where a quote stands."""

    OPEN = "open", _l("being negotiated")
    ACCEPTED = "accepted", _l("accepted")
    DECLINED = "declined", _l("declined")
    WITHDRAWN = "withdrawn", _l("taken back")
    EXPIRED = "expired", _l("expired")


class QuoteAction(Labelled):
    """What may happen to a quote."""

    COUNTER = "counter", _l("Counter")
    ACCEPT = "accept", _l("Accept")
    DECLINE = "decline", _l("Decline")
    WITHDRAW = "withdraw", _l("Take it back")
    EXPIRE = "expire", _l("Expire")


QUOTE: Machine[QuoteState, QuoteAction] = Machine(
    {
        (QuoteState.OPEN, QuoteAction.COUNTER): QuoteState.OPEN,
        (QuoteState.EXPIRED, QuoteAction.COUNTER): QuoteState.OPEN,
        (QuoteState.WITHDRAWN, QuoteAction.COUNTER): QuoteState.OPEN,
        (QuoteState.OPEN, QuoteAction.ACCEPT): QuoteState.ACCEPTED,
        (QuoteState.OPEN, QuoteAction.DECLINE): QuoteState.DECLINED,
        (QuoteState.OPEN, QuoteAction.WITHDRAW): QuoteState.WITHDRAWN,
        (QuoteState.OPEN, QuoteAction.EXPIRE): QuoteState.EXPIRED,
    }
)


class FreightTerms(Labelled):
    """Who brings the goods."""

    INCLUDED = "included", _l("delivered, freight in the price")
    EXTRA = "extra", _l("delivered, freight on top")
    COLLECTED = "collected", _l("the buyer collects")


class SupplyState(Labelled):
    """Where an offer of supply stands."""

    OPEN = "open", _l("open")
    CLOSED = "closed", _l("closed")


class SupplyAction(Labelled):
    """What may happen to it."""

    CLOSE = "close", _l("Close")
    REOPEN = "reopen", _l("Open again")


SUPPLY: Machine[SupplyState, SupplyAction] = Machine(
    {
        (SupplyState.OPEN, SupplyAction.CLOSE): SupplyState.CLOSED,
        (SupplyState.CLOSED, SupplyAction.REOPEN): SupplyState.OPEN,
    }
)
