"""What a producer asks for delivery: steps of weight for each distance, days, places, pick-up."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field, SelectMultipleField
from wtforms.validators import Optional, ValidationError

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.queries.freight import Distance, Freight
from marketplace.orders.states import Zone
from marketplace.places.models import Province
from marketplace.web.filters import weight
from marketplace.web.forms import Form, WeightField, number_field, text_field, tick_field, vnd_field

MOST_STEPS = 8
MOST_FREIGHT = 50_000_000
MOST_SUM = 999_000_000
HEAVIEST = 2_000_000
MOST_DAYS = 60
STEPS = range(1, MOST_STEPS + 1)
_STEP = re.compile(r"(?P<act>add|remove):(?P<zone>[a-z_]{1,20})(?::(?P<place>[1-8]))?")


def _weight_field(label: Any) -> Field:
    return WeightField(label, [Optional()], render_kw={"autocomplete": "off"})


class _ProvincesField(SelectMultipleField):
    def pre_validate(self, form: Any) -> None:
        """Only what is in the list can be ticked."""
        if set(self.data or ()) - {str(code) for code, *_name in self.choices or ()}:
            raise ValidationError(_("Please choose one of the list."))


class FreightForm(Form):
    """The whole table in one form; the fields of each distance are named `<zone>_<what>` and put in below."""

    free_above = vnd_field(_l("Free delivery from"), least=1_000, most=MOST_SUM, required=False)
    least_order = vnd_field(_l("Least order"), most=MOST_SUM, required=False)
    pick_up = tick_field(_l("Buyers may fetch their goods at our place, free of charge"))
    pick_up_note = text_field(_l("Where and when"), most=200, required=False)
    not_served = _ProvincesField(_l("Provinces that we do not deliver to"))

    def offer(self, provinces: list[Province]) -> None:
        """The provinces to tick."""
        self.not_served.choices = [(one.code, one.name) for one in provinces]

    def validate(self, extra_validators: Any = None) -> bool:
        """Every distance that is served has rising steps and days in order; somewhere the goods can be had."""
        fine = bool(super().validate(extra_validators))
        served = [zone for zone in Zone if self[f"{zone.value}_served"].data]
        for zone in served:
            self._check_steps(zone.value)
            self._check_days(zone.value)
        if not served and not self.pick_up.data:
            self._say("pick_up", _("Deliver at least somewhere, or let buyers fetch their goods."))
        return fine and not self.errors

    def _check_steps(self, zone: str) -> None:
        """Heavier step by step, and never cheaper; half a step is none."""
        heaviest, dearest = 0, 0
        for place in STEPS:
            up_to, price = self[f"{zone}_up_to_{place}"], self[f"{zone}_price_{place}"]
            if up_to.errors or price.errors or not (_typed(up_to) or _typed(price)):
                continue
            if up_to.data is None or price.data is None:
                missing = up_to if up_to.data is None else price
                self._say(missing.name, _("A step needs both: a weight and a price."))
                continue
            if up_to.data <= heaviest:
                self._say(
                    up_to.name,
                    _("Each step has to be heavier than the one above (%(weight)s).", weight=weight(heaviest)),
                )
            elif price.data < dearest:
                self._say(price.name, _("A heavier parcel cannot cost less than a lighter one."))
            heaviest, dearest = max(heaviest, up_to.data), max(dearest, price.data)
        if not heaviest and not self[f"{zone}_up_to_1"].errors and not self[f"{zone}_price_1"].errors:
            self._say(f"{zone}_up_to_1", _("Give at least one step: up to which weight for which price."))

    def _check_days(self, zone: str) -> None:
        for name, sentence in (
            ("extra_grams", _("Say in which steps it goes on, for example 500 g.")),
            ("extra_vnd", _("Say what each further step costs; 0 if nothing.")),
            ("days_least", _("Say after how many days the parcel arrives at the earliest.")),
            ("days_most", _("Say after how many days the parcel arrives at the latest.")),
        ):
            if self[f"{zone}_{name}"].data is None:
                self._say(f"{zone}_{name}", sentence)
        least, most = self[f"{zone}_days_least"].data, self[f"{zone}_days_most"].data
        if least is not None and most is not None and least > most:
            self._say(f"{zone}_days_most", _("The latest day cannot come before the earliest."))

    def _say(self, name: str, sentence: str) -> None:
        if not self[name].errors:
            self[name].errors = [sentence]

    @property
    def table(self) -> Freight:
        """What was filled in, as carts read it."""
        served = [zone for zone in Zone if self[f"{zone.value}_served"].data]
        return Freight(
            free_above_vnd=self.free_above.data or None,
            least_order_vnd=self.least_order.data or 0,
            pick_up=bool(self.pick_up.data),
            pick_up_note=self.pick_up_note.data or "",
            not_served=sorted(self.not_served.data or ()),
            distances={zone: self.distance(zone) for zone in served},
        )

    def distance(self, zone: Zone) -> Distance:
        """What was filled in for one distance; of what is missing a part stays out."""
        rows = ((self[f"{zone.value}_up_to_{place}"].data, self[f"{zone.value}_price_{place}"].data) for place in STEPS)
        steps = [[up_to, price] for up_to, price in rows if up_to is not None and price is not None]
        rest = [
            self[f"{zone.value}_{name}"].data or 0 for name in ("extra_grams", "extra_vnd", "days_least", "days_most")
        ]
        return Distance(steps, *rest)

    def rows(self, zone: Zone, *, more: int = 0) -> int:
        """How many steps of a distance are shown: those with something in them, one at least."""
        filled = [
            place for place in STEPS if any(_typed(self[f"{zone.value}_{name}_{place}"]) for name in ("up_to", "price"))
        ]
        return min(MOST_STEPS, max([0, *filled]) + more) or 1


def _of_zone() -> dict[str, Field]:
    """The fields of one distance, made anew for each."""
    fields = {
        "served": tick_field(_l("We deliver here")),
        "extra_grams": WeightField(_l("Each further"), [Optional()]),
        "extra_vnd": vnd_field(_l("costs more"), most=MOST_FREIGHT, required=False),
        "days_least": number_field(_l("At the earliest after"), most=MOST_DAYS, required=False),
        "days_most": number_field(_l("At the latest after"), most=MOST_DAYS, required=False),
    }
    for place in STEPS:
        fields[f"up_to_{place}"] = _weight_field(_l("Up to"))
        fields[f"price_{place}"] = vnd_field(_l("Price"), most=MOST_FREIGHT, required=False)
    return fields


for _zone in Zone:
    for _name, _field in _of_zone().items():
        setattr(FreightForm, f"{_zone.value}_{_name}", _field)


def _typed(field: Field) -> bool:
    """Something stands in the field, whether it can be read or not."""
    sent = field.raw_data[0] if field.raw_data else None
    return bool(sent.strip()) if isinstance(sent, str) else field.data is not None


def known(table: Freight) -> dict[str, Any]:
    """A table by the names of the fields."""
    found: dict[str, Any] = {name: getattr(table, name) for name in ("pick_up", "pick_up_note", "not_served")}
    found |= {"free_above": table.free_above_vnd, "least_order": table.least_order_vnd or None}
    for zone, distance in table.distances.items():
        found[f"{zone.value}_served"] = True
        for name in ("extra_grams", "extra_vnd", "days_least", "days_most"):
            found[f"{zone.value}_{name}"] = getattr(distance, name)
        for place, (up_to, price) in zip(STEPS, distance.steps, strict=False):
            found |= {f"{zone.value}_up_to_{place}": up_to, f"{zone.value}_price_{place}": price}
    return found


def with_other_steps() -> tuple[FreightForm, dict[Zone, int]]:
    """What was typed, with a step less or room for one more, and how many steps of each distance are shown now."""
    sent, asked = MultiDict(request.form), _STEP.fullmatch(request.form.get("step", "")[:40])
    zone = next((one for one in Zone if asked and one.value == asked["zone"]), None)
    if zone and asked and asked["act"] == "remove" and asked["place"]:
        _take_out(sent, zone.value, int(asked["place"]))
    form = FreightForm(sent)
    more = {zone: 1} if zone and asked and asked["act"] == "add" else {}
    return form, {one: form.rows(one, more=more.get(one, 0)) for one in Zone}


def _take_out(sent: MultiDict[str, str], zone: str, place: int) -> None:
    """The steps below move up."""
    for name in ("up_to", "price"):
        for at in range(place, MOST_STEPS + 1):
            sent[f"{zone}_{name}_{at}"] = sent.get(f"{zone}_{name}_{at + 1}", "") if at < MOST_STEPS else ""
