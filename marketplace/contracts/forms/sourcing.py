"""What is typed about requests, quotes, awards and supply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, SelectMultipleField
from wtforms.validators import Length, Optional

from marketplace.catalogue.models import Product, ProductSet, Variant
from marketplace.contracts.models import QuoteRound, RequestLine
from marketplace.contracts.services.awards import Choice
from marketplace.contracts.services.quotes import Price, Proposal
from marketplace.contracts.states.agreements import AgreementKind
from marketplace.contracts.states.sourcing import Audience, FreightTerms
from marketplace.core import clock
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.places.models import Province
from marketplace.web.filters import Figure
from marketplace.web.forms import (
    DayField,
    Form,
    choice_field,
    number_field,
    radio_field,
    readable,
    text_field,
    tick_field,
    vnd_field,
)
from marketplace.web.templating import words_of

MOST_LINES = 20
MOST_QUANTITY = 1_000_000
MOST_PRICE = 999_000_000
MOST_FREIGHT = 9_999_000_000
PLACES = range(1, MOST_LINES + 1)
LINE = ("sku", "description", "quantity", "unit", "set", "quality", "packaging", "calendar")
_STEP = re.compile(r"(?P<act>add|remove)(?::(?P<place>[1-9][0-9]?))?")


def _hidden(most: int) -> Field:
    return HiddenField("", [Optional(), Length(max=most), readable])


def _typed(field: Field) -> bool:
    """Something stands in the field, whether it can be read or not."""
    sent = field.raw_data[0] if field.raw_data else None
    return bool(sent.strip()) if isinstance(sent, str) else field.data not in (None, "")


# --- a request ---


class RequestForm(Form):
    """A request with up to twenty lines; the fields of a line are named `line_<place>_<what>` and put in below."""

    title = text_field(_l("Name of the request"), most=160, required=False)
    province = choice_field(_l("Province or city"))
    place = text_field(_l("Address of the warehouse or shop"), most=300, required=False)
    answer_by = DayField(_l("Answers until"), required=False)
    is_standing = tick_field(_l("We need this all the time: ask for a year"))
    note = text_field(_l("Further wishes"), most=4000, required=False, lines=True)
    token = _hidden(48)
    invite = _hidden(2000)

    def offer(self, provinces: Iterable[tuple[str, str]], sets: Sequence[ProductSet]) -> None:
        """The provinces and product sets to choose from."""
        self.province.choices = [("", _("Choose a province or city")), *provinces]
        named = [(str(one.number), str(words_of(one, "name"))) for one in sets]
        for place in PLACES:
            self.at(place, "set").choices = [("", _("Choose a kind of goods")), *named]

    def at(self, place: int, what: str) -> Field:
        """One field of a line."""
        return self[f"line_{place}_{what}"]

    def validate(self, extra_validators: Any = None) -> bool:
        """Every line that is begun says what, how much and in which unit; there is at least one."""
        fine = bool(super().validate(extra_validators))
        begun = [place for place in PLACES if self._is_begun(place)]
        for place in begun or [1]:
            for what in ("description", "quantity", "unit"):
                field = self.at(place, what)
                if not field.data and not field.errors:
                    field.errors = [_("Please fill this in.")]
        if not self.is_standing.data and self.answer_by.data is None and not self.answer_by.errors:
            self.answer_by.errors = [_("Please say until when you await answers.")]
        return fine and not self.errors

    def _is_begun(self, place: int) -> bool:
        return any(_typed(self.at(place, what)) for what in LINE if what not in ("set", "unit"))

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was typed in each line that was begun."""
        begun = (place for place in PLACES if self._is_begun(place))
        return [{what: self.at(place, what).data for what in LINE} for place in begun]

    def rows(self, *, more: int = 0) -> int:
        """How many lines are shown: those with something in them, one at least."""
        filled = [place for place in PLACES if any(_typed(self.at(place, what)) for what in LINE)]
        return min(MOST_LINES, max([0, *filled]) + more) or 1


def _line_fields() -> dict[str, Field]:
    return {
        "sku": _hidden(20),
        "description": text_field(_l("Goods"), most=300, required=False),
        "quantity": number_field(_l("Quantity"), least=1, most=MOST_QUANTITY, required=False),
        "unit": text_field(_l("Unit"), most=40, required=False),
        "set": choice_field(_l("Kind of goods"), required=False),
        "quality": text_field(_l("Quality"), most=300, required=False),
        "packaging": text_field(_l("Packaging"), most=300, required=False),
        "calendar": text_field(_l("Delivery days"), most=300, required=False),
    }


