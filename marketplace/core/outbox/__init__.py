"""What leaves the house after the commit: notices to people and jobs for the worker, written in the same transaction.

`notify(recipient, "orders/confirmed", order=ref)` and `enqueue("orders.release_hold", order=ref)` only add rows; the
worker sends and runs them at least once, retries with growing pauses and keeps what failed for an operator to see.
"""

from marketplace.core.outbox.jobs import Job, JobState, enqueue, every, handles
from marketplace.core.outbox.notices import Notice, notify

__all__ = ["Job", "JobState", "Notice", "enqueue", "every", "handles", "notify"]
