"""What a buyer fills in when she calls goods: how much of each line, for which day, to which place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wtforms import HiddenField

from marketplace.contracts.queries.calling import BookRow
from marketplace.contracts.services.calling import Asked
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.forms.trade import ask_for
from marketplace.web.forms import DayField, Form, number_field, text_field

LONGEST_TOKEN = 48


class CallOffForm(Form):
    """A call-off; `with_rows` asks for the quantity of each line."""

    token = HiddenField()
    due_on = DayField(_l("Delivery day"))
    place = text_field(_l("Place of delivery"), most=200)
    note = text_field(_l("A word to the seller"), most=1000, required=False, lines=True)

    def asked(self, rows: Sequence[BookRow], token: str = "") -> Asked:
        """What was filled in, quantities by the line's key."""
        quantities = {one.row.key: int(self[f"quantity-{one.row.key}"].data or 0) for one in rows}
        return Asked(
            token=(token or self.token.data or "")[:LONGEST_TOKEN],
            quantities={key: quantity for key, quantity in quantities.items() if quantity},
            due_on=self.due_on.data,
            place=self.place.data,
            note=self.note.data or "",
        )


def with_rows(form: CallOffForm, rows: Sequence[BookRow], known: Mapping[str, int] | None = None) -> CallOffForm:
    """Ask for each line that has something left how much of it is called."""
    for one in rows:
        field = number_field(_l("Quantity"), most=1_000_000_000, required=False)
        ask_for(form, f"quantity-{one.row.key}", field, (known or {}).get(one.row.key))
    return form
