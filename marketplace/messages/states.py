"""What messages can be, who says them, and why somebody reports one."""

from __future__ import annotations

from marketplace.core.actors import Role
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine

# who speaks for an organisation; signatories, officers and leaders speak for themselves
TALKING = (Role.MANAGER, Role.STAFF)


class Side(Labelled):
    """The two sides of a conversation: whoever asks, and the organisation that answers."""

    ASKER = "asker", _l("asks")
    ANSWERER = "answerer", _l("answers")

    @property
    def other(self) -> Side:
        """Who reads what this side writes."""
        return Side.ANSWERER if self is Side.ASKER else Side.ASKER


class MessageState(Labelled):
    """Whether a message can be read."""

    SHOWN = "shown", _l("shown")
    HIDDEN = "hidden", _l("hidden by the operator")


class MessageAction(Labelled):
    """What the operator may do with a message."""

    HIDE = "hide", _l("Hide the message")
    SHOW_AGAIN = "show_again", _l("Show it again")


MESSAGE: Machine[MessageState, MessageAction] = Machine(
    {
        (MessageState.SHOWN, MessageAction.HIDE): MessageState.HIDDEN,
        (MessageState.HIDDEN, MessageAction.SHOW_AGAIN): MessageState.SHOWN,
    }
)


class ReportReason(Labelled):
    """What is wrong with a message."""

    SPAM = "spam", _l("Advertising or sent to many")
    FRAUD = "fraud", _l("Asks for money, passwords or codes in a suspicious way")
    RUDE = "rude", _l("Insults or threatens")
    PRIVATE = "private", _l("Gives away somebody's private details")
    OTHER = "other", _l("Something else")
