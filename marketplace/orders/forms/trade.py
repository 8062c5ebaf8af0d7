"""What people fill in around carts and orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, MultipleFileField, StringField
from wtforms.validators import InputRequired, Optional, StopValidation

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.text import clean
from marketplace.orders.models import OrderLine
from marketplace.orders.services import MOST_PHOTOS, Packed
from marketplace.orders.states import CancelReason, ReturnReason, ShortReason
from marketplace.places.models import Province, Ward
from marketplace.web.forms import (
    DayField,
    Form,
    WeightField,
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
    commune = text_field(_l("Find a ward or commune"), most=80, required=False, render_kw={"autocomplete": "off"})
    ward = choice_field(_l("Ward or commune"), required=False)
    street = text_field(_l("House number, street, hamlet"), most=200, required=False)
    note = text_field(_l("Note for the seller"), most=500, required=False, lines=True)
    payment = radio_field(_l("How to pay"))
    age_stated = tick_field(_l("I am 18 or older and may buy alcohol."))

    ships = False
    place: tuple[Province | None, Ward | None] = (None, None)
    asked: Mapping[str, str] = {}

    def validate(self, extra_validators: Any = None) -> bool:
        """Everything that is missing is said at once: a way to reach the buyer, and where parcels go."""
        fine = bool(super().validate(extra_validators))
        if not self.phone.data and not self.email.data:
            self._miss("phone", _("Please give a phone number or an e-mail address, so that the seller can reach you."))
        if self.ships and not self.ward.data:
            self._miss("ward", _("Please choose the ward or commune that the goods go to."))
        if self.ships and not self.street.data:
            self._miss("street", _("Please type the house number and street or hamlet."))
        self.say_what_is_asked()
        return fine and not self.errors

    def say_what_is_asked(self) -> None:
        """Every question that was put stands at its field."""
        for name, sentence in self.asked.items():
            self._miss(name, sentence)

    def ask(self, name: str, sentence: str) -> None:
        """Put a question about a field: it has to be looked at again before anything is ordered."""
        self.asked = {**self.asked, name: sentence}

    def _miss(self, name: str, sentence: str) -> None:
        field = self[name]
        if not field.errors:
            field.errors = [sentence]


def deliveries_in(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The ways that a form or an address names: {shop slug: "ship" | "pick-up" | what was sent instead}."""
    prefix = "delivery-"
    return {name.removeprefix(prefix): value for name, value in values if name.startswith(prefix)}


class ConfirmForm(Form):
    """The day on which the seller ships."""

    ship_on = DayField(_l("Shipping day"))


class ShipForm(Form):
    """Who carries the parcel and under which number; `with_parcel` asks what is in it, line by line."""

    carrier = text_field(_l("Carrier"), most=60, required=False)
    tracking = text_field(_l("Tracking number"), most=60, required=False)
    note = text_field(_l("A word to the buyer"), most=300, required=False, lines=True)

    def packed(self, lines: Iterable[OrderLine]) -> list[Packed]:
        """What was filled in for the lines; a line without a word leaves whole."""
        return [self._packed(line) for line in lines]

    def _packed(self, line: OrderLine) -> Packed:
        packs, reason = self[f"packs-{line.sku}"].data, self[f"reason-{line.sku}"].data
        return Packed(
            sku=line.sku,
            packs=line.quantity if packs is None else packs,
            grams=self[f"grams-{line.sku}"].data if line.is_by_weight else None,
            reason=ShortReason(reason) if reason else None,
        )


def with_parcel(form: ShipForm, lines: Iterable[OrderLine]) -> ShipForm:
    """Ask for each line how many packs are in the parcel, what they weigh together where weight counts, why fewer."""
    for line in lines:
        reasons = [reason for reason in ShortReason if line.is_by_weight or reason is not ShortReason.LIGHTER]
        offered = [("", _l("all is there")), *((reason.value, reason.label) for reason in reasons)]
        ask_for(form, f"packs-{line.sku}", packs_field(_l("Packs sent"), line.quantity), line.quantity)
        if line.is_by_weight:
            ask_for(form, f"grams-{line.sku}", WeightField(_l("Weight in all"), [Optional()]), None)
        ask_for(
            form, f"reason-{line.sku}", choice_field(_l("If something is missing: why?"), required=False), "", offered
        )
    return form


