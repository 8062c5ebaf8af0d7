"""Letters about what was written, a few minutes later; drafts that nobody came back for are forgotten."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.outbox import every, handles
from marketplace.messages import queries, services
from marketplace.messages.services.telling import TELL
from marketplace.messages.states import Side

DRAFTS_KEPT = timedelta(days=3)


@handles(TELL)
def tell(thread: str, side: str) -> None:
    """One side of one conversation."""
    with writing():
        found = queries.thread_by_ref(thread)
        if found is not None:
            services.tell(found, Side(side))


def old_drafts() -> bool:
    """Whether there is anything to forget."""
    return queries.has_drafts_before(clock.now() - DRAFTS_KEPT)


@every(timedelta(hours=6), "messages.forget_drafts", when=old_drafts)
def forget_drafts() -> None:
    """What was typed by people who did not sign in."""
    with writing():
        services.forget_drafts(clock.now() - DRAFTS_KEPT)
