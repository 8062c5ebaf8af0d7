"""What people type to one another, and to the operator about it."""

from __future__ import annotations

from typing import IO, Any

from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, MultipleFileField

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.text import clean
from marketplace.messages.models import LONGEST_MESSAGE
from marketplace.messages.states import ReportReason
from marketplace.web.forms import Form, number_field, radio_field, text_field, tick_field

MOST_PICTURES = 4


def _short(value: str | None) -> str:
    return clean(value or "")[:48]


class MessageForm(Form):
    """Some words, some pictures, and whether a question may stand in public."""

    unseen = ("seen",)
    token = HiddenField(filters=[_short])
    seen = number_field(_l("Last message seen"), required=False)
    text = text_field(_l("Your message"), most=LONGEST_MESSAGE, required=False, lines=True)
    pictures = MultipleFileField(_l("Pictures"))
    may_be_public = tick_field(_l("My question and the answer may stand on the product's page"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Something has to be said or shown."""
        well = bool(super().validate(extra_validators))
        if well and not self.text.data and not self.files:
            self.text.errors = [_("Please write a few words.")]
            return False
        if len(self.files) > MOST_PICTURES:
            self.pictures.errors = [_("At most %(most)s pictures with one message, please.", most=MOST_PICTURES)]
            return False
        return well

    @property
    def files(self) -> list[FileStorage]:
        """What was chosen; an empty file field sends a file without a name."""
        return [one for one in self.pictures.data or () if isinstance(one, FileStorage) and one.filename]

    @property
    def streams(self) -> list[IO[bytes]]:
        """The bytes of the pictures."""
        return [one.stream for one in self.files]


class ReportForm(Form):
    """What is wrong with a message."""

    reason = radio_field(_l("What is wrong with it?"), [(one.value, one.label) for one in ReportReason])
    note = text_field(_l("A word of explanation"), most=500, required=False, lines=True)
