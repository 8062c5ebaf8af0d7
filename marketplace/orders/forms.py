"""What people fill in around carts and orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.text import clean
from marketplace.orders.states import CancelReason, DeliveryKind
from marketplace.web.forms import (
    DayField,
    Form,
    choice_field,
    email_field,
    number_field,
    phone_field,
    radio_field,
    text_field,
    tick_field,
)

BUYER_REASONS = (CancelReason.CHANGED_MIND, CancelReason.WRONG_ADDRESS, CancelReason.TOO_SLOW, CancelReason.OTHER)
SELLER_REASONS = (CancelReason.OUT_OF_STOCK, CancelReason.CANNOT_DELIVER, CancelReason.OTHER)


def _short(text: str | None) -> str:
    """A code as it was sent, cut where no code goes on."""
    return clean(text)[:64] if text else ""


class LineForm(Form):
    """A variant and how many packs of it."""

    unseen = ("variant",)
    variant = StringField(_l("Pack"), [InputRequired(_l("Please choose a pack."))], filters=[_short])
    quantity = number_field(_l("Quantity"), least=1, most=100_000)


class QuantityForm(Form):
    """How many packs are wished for; 0 takes them out."""

    quantity = number_field(_l("Quantity"), least=0, most=100_000)


class CheckoutForm(Form):
    """Everything one confirmation needs; how the goods come is asked per seller in `delivery-<shop>`."""

    token = HiddenField(filters=[_short])
    expected_total = number_field(_l("Total"), most=999_999_999_999)
    name = text_field(_l("Full name"), most=120, render_kw={"autocomplete": "name"})
    phone = phone_field(_l("Phone"), required=False, render_kw={"autocomplete": "tel", "inputmode": "tel"})
    email = email_field(_l("E-mail"), required=False, render_kw={"autocomplete": "email", "inputmode": "email"})
    province = choice_field(_l("Province or city"))
    ward = choice_field(_l("Ward or commune"), required=False)
    street = text_field(_l("House number, street, hamlet"), most=200, required=False)
    note = text_field(_l("Note for the seller"), most=500, required=False, lines=True)
    payment = radio_field(_l("How to pay"))
    age_stated = tick_field(_l("I am 18 or older and may buy alcohol."))

    ships = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Everything that is missing is said at once: a way to reach the buyer, and where parcels go."""
        fine = bool(super().validate(extra_validators))
        if not self.phone.data and not self.email.data:
            self._miss("phone", _("Please give a phone number or an e-mail address, so that the seller can reach you."))
        if self.ships and not self.ward.data:
            self._miss("ward", _("Please choose the ward or commune that the goods go to."))
        if self.ships and not self.street.data:
            self._miss("street", _("Please type the house number and street or hamlet."))
        return fine and not self.errors

    def _miss(self, name: str, sentence: str) -> None:
        field = self[name]
        if not field.errors:
            field.errors = [sentence]


def deliveries_in(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The chosen ways in a form or an address: {shop slug: "ship" | "pick-up"}."""
    known = {kind.value for kind in DeliveryKind}
    prefix = "delivery-"
    return {name.removeprefix(prefix): value for name, value in values if name.startswith(prefix) and value in known}


class ConfirmForm(Form):
    """The day on which the seller ships."""

    ship_on = DayField(_l("Shipping day"))


class ShipForm(Form):
    """Who carries the parcel and under which number."""

    carrier = text_field(_l("Carrier"), most=60, required=False)
    tracking = text_field(_l("Tracking number"), most=60, required=False)


class DeliverForm(Form):
    """The day on which the goods arrived."""

    on = DayField(_l("Day of delivery"))


class CancelForm(Form):
    """Why an order is called off."""

    reason = choice_field(_l("Reason"))
    note = text_field(_l("A word of explanation"), most=300, required=False, lines=True)


def with_reasons(form: CancelForm, reasons: Iterable[CancelReason]) -> CancelForm:
    """The reasons that this side may give."""
    form.reason.choices = [(reason.value, reason.label) for reason in reasons]
    return form


class FailForm(Form):
    """What happened at the door."""

    note = text_field(_l("What was said or seen"), most=300)


class ReviewForm(Form):
    """How the goods of one line were."""

    rating = radio_field(
        _l("How were the goods?"),
        [
            ("5", _l("5 – very good")),
            ("4", _l("4 – good")),
            ("3", _l("3 – so-so")),
            ("2", _l("2 – not good")),
            ("1", _l("1 – bad")),
        ],
    )
    text = text_field(_l("In your words"), most=1000, required=False, lines=True)


class ReplyForm(Form):
    """The seller's one public reply."""

    text = text_field(_l("Your reply"), most=1000, lines=True)
