"""What a producer types about her shelves."""

from __future__ import annotations

from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.inventory.models import Lot
from marketplace.inventory.services import LotLabel
from marketplace.web.forms import DayField, Form, choice_field, number_field, text_field

LOOSE = "-"


class ReceiptForm(Form):
    """Packs that come onto the shelf; a lot is named by its code and both its days, or not at all."""

    quantity = number_field(_l("Packs coming in"), least=1, id="receipt-quantity")
    code = text_field(_l("Lot code"), most=40, required=False, id="receipt-code")
    made_on = DayField(_l("Made on"), required=False, id="receipt-made-on")
    best_before = DayField(_l("Best before"), required=False, id="receipt-best-before")

    @property
    def label(self) -> LotLabel | None:
        """The lot that was named."""
        if not self.code.data:
            return None
        return LotLabel(self.code.data, self.made_on.data, self.best_before.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """A lot is named fully or not at all."""
        well = bool(super().validate(extra_validators))
        parts = (self.code, self.made_on, self.best_before)
        if well and any(part.data for part in parts):
            for part in (part for part in parts if not part.data):
                part.errors = [_("A lot needs its code and both days.")]
                well = False
        return well


class _PileForm(Form):
    """Something about one lot, or about the packs that belong to none."""

    def offer(self, lots: list[Lot]) -> None:
        """Let her choose among the lots that there are, if any."""
        choices = [(lot.code, lot.code) for lot in lots]
        self.lot.choices = [*choices, (LOOSE, _("packs without a lot"))] if choices else []

    def validate(self, extra_validators: Any = None) -> bool:
        """Where there are lots, one of them is meant or none of them, but said."""
        well = bool(super().validate(extra_validators))
        if self.lot.choices and not self.lot.data:
            self.lot.errors = [_("Please choose one of the list.")]
            well = False
        return well

    @property
    def was_posted(self) -> bool:
        """It comes back with something wrong, so it is shown open."""
        return any(part.raw_data is not None for part in self)

    @property
    def lot_code(self) -> str | None:
        """The lot that was meant, if it was one."""
        return None if self.lot.data in (None, "", LOOSE) else str(self.lot.data)


class CorrectionForm(_PileForm):
    """What was counted on the shelf."""

    lot = choice_field(_l("Lot"), required=False, id="correction-lot")
    counted = number_field(_l("Packs counted on the shelf"), id="correction-counted")
    reason = text_field(_l("Reason"), most=200, id="correction-reason")


class SpoilageForm(_PileForm):
    """What can no longer be sold."""

    lot = choice_field(_l("Lot"), required=False, id="spoilage-lot")
    quantity = number_field(_l("Packs to write off"), least=1, id="spoilage-quantity")
    reason = text_field(_l("Reason"), most=200, id="spoilage-reason")
