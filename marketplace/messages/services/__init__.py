"""What may happen to conversations."""

from marketplace.messages.services.judging import dismiss, hide, report, show_again
from marketplace.messages.services.publishing import publish, withdraw
from marketplace.messages.services.talking import (
    Words,
    begin,
    forget_drafts,
    keep_draft,
    mark_read,
    subject_renamed,
    write,
)
from marketplace.messages.services.telling import tell

__all__ = [
    "Words",
    "begin",
    "dismiss",
    "forget_drafts",
    "hide",
    "keep_draft",
    "mark_read",
    "publish",
    "report",
    "show_again",
    "subject_renamed",
    "tell",
    "withdraw",
    "write",
]
