"""What inventory does by itself: looks at night whether its books add up, and follows the calendar."""

from __future__ import annotations

from datetime import timedelta

import structlog

from marketplace.core.database import writing
from marketplace.core.outbox import every, notify
from marketplace.inventory import queries, services

BATCH = 100

log = structlog.get_logger()


@every(timedelta(days=1), "inventory.check")
def check_books() -> None:
    """Every fault of the books goes to the log, and all of them in one notice to the operators."""
    faults = queries.stock_faults()
    for fault in faults:
        log.error("stock_fault", fault=fault)
    if faults:
        with writing():
            for operator in queries.operators():
                notify(operator, "inventory/faults", faults=faults[:20], count=len(faults))


@every(timedelta(hours=1), "inventory.follow_calendar")
def follow_calendar() -> None:
    """Lots expire, seasons begin and days of work come nearer: what is in stock is told anew, in batches."""
    changed = sorted(queries.out_of_date_products())
    for start in range(0, len(changed), BATCH):
        with writing():
            services.tell_catalogue(changed[start : start + BATCH])
