"""What operators fill in to change a rule: a policy, a model clause, a day of the calendar, and why."""

from __future__ import annotations

from typing import Any

from marketplace.contracts.queries.rule_differences import LABELS
from marketplace.contracts.services.rule_kinds import CLAUSE_FIELDS, DAY_FIELDS, MOST_DAYS, POLICY_FIELDS, Values
from marketplace.contracts.states.agreements import Evidence, Review
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.payments.states import Certainty
from marketplace.web.forms import DayField, Form, choice_field, number_field, radio_field, text_field, tick_field

WHY = _l("Why this change")


def _days(name: str) -> Any:
    return number_field(LABELS[name], least=1, most=MOST_DAYS)


class PolicyForm(Form):
    """How agreements of one kind are reviewed, signed and timed."""

    review = radio_field(LABELS["review"], [(one.value, one.label) for one in Review])
    silence_passes = tick_field(LABELS["silence_passes"])
    evidence = radio_field(LABELS["evidence"], [(one.value, one.label) for one in Evidence])
    seller_signs_first = tick_field(LABELS["seller_signs_first"])
    answer_days = _days("answer_days")
    review_days = _days("review_days")
    signing_days = _days("signing_days")
    confirmation_days = _days("confirmation_days")
    receipt_days = _days("receipt_days")
    dispute_days = _days("dispute_days")
    words = text_field(WHY, most=1000, lines=True)

    @property
    def values(self) -> Values:
        """What was filled in, as the rule keeps it."""
        return {name: getattr(self, name).data for name in POLICY_FIELDS}


class ClauseForm(Form):
    """The next version of a model clause."""

    title = text_field(LABELS["title"], most=200)
    text = text_field(LABELS["text"], most=8000, lines=True)
    explanation = text_field(LABELS["explanation"], most=2000, lines=True)
    law = text_field(LABELS["law"], most=300, required=False)
    position = number_field(LABELS["position"], least=1, most=999)
    is_mandatory = tick_field(_l("Belongs in every contract of this kind"))
    is_offered = tick_field(_l("Offered in the library"))
    words = text_field(WHY, most=1000, lines=True)

    @property
    def values(self) -> Values:
        """What was filled in, as the library keeps it."""
        return {name: getattr(self, name).data or _empty(name) for name in CLAUSE_FIELDS}


def _empty(name: str) -> Any:
    return False if name.startswith("is_") else ""


class CalendarForm(Form):
    """A day that is otherwise than its weekday says."""

    day = DayField(_l("Day"))
    is_working = radio_field(
        _l("What it is"), [("no", _l("a weekday on which nobody works")), ("yes", _l("a weekend day that is worked"))]
    )
    name = text_field(LABELS["name"], most=120)
    source = text_field(LABELS["source"], most=300)
    certainty = choice_field(LABELS["certainty"], [(one.value, one.label) for one in Certainty])
    words = text_field(WHY, most=1000, lines=True, required=False)

    @property
    def target(self) -> Values:
        """Which day it is."""
        return {"day": self.day.data.isoformat()}

    @property
    def values(self) -> Values:
        """What was filled in, as the calendar keeps it."""
        known = {name: getattr(self, name).data for name in DAY_FIELDS}
        return {**known, "is_working": self.is_working.data == "yes"}


class DayRemovalForm(Form):
    """The day goes back to what its weekday says."""

    day = DayField(_l("Day"))
    words = text_field(WHY, most=1000, required=False)
    unseen = ("day",)

    @property
    def target(self) -> Values:
        """Which day it is."""
        return {"day": self.day.data.isoformat()}


class DeclineForm(Form):
    """Why a proposal is not taken."""

    answer = text_field(_l("Why not"), most=1000, lines=True)
