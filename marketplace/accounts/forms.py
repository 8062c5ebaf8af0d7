"""What people type about themselves."""

from __future__ import annotations

from typing import Any

from wtforms import Field
from wtforms.fields import HiddenField
from wtforms.validators import ValidationError

from marketplace.accounts.models import SHORTEST_PASSWORD
from marketplace.accounts.states import PERSONAL_FORMS, ROLE_WORDS, ROLES_IN, LegalForm
from marketplace.core import tax_codes
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.web.forms import (
    Form,
    choice_field,
    email_address,
    email_field,
    password_field,
    phone_field,
    phone_number,
    radio_field,
    readable,
    text_field,
    tick_field,
)

LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
WANTS = [
    ("private", _l("Buy for myself")),
    (OrganisationKind.BUYER.value, _l("Buy for a firm or another organisation")),
    (OrganisationKind.PRODUCER.value, _l("Sell what we make")),
]
# a state body buys, but does not produce; its own people are entered by the operator
FORMS: dict[OrganisationKind, list[LegalForm]] = {
    OrganisationKind.PRODUCER: [form for form in LegalForm if form is not LegalForm.STATE_BODY],
    OrganisationKind.BUYER: list(LegalForm),
}


def new_password_field(label: Any) -> Field:
    """A password to be set: long enough, and not one that everybody tries first."""
    return password_field(label, least=SHORTEST_PASSWORD)


class SignInForm(Form):
    """Who comes in."""

    email = text_field(_l("E-mail or phone"), most=254)
    password = password_field(_l("Password"))
    keep = tick_field(_l("Keep me signed in on this device"))
    next = HiddenField()


class ForgottenForm(Form):
    """Who has forgotten her password."""

    login = text_field(_l("E-mail or phone"), most=254)

    def validate_login(self, field: Field) -> None:
        """A slip is said at once; whether somebody has the account is not."""
        if email_address(field.data) is None and phone_number(field.data) is None:
            raise ValidationError(_("This is neither an e-mail address nor a Vietnamese phone number."))


class SignUpForm(Form):
    """Who wants an account."""

    name = text_field(_l("Your name"))
    email = email_field(_l("E-mail"), required=False)
    phone = phone_field(_l("Phone"), required=False)
    wants = radio_field(_l("What do you want to do here?"), WANTS, required=False)
    consent = tick_field(
        _l("I accept the terms of use and that my details are used to handle my orders"),
        must=_l("Without this we may not open an account."),
    )


class JoinForm(Form):
    """The first password of a new account."""

    password = new_password_field(_l("Password"))

    def validate_password(self, field: Field) -> None:
        """Letters that were lost on the way would lock her out."""
        readable(self, field)


class DetailsForm(Form):
    """How somebody is called and reached."""

    name = text_field(_l("Your name"))
    phone = phone_field(_l("Phone"), required=False)
    locale = radio_field(_l("Language of letters and pages"), LANGUAGES)


class PasswordForm(Form):
    """A new password, asked of somebody who knows the one of now."""

    current = password_field(_l("Password of now"))
    password = new_password_field(_l("New password"))

    def validate_password(self, field: Field) -> None:
        """Letters that were lost on the way would lock her out; the same once more changes nothing."""
        readable(self, field)
        if field.data == self.current.data:
            raise ValidationError(_("Please choose another one than now."))


class EmailForm(Form):
    """Another address, asked of somebody who knows the password of now."""

    email = email_field(_l("New e-mail address"))
    secret = password_field(_l("Password of now"))


class CodeForm(Form):
    """A code of the app, or one to recover by."""

    code = text_field(_l("Code"), most=40)


class ProofForm(Form):
    """The password of now, asked again before something that matters."""

    current = password_field(_l("Password of now"))


class SessionForm(Form):
    """Which device is signed out."""

    unseen = ("session",)
    session = text_field(_l("Device"), most=48)