def packs_field(label: Any, most: int) -> Any:
    """How many packs, up to so many; 0 has to be typed."""
    field = number_field(label, most=most, required=False)
    field.kwargs["validators"] = [_not_emptied, *field.args[1]]
    field.args = field.args[:1]
    return field


def _not_emptied(form: Any, field: Any) -> None:
    """A number that was wiped out is neither all nor none."""
    if field.raw_data and not str(field.raw_data[0]).strip():
        raise StopValidation(_("Please type a number; 0 if there are none."))


def ask_for(form: Form, name: str, field: Any, known: Any, choices: Iterable[tuple[str, Any]] = ()) -> None:
    """Put one more field into a form, filled with what was sent or is known."""
    if name not in form._fields:
        bound = form.meta.bind_field(form, field, {"name": name, "prefix": "", "translations": None})
        if choices:
            bound.choices = list(choices)
        bound.process(request.form if request.method == "POST" else None, known)
        form._fields[name] = bound


class AskToCancelForm(Form):
    """What the buyer says to the seller who is packing already."""

    note = text_field(_l("Why do you want to cancel?"), most=300, lines=True)


class KeepForm(Form):
    """Why the seller does not cancel."""

    note = text_field(_l("What you say to the buyer"), most=300, lines=True)


class PhotosForm(Form):
    """A form with photos of what is wrong."""

    photos = MultipleFileField(_l("Photos"))

    def validate(self, extra_validators: Any = None) -> bool:
        """At most so many photos come with it."""
        well = bool(super().validate(extra_validators))
        if len(self.pictures) > MOST_PHOTOS:
            self.photos.errors = [_("At most %(most)s photos, please.", most=MOST_PHOTOS)]
            return False
        return well

    @property
    def pictures(self) -> list[FileStorage]:
        """The files that were really chosen."""
        return [one for one in self.photos.data or () if isinstance(one, FileStorage) and one.filename]


class ReturnForm(PhotosForm):
    """What is wrong with goods; `with_returnable` asks how many packs of which line."""

    reason = radio_field(_l("What is wrong?"), [(reason.value, reason.label) for reason in ReturnReason])
    note = text_field(_l("Describe it in a few words"), most=1000, lines=True)

    def wanted(self, lines: Iterable[OrderLine]) -> dict[int, int]:
        """How many packs of each line (by id) are to go back."""
        fields = ((line.id, self._fields.get(f"packs-{line.sku}")) for line in lines)
        return {line_id: field.data or 0 for line_id, field in fields if field is not None}


def with_returnable(form: ReturnForm, lines: Iterable[OrderLine], most: Mapping[int, int]) -> ReturnForm:
    """Ask how many packs of each line go back; where there is only one line, all of it is what one thinks of."""
    possible = [line for line in lines if most[line.id]]
    for line in possible:
        known = most[line.id] if len(possible) == 1 else 0
        ask_for(form, f"packs-{line.sku}", packs_field(_l("Packs to give back"), most[line.id]), known)
    return form


class AgreeForm(Form):
    """How the seller agrees to a return."""

    how = radio_field(
        _l("Do you want the goods back?"),
        [("send", _l("Yes, the buyer sends them back")), ("keep", _l("No, the money goes back without them"))],
    )
    note = text_field(_l("A word to the buyer"), most=1000, required=False, lines=True)


class DeclineForm(Form):
    """Why the seller does not agree."""

    # it stands on one page with the form that agrees
    note = text_field(_l("Why not?"), most=1000, lines=True, id="why-not")


class SentForm(Form):
    """Who carries the goods back."""

    carrier = text_field(_l("Carrier"), most=60)
    tracking = text_field(_l("Tracking number"), most=60, required=False)


class BackForm(Form):
    """Whether goods that came back can be sold again."""

    is_on_shelf = tick_field(_l("They are as good as new and go back into stock."))


class EscalateForm(Form):
    """Why the buyer does not accept the seller's no."""

    note = text_field(_l("Why do you not agree?"), most=1000, lines=True)


class DecideForm(Form):
    """The operator's word on a return."""

    verdict = radio_field(
        _l("Decision"),
        [
            ("refund", _l("The money goes back, at once")),
            ("return", _l("The goods go back, then the money")),
            ("dismiss", _l("No ground for a return")),
        ],
    )
    note = text_field(_l("Reasons, for both sides to read"), most=1000, lines=True)


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