for _place in PLACES:
    for _name, _field in _line_fields().items():
        setattr(RequestForm, f"line_{_place}_{_name}", _field)


def known_lines(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Lines by the names of the form's fields."""
    numbered = zip(PLACES, lines, strict=False)
    return {f"line_{place}_{what}": value for place, line in numbered for what, value in line.items()}


def with_other_lines() -> tuple[RequestForm, int]:
    """What was typed with a line less or room for one more, and how many lines are shown now."""
    sent, asked = MultiDict(request.form), _STEP.fullmatch(request.form.get("step", "")[:20])
    if asked and asked["act"] == "remove" and asked["place"]:
        _take_out(sent, int(asked["place"]))
    form = RequestForm(sent)
    return form, form.rows(more=1 if asked and asked["act"] == "add" else 0)


def _take_out(sent: MultiDict[str, str], gone: int) -> None:
    """The lines below move up."""
    for what in LINE:
        for place in range(gone, MOST_LINES + 1):
            following = sent.get(f"line_{place + 1}_{what}", "") if place < MOST_LINES else ""
            sent[f"line_{place}_{what}"] = following


class _TickedField(SelectMultipleField):
    """Any number of addresses of shops; which of them exist, the service looks up."""

    def pre_validate(self, form: Any) -> None:
        """Unknown ones are left out later."""


class RecipientsForm(Form):
    """To whom a request goes."""

    audience = radio_field(_l("Who is asked?"), [(one.value, one.label) for one in Audience])
    seller = _TickedField(_l("Producers"), choices=[])
    is_named = tick_field(_l("Show our name on the demand board"))


class MoreSellersForm(Form):
    """Further producers for a request that has been sent."""

    seller = _TickedField(_l("Producers"), choices=[])


class ReopenForm(Form):
    """Until when quotes are taken again."""

    answer_by = DayField(_l("Answers until"))


# --- a quote ---


class QuoteForm(Form):
    """One round of a quote; the fields of a line are `price_<position>`, `quantity_<position>`, `pack_<position>`."""

    freight_terms = radio_field(_l("Delivery"), [(one.value, one.label) for one in FreightTerms])
    freight = vnd_field(_l("Freight for everything"), most=MOST_FREIGHT, required=False)
    loss = number_field(_l("Loss on the way"), most=50, required=False)
    payment_days = number_field(_l("Payment after delivery, within"), most=180, required=False)
    lead_days = number_field(_l("First delivery after the order, within"), most=365, required=False)
    valid_until = DayField(_l("Valid until"))
    note = text_field(_l("A word with it"), most=2000, required=False, lines=True)
    seen = number_field("", most=10_000, required=False)
    wanted: Sequence[RequestLine] = ()
    unseen = ("seen",)

    def about(self, lines: Sequence[RequestLine], packs: Sequence[Variant]) -> None:
        """The lines that are asked for, and the producer's packs to choose from."""
        self.wanted = lines[:MOST_LINES]
        listed = [(one.sku, f"{one.product.name} · {one.name}") for one in packs]
        for place in PLACES:
            self[f"pack_{place}"].choices = [("", _("none of our packs")), *listed]

    def validate(self, extra_validators: Any = None) -> bool:
        """Each line has price and quantity or neither; never more than is wanted; freight on top says how much."""
        fine = bool(super().validate(extra_validators))
        for line in self.wanted:
            self._check(line)
        if self.freight_terms.data == FreightTerms.EXTRA and not _typed(self.freight):
            self.freight.errors = [_("Please say how much the freight is.")]
        priced = [line for line in self.wanted if _typed(self[f"price_{line.position}"])]
        if not priced and self.wanted and not self.errors:
            self[f"price_{self.wanted[0].position}"].errors = [_("Please give a price for at least one line.")]
        return fine and not self.errors

    def _check(self, line: RequestLine) -> None:
        price, quantity = self[f"price_{line.position}"], self[f"quantity_{line.position}"]
        if price.errors or quantity.errors:
            return
        if _typed(price) and not quantity.data:
            quantity.errors = [_("How much of it can you deliver?")]
        elif quantity.data and not _typed(price):
            price.errors = [_("A price is missing here; leave both fields empty for what you cannot deliver.")]
        elif quantity.data and quantity.data > line.quantity:
            quantity.errors = [_("No more than what is wanted, please (%(most)s).", most=Figure(line.quantity))]

    def proposal(self, packs: Mapping[str, Variant]) -> Proposal:
        """What was typed, as one round."""
        prices = {line.id: price for line in self.wanted if (price := self._price(line, packs)) is not None}
        return Proposal(
            prices=prices,
            freight_terms=FreightTerms(self.freight_terms.data),
            freight_vnd=self.freight.data or 0,
            loss_percent=self.loss.data or 0,
            payment_days=self.payment_days.data or 0,
            lead_days=self.lead_days.data or 0,
            valid_until=self.valid_until.data,
            note=self.note.data or "",
        )

    def _price(self, line: RequestLine, packs: Mapping[str, Variant]) -> Price | None:
        price, quantity = self[f"price_{line.position}"].data, self[f"quantity_{line.position}"].data
        if price is None or not quantity:
            return None
        return Price(price, quantity, packs.get(self[f"pack_{line.position}"].data or ""))


for _place in PLACES:
    setattr(QuoteForm, f"price_{_place}", vnd_field(_l("Price"), least=1, most=MOST_PRICE, required=False))
    _able = number_field(_l("Quantity that you can deliver"), least=0, most=MOST_QUANTITY, required=False)
    setattr(QuoteForm, f"quantity_{_place}", _able)
    setattr(QuoteForm, f"pack_{_place}", choice_field(_l("Which of your packs"), required=False))


def known_round(last: QuoteRound, skus: Mapping[int, str]) -> dict[str, Any]:
    """The last round by the names of the form's fields, to go on from; `skus` by the id of the line."""
    found: dict[str, Any] = {
        "freight_terms": last.freight_terms.value,
        "freight": last.freight_vnd or None,
        "loss": last.loss_percent,
        "payment_days": last.payment_days,
        "lead_days": last.lead_days,
        "valid_until": max(last.valid_until, clock.today()),
        "seen": last.number,
    }
    for one in last.lines:
        place = one.request_line.position
        found |= {f"price_{place}": one.price_vnd, f"quantity_{place}": one.quantity}
        found[f"pack_{place}"] = skus.get(one.request_line_id, "")
    return found


class SeenForm(Form):
    """Up to which round the page has shown a quote."""

    unseen = ("seen",)
    seen = number_field("", most=10_000)


class AgreementKindForm(Form):
    """Which contract an accepted quote becomes."""

    kind = radio_field(_l("Kind of contract"), [(one.value, one.label) for one in AgreementKind])


# --- awards ---


class AwardForm(Form):
    """One choice for each line: `BG-2026-000001:3` is a quote at its third round, nothing leaves the line open."""

    def choices(self, lines: Iterable[RequestLine]) -> dict[int, Choice]:
        """The chosen quote of each line by the line's id."""
        chosen = {line.id: self[f"line_{line.position}"].data for line in lines if line.position in PLACES}
        read = {line_id: _choice(value) for line_id, value in chosen.items() if value}
        return {line_id: choice for line_id, choice in read.items() if choice is not None}


for _place in PLACES:
    setattr(AwardForm, f"line_{_place}", _hidden(60))


def _choice(value: str) -> Choice | None:
    ref, _colon, seen = value.partition(":")
    return Choice(ref[:32], int(seen)) if re.fullmatch(r"[0-9]{1,6}", seen) else None


# --- supply ---


class SupplyForm(Form):
    """A harvest that is promised ahead."""

    product = choice_field(_l("Your product"), required=False)
    description = text_field(_l("What will be there"), most=200, required=False)
    set = choice_field(_l("Kind of goods"), required=False)
    province = choice_field(_l("Where it grows"))
    year = choice_field(_l("Year"))
    first_month = choice_field(_l("From month"), [(str(one), str(one)) for one in range(1, 13)])
    last_month = choice_field(_l("to month"), [(str(one), str(one)) for one in range(1, 13)])
    kilograms = number_field(_l("Kilograms in all"), least=1, most=1_000_000_000)
    note = text_field(_l("Further words"), most=1000, required=False, lines=True)

    def offer(self, provinces: Iterable[Province], sets: Iterable[ProductSet], products: Iterable[Product]) -> None:
        """What can be chosen."""
        year = clock.today().year
        self.province.choices = [(one.slug, one.name) for one in provinces]
        named = [(str(one.number), str(words_of(one, "name"))) for one in sets]
        self.set.choices = [("", _("Choose a kind of goods")), *named]
        self.product.choices = [("", _("none of them, in words")), *((one.slug, one.name) for one in products)]
        self.year.choices = [(str(one), str(one)) for one in range(year - 1, year + 3)]

    def validate(self, extra_validators: Any = None) -> bool:
        """A product says what it is; without one it has to be said."""
        fine = bool(super().validate(extra_validators))
        if not self.product.data:
            for field in (self.description, self.set):
                if not field.data and not field.errors:
                    field.errors = [_("Please fill this in, or choose one of your products.")]
        return fine and not self.errors
