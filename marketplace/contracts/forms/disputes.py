"""What people fill in around a dispute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, MultipleFileField

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import CallOff
from marketplace.contracts.states.performing import DisputeSubject
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.text import clean
from marketplace.web.forms import Form, choice_field, radio_field, text_field

MOST_FILES = 4


def _short(value: str | None) -> str:
    return clean(value or "")[:64]


class WithFiles(Form):
    """Some photos or PDF files may come along."""

    files = MultipleFileField(_l("Photos or PDF files"))

    def validate(self, extra_validators: Any = None) -> bool:
        """At most so many at once."""
        well = bool(super().validate(extra_validators))
        if len(self.chosen) > MOST_FILES:
            self.files.errors = [_("At most %(most)s files at once, please.", most=MOST_FILES)]
            return False
        return well

    @property
    def chosen(self) -> list[FileStorage]:
        """The files that were really chosen; an empty field sends one without a name."""
        return [one for one in self.files.data or () if isinstance(one, FileStorage) and one.filename]


class DisputeForm(WithFiles):
    """What is wrong, and what would mend it; `about` offers the call-offs of the contract."""

    subject = radio_field(_l("What is it about?"), [(one.value, one.label) for one in DisputeSubject])
    call_off = choice_field(_l("Call-off"), required=False)
    words = text_field(_l("What has happened?"), most=4000, lines=True)
    wish = text_field(_l("What do you wish for?"), most=2000, required=False, lines=True)


def about(form: DisputeForm, call_offs: Iterable[CallOff]) -> DisputeForm:
    """Let the reader choose one of these call-offs, or none."""
    form.call_off.choices = [("", _("the contract as a whole")), *((one.ref, one.ref) for one in call_offs)]
    return form


class AnswerForm(WithFiles):
    """What the other side answers."""

    words = text_field(_l("Your answer"), most=4000, lines=True)


class WordsForm(WithFiles):
    """Something more to say or show."""

    words = text_field(_l("Your words"), most=4000, required=False, lines=True)


class MediationForm(Form):
    """Which department is asked; `between` offers the two."""

    department = radio_field(_l("Department that mediates"))


def between(form: MediationForm, departments: Iterable[Organisation]) -> MediationForm:
    """Let the reader choose one of the departments of the two provinces."""
    form.department.choices = [(one.ref, one.name) for one in departments]
    return form


class SettlementForm(Form):
    """How the dispute is to end."""

    settlement = text_field(_l("How the dispute ends"), most=4000, lines=True)


class ConfirmationForm(Form):
    """The fingerprint of the settlement that was read."""

    unseen = ("mark",)
    mark = HiddenField(filters=[_short])


class EscalationForm(Form):
    """Where the case goes."""

    reference = text_field(_l("Court or arbitration centre, and the reference of the case"), most=200)
