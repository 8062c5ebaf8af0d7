"""What late money of a contract's call-offs costs by its terms: shown to both sides, charged by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, tuple_

from marketplace.contracts.models import Agreement, CallOff, TermsVersion
from marketplace.contracts.terms import interest
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.payments.models import ON_TERMS, Payment
from marketplace.payments.queries.arrivals import Missing, missing_from
from marketplace.payments.states import PaymentState


@dataclass(frozen=True, slots=True)
class LateInterest:
    """Interest on the money of one call-off, in đồng, until a day: that on which all was there, else today."""

    call_off: CallOff
    amount_vnd: int
    due_on: date
    until: date
    rate: Decimal
    owed_vnd: int
    is_running: bool

    @property
    def days(self) -> int:
        """How many days late the last of the money is."""
        return (self.until - self.due_on).days

    @property
    def rate_words(self) -> str:
        """The rate as it is written: 8,5."""
        return str(self.rate).replace(".", ",")


def of_contract(agreement: Agreement) -> list[LateInterest]:
    """Interest on every call-off of a contract whose money came late or is late, in their order."""
    mine = select(CallOff).where(CallOff.agreement_id == agreement.id, CallOff.order_id.is_not(None))
    return of_call_offs(db.session.scalars(mine.order_by(CallOff.ordinal)).all())


def of_call_offs(call_offs: Sequence[CallOff]) -> list[LateInterest]:
    """The same for some call-offs, at the rate of the version under which each was called; three queries."""
    payments = _late_payments(call_offs)
    if not payments:
        return []
    missing, rates = missing_from(list(payments.values())), _rates(call_offs)
    found = []
    for one in call_offs:
        payment = payments.get(one.order_id or 0)
        rate = rates.get((one.agreement_id, one.version_number), Decimal(0))
        if payment is not None and rate:
            found.append(_interest(one, payment, missing[payment.id], rate))
    return [one for one in found if one.owed_vnd]


def _late_payments(call_offs: Sequence[CallOff]) -> dict[int, Payment]:
    """Money on terms that is or was due before today, by the order's id."""
    mine = Payment.order_id.in_([one.order_id for one in call_offs if one.order_id])
    late = (Payment.provider == ON_TERMS) & (Payment.due_on < clock.today()) & (Payment.state != PaymentState.CANCELLED)
    return {one.order_id: one for one in db.session.scalars(select(Payment).where(mine, late))}


def _rates(call_offs: Sequence[CallOff]) -> dict[tuple[int, int], Decimal]:
    named = sorted({(one.agreement_id, one.version_number) for one in call_offs})
    asked = select(TermsVersion).where(tuple_(TermsVersion.agreement_id, TermsVersion.number).in_(named))
    return {(one.agreement_id, one.number): interest.rate_of(one.terms) for one in db.session.scalars(asked)}


def _interest(call_off: CallOff, payment: Payment, missing: Missing, rate: Decimal) -> LateInterest:
    assert payment.due_on is not None
    last = clock.local(payment.received_at).date() if payment.received_at is not None else clock.today()
    # money that was there in time has cost nothing
    until = max(payment.due_on, last)
    figures: dict[str, Any] = {"amount_vnd": payment.amount_vnd, "due_on": payment.due_on, "until": until}
    owed = interest.owed(payment.amount_vnd, payment.due_on, missing, until, rate)
    return LateInterest(call_off, **figures, rate=rate, owed_vnd=owed, is_running=payment.is_open)
