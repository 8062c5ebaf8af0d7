"""What people fill in for tokens and webhooks."""

from __future__ import annotations

from typing import Any

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.api.states import Happening, Scope
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.web.forms import Form, choice_field, password_field, text_field

LIFETIMES = (30, 90, 180, 365)


class _Boxes(SelectMultipleField):
    """Several of a list, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Only what stands in the list counts, and at least one of it."""
        known = {str(choice.value) for choice in self.choices or ()}
        if not self.data or not set(self.data) <= known:
            raise ValidationError(_("Please tick at least one."))


class TokenForm(Form):
    """What a token is for, for whom it acts, what it may do and how long it lives."""

    name = text_field(_l("Name of the program"), most=80)
    organisation = choice_field(_l("Acts for"), required=False)
    scopes = _Boxes(_l("Rights"), choices=[SelectChoice(scope.value, scope.label) for scope in Scope])
    days = choice_field(_l("Valid for"))
    current = password_field(_l("Your password"))

    def offer(self, organisations: list[tuple[str, str]]) -> None:
        """Those whom she may let it act for, and how long."""
        named = [*organisations, ("", _("myself, as a private buyer"))]
        self.organisation.choices = named
        self.days.choices = [(str(days), _("%(days)s days", days=days)) for days in LIFETIMES]

    @property
    def rights(self) -> list[Scope]:
        """What was ticked."""
        return [Scope(value) for value in self.scopes.data or ()]


class WebhookForm(Form):
    """Which address is told of which events."""

    url = text_field(_l("Address of your program"), most=500)
    happenings = _Boxes(_l("Tell it when"), choices=[SelectChoice(one.value, one.label) for one in Happening])

    @property
    def chosen(self) -> list[Happening]:
        """What was ticked."""
        return [Happening(value) for value in self.happenings.data or ()]
