"""What people fill in to change, suspend or end a contract."""

from __future__ import annotations

from marketplace.contracts.states.agreements import AmendmentRationale, TerminationGround
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.web.forms import DayField, Form, radio_field, text_field


class AmendmentForm(Form):
    """Why the contract is to be changed."""

    rationale = radio_field(_l("What has to change above all?"), [(one.value, one.label) for one in AmendmentRationale])


class SuspensionForm(Form):
    """From when on no new call-offs are placed, and why."""

    from_on = DayField(_l("No new call-offs from"))
    reason = text_field(_l("Reason"), most=2000, lines=True)


class LiftingForm(Form):
    """A word to the other side when call-offs are possible again."""

    words = text_field(_l("A word to the other side"), most=2000, required=False, lines=True)


class NoticeForm(Form):
    """The ground of a unilateral end, in words, and the last day."""

    ground = radio_field(_l("Ground"), [(one.value, one.label) for one in TerminationGround])
    words = text_field(_l("What has happened, in your words"), most=2000, lines=True)
    until = DayField(_l("Last day of the contract"))
