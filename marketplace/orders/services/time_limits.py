"""How long each side may take; after it time acts, so that no order is without a way out."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from marketplace.core import clock

SAID_DELIVERED_AFTER = timedelta(days=7)
COMPLETED_AFTER = timedelta(days=7)
# a seller who never says that a refused parcel is back does not keep the buyer's money
BACK_WITHIN = timedelta(days=30)
# a promise of shipping that is broken for so long binds the buyer no more
PATIENCE_OF_BUYER = timedelta(days=3)
RETURNED_WITHIN = timedelta(days=7)
ESCALATED_WITHIN = timedelta(days=3)
# a buyer who does not send the goods keeps them; a seller who does not say that they came is asked by the operator
SENT_BACK_WITHIN = timedelta(days=14)
CHECKED_WITHIN_HOURS = 72
SATURDAY = 5


def seller_confirms_by() -> datetime:
    """Until when the seller answers an order that is paid: working hours from now."""
    return working_hours_from(clock.now(), current_app.config["SETTINGS"].confirm_within_hours)


def buyer_checks_by() -> datetime:
    """Until when goods on terms are checked where their paper says nothing else: three working days."""
    return working_hours_from(clock.now(), CHECKED_WITHIN_HOURS)


def seller_answers_return_by() -> datetime:
    """Until when the seller answers a wish to send goods back; then the operator does."""
    return clock.now() + timedelta(days=current_app.config["SETTINGS"].return_answer_days)


def working_hours_from(start: datetime, hours: int) -> datetime:
    """The moment so many hours on, in which Saturdays and Sundays in Vietnam do not count."""
    moment, left = start, timedelta(hours=hours)
    while True:
        end_of_day = clock.end_of(clock.local(moment).date())
        if clock.local(moment).weekday() >= SATURDAY:
            moment = end_of_day
        elif moment + left < end_of_day:
            return moment + left
        else:
            left -= end_of_day - moment
            moment = end_of_day
