"""What people fill in to begin an agreement and to answer one."""

from __future__ import annotations

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from marketplace.contracts.states.agreements import AgreementKind, Consent, ReopenReason, Side
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.text import clean
from marketplace.web.forms import Form, choice_field, radio_field, text_field, tick_field

MOST_WORDS = 2000


def _short(text: str | None) -> str:
    """A ref or a fingerprint as it was sent, cut where none goes on."""
    return clean(text)[:64] if text else ""


class NewForm(Form):
    """What kind of paper, with whom, and from what it starts."""

    unseen = ("quote", "parent")
    kind = radio_field(_l("What do you want to agree on?"), [(one.value, one.label) for one in AgreementKind])
    side = radio_field(_l("On which side do you stand?"), [(one.value, one.label) for one in Side], required=False)
    partner = StringField(_l("With whom"), [InputRequired(_l("Please choose the other side."))], filters=[_short])
    quote = HiddenField(filters=[_short])
    parent = StringField(_l("Under which framework agreement"), filters=[_short])


class SendForm(Form):
    """A word that goes with a version."""

    comment = text_field(_l("A word to the other side"), most=MOST_WORDS, required=False, lines=True)


class AcceptForm(Form):
    """The fingerprint of the text that was read."""

    unseen = ("sha256",)
    sha256 = HiddenField(
        validators=[InputRequired(_l("Open the version first, read it, then accept it."))], filters=[_short]
    )


class RefuseForm(Form):
    """Why the other side wants no such paper."""

    words = text_field(_l("Why do you refuse?"), most=MOST_WORDS, lines=True, id="why-refuse")
    objected = tick_field(_l("Because a department sent the text back"))


class WithdrawForm(Form):
    """Why a paper is taken back."""

    words = text_field(_l("Why do you take it back?"), most=MOST_WORDS, required=False, lines=True, id="why-withdraw")
    objected = tick_field(_l("Because a department sent the text back"))


class ChangeForm(Form):
    """Why an issued paper goes back to the table."""

    reason = choice_field(_l("What has to change?"), [(one.value, one.label) for one in ReopenReason])
    words = text_field(_l("Explain it to the other side"), most=MOST_WORDS, lines=True, id="what-changes")


class ConsentForm(Form):
    """How much the public may see."""

    consent = radio_field(_l("What may the public see?"), [(one.value, one.label) for one in Consent])
