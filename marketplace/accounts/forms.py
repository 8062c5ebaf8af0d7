"""What people type about themselves."""

from __future__ import annotations

from typing import Any

from wtforms import Field
from wtforms.fields import HiddenField
from wtforms.validators import ValidationError

from marketplace.accounts.models import SHORTEST_PASSWORD
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.web.forms import (
    Form,
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
    email = email_field(_l("E-mail"))
    phone = phone_field(_l("Phone"), required=False)
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


class OrganisationForm(Form):
    """For whom somebody acts."""

    unseen = ("organisation",)
    organisation = text_field(_l("Organisation"), most=32, required=False)
