"""What accounts tidy up by themselves."""

from __future__ import annotations

from datetime import timedelta

from marketplace.accounts import queries, services
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.outbox import every

KEEP_ATTEMPTS = timedelta(days=1)


def _is_due() -> bool:
    return queries.has_attempts_before(clock.now() - KEEP_ATTEMPTS)


@every(timedelta(hours=1), "accounts.forget_attempts", when=_is_due)
def forget_attempts() -> None:
    """Failed tries to sign in are kept for a day."""
    with writing():
        services.forget_before(clock.now() - KEEP_ATTEMPTS)