class ActingForm(Form):
    """For whom somebody acts."""

    unseen = ("organisation",)
    organisation = text_field(_l("Organisation"), most=32, required=False)


class ProfileForm(Form):
    """Everything that an organisation says of itself."""

    legal_form = choice_field(_l("Legal form"))
    legal_name = text_field(_l("Full name, as on the certificate of registration"), most=200)
    name = text_field(_l("Name shown on the market"))
    tax_code = text_field(_l("Tax code"), most=20, render_kw={"inputmode": "text", "autocomplete": "off"})
    representative = text_field(_l("Legal representative"))
    representative_title = text_field(_l("Her or his position"), most=80, required=False)
    province = choice_field(_l("Province or city"))
    ward = choice_field(_l("Ward or commune"))
    street = text_field(_l("House number, street, hamlet"), most=200)
    phone = phone_field(_l("Phone"))
    email = email_field(_l("E-mail"), required=False)

    @property
    def code(self) -> str:
        """The tax code in its one spelling."""
        return tax_codes.normalised(self.tax_code.data or "")

    def validate_tax_code(self, field: Field) -> None:
        """A slip is said with what would mend it; a person's number is fine for those who have no other."""
        personal = self.legal_form.data in {form.value for form in PERSONAL_FORMS}
        fault = tax_codes.fault(self.code, personal=personal)
        if fault:
            raise ValidationError(str(fault))


class RolesForm(Form):
    """What a colleague does in an organisation: a box for each role."""

    manager = tick_field(ROLE_WORDS[Role.MANAGER])
    staff = tick_field(ROLE_WORDS[Role.STAFF])
    signatory = tick_field(ROLE_WORDS[Role.SIGNATORY])
    officer = tick_field(ROLE_WORDS[Role.OFFICER])
    leader = tick_field(ROLE_WORDS[Role.LEADER])

    @property
    def chosen(self) -> list[Role]:
        """The roles that were ticked."""
        return [role for role in Role if self[role.value].data]


class InviteForm(Form):
    """Who is asked to join, and as what."""

    email = email_field(_l("E-mail"))
    role = radio_field(_l("Role"))

    def offer(self, kind: OrganisationKind) -> None:
        """The roles that this kind of organisation has."""
        self.role.choices = [(role.value, str(ROLE_WORDS[role]).capitalize()) for role in ROLES_IN[kind]]


class InvitedForm(Form):
    """What somebody who was invited and has no account fills in."""

    name = text_field(_l("Your name"))
    password = new_password_field(_l("Password"))
    consent = tick_field(
        _l("I accept the terms of use and that my details are used to handle my orders"),
        must=_l("Without this we may not open an account."),
    )

    def validate_password(self, field: Field) -> None:
        """Letters that were lost on the way would lock her out."""
        readable(self, field)


class NoteForm(Form):
    """What the operator writes down for colleagues."""

    note = text_field(_l("What was checked"), most=1000, lines=True)


class WordsForm(Form):
    """What the operator tells the people of an organisation."""

    words = text_field(_l("Sentence to the applicant"), most=1000, lines=True)


class SuspendForm(Form):
    """Why an organisation may not trade for now."""

    reason = text_field(_l("Reason that its people read"), most=1000, lines=True)


class PhoneForm(Form):
    """Which number is to be proven."""

    phone = phone_field(_l("Phone"))


class PhoneCodeForm(Form):
    """The code of an SMS."""

    code = text_field(_l("Code from the SMS"), most=12)


class NewPasswordByCodeForm(JoinForm):
    """The code of an SMS, and the password that it brings."""

    code = text_field(_l("Code from the SMS"), most=12)


class ErasureForm(Form):
    """That it is really she, and that she really wants it."""

    current = password_field(_l("Password of now"))
    code = text_field(_l("Code of your app"), most=40, required=False)
    sure = tick_field(
        _l("I have read what goes and what stays, and I want my account erased"),
        must=_l("Please tick this if you want your account erased."),
    )
