"""What payments does by itself: ends reviews, reports late refunds, and looks at night whether the ledger adds up."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.outbox import enqueue, every, handles
from marketplace.payments import queries, services
from marketplace.payments.models import Refund

BATCH = 200
REPORT = "payments.report_overdue_refund"

log = structlog.get_logger()


def _some_review_ended() -> bool:
    return bool(queries.reviews_to_end(most=1))


@every(timedelta(minutes=5), "payments.end_reviews", when=_some_review_ended)
def end_reviews() -> None:
    """Money of orders that are off, looked at for long enough, goes back: each in a transaction of its own."""
    for payment in queries.reviews_to_end(most=BATCH):
        with writing():
            services.end_review(payment, by=SYSTEM)


def _some_refund_is_late() -> bool:
    return bool(queries.overdue_refunds(clock.now(), most=1))


@every(timedelta(hours=1), "payments.look_for_overdue_refunds", when=_some_refund_is_late)
def look_for_overdue_refunds() -> None:
    """Each refund that is late is reported once a day, however often this runs."""
    refs = [refund.ref for refund in queries.overdue_refunds(clock.now(), most=BATCH)]
    with writing():
        for ref in refs:
            enqueue(REPORT, dedupe_key=f"{REPORT}:{ref}:{clock.today().isoformat()}", refund=ref)


@handles(REPORT)
def report_overdue_refund(refund: str) -> None:
    """Tell the operators, unless it was paid meanwhile."""
    found = db.session.scalar(select(Refund).where(Refund.ref == refund))
    if found is not None:
        with writing():
            services.report_overdue(found)


def _some_money_is_overdue() -> bool:
    return bool(queries.overdue_terms(clock.now(), most=1))


@every(timedelta(hours=1), "payments.tell_overdue_terms", when=_some_money_is_overdue)
def tell_overdue_terms() -> None:
    """Both sides learn once that money on terms is overdue, each payment in a transaction of its own."""
    for payment in queries.overdue_terms(clock.now(), most=BATCH):
        with writing():
            services.tell_overdue(payment)


@every(timedelta(days=1), "payments.check_ledger")
def check_ledger() -> None:
    """Every fault of the ledger goes to the log."""
    for fault in queries.ledger_faults():
        log.error("ledger_fault", fault=fault)
