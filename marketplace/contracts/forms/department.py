"""What departments fill in: opinions, cases, and what their lists are narrowed to; and what sides answer to a case."""

from __future__ import annotations

from collections.abc import Iterable

from marketplace.contracts.queries.department import Stage
from marketplace.contracts.states.agreements import AgreementKind
from marketplace.contracts.states.performing import CaseAction, Indicator
from marketplace.contracts.states.reviews import ReturnReason
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.places.models import Province
from marketplace.web.forms import Form, choice_field, radio_field, text_field, tick_field

MOST_WORDS = 4000


class QueueForm(Form):
    """What a list of a department is narrowed to."""

    kind = choice_field(_l("Kind of agreement"), required=False)
    province = choice_field(_l("Province of the other side"), required=False)
    stage = choice_field(_l("Where it stands"), required=False)
    find = text_field(_l("Ref, number or name"), most=80, required=False)
    late = tick_field(_l("Only what is overdue"))

    def offer(self, provinces: Iterable[Province]) -> None:
        """What there is to choose from; each list begins with everything."""
        self.kind.choices = [("", _l("All kinds")), *((one.value, one.label) for one in AgreementKind)]
        self.province.choices = [("", _l("All provinces")), *((one.slug, one.name) for one in provinces)]
        self.stage.choices = [("", _l("Wherever it stands")), *((one.value, one.label) for one in Stage)]


class ApprovalForm(Form):
    """A department has no objection."""

    opinion = text_field(_l("Opinion of the department"), most=MOST_WORDS, required=False, lines=True)


class ReturnForm(Form):
    """A department sends a text back."""

    reason = radio_field(_l("Main reason"), [(one.value, one.label) for one in ReturnReason])
    words = text_field(_l("What has to change"), most=MOST_WORDS, lines=True)


class CaseForm(Form):
    """Why a contract is to be followed."""

    indicator = radio_field(_l("What gives reason to follow it"), [(one.value, one.label) for one in Indicator])
    words = text_field(_l("What you have seen, and what the sides should do"), most=MOST_WORDS, lines=True)


class CaseWordsForm(Form):
    """Other words for a draft."""

    words = text_field(_l("What you have seen, and what the sides should do"), most=MOST_WORDS, lines=True)


class CaseEndForm(Form):
    """How a case ends."""

    end = radio_field(_l("How it ends"))
    result = text_field(_l("What came of it"), most=MOST_WORDS, lines=True)

    def offer(self, ends: Iterable[CaseAction]) -> None:
        """The ends that the present state knows."""
        words = {
            CaseAction.COMPLETE: _l("The sides have acted, and that is enough"),
            CaseAction.CLOSE: _l("There is no problem after all"),
            CaseAction.STOP: _l("Stop following it without a result"),
        }
        self.end.choices = [(one.value, words[one]) for one in ends]


class CaseAnswerForm(Form):
    """What a side says to a case."""

    acted = radio_field(
        _l("Your answer"),
        [("yes", _l("We have acted, or will: as written below")), ("no", _l("We see no problem, because"))],
    )
    answer = text_field(_l("What you have done, or why you see no problem"), most=MOST_WORDS, lines=True)
