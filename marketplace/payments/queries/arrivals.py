"""From which day on how much of a payment was still missing, as it was recorded here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.payments.models import Payment, ProviderEvent
from marketplace.payments.queries.payments import SAID_BY_SELLER

Missing = list[tuple[date, int]]


def missing_from(payments: Sequence[Payment]) -> dict[int, Missing]:
    """Days with what was still missing from then on (đồng), the earliest first, by the payment's id; one query.

    A part counts from the day on which it was told: the seller's last word is "in all, so far", lines of statements add
    up. With the whole, nothing is missing any more.
    """
    part = ProviderEvent.payment_id.in_([one.id for one in payments]) & (ProviderEvent.currency == "VND")
    asked = select(ProviderEvent).where(part, ProviderEvent.outcome == "review").order_by(
        ProviderEvent.payment_id, ProviderEvent.id
    )  # fmt: skip
    told = {key: list(events) for key, events in groupby(db.session.scalars(asked), lambda one: one.payment_id)}
    return {one.id: _missing(one, told.get(one.id, ())) for one in payments}


def _missing(payment: Payment, told: Sequence[ProviderEvent]) -> Missing:
    found, said, summed = [], 0, 0
    for event in told:
        if event.kind == SAID_BY_SELLER:
            said = event.amount_vnd
        else:
            summed += event.amount_vnd
        came = said or summed
        found.append((clock.local(event.at).date(), max(0, payment.amount_vnd - came)))
    if payment.received_at is not None:
        found.append((clock.local(payment.received_at).date(), 0))
    return found
