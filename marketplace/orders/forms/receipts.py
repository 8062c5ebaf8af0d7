"""What a buyer fills in when goods on terms have come."""

from __future__ import annotations

from collections.abc import Iterable

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.forms.trade import PhotosForm, ask_for, packs_field
from marketplace.orders.models import OrderLine
from marketplace.orders.services.receiving import Checked
from marketplace.orders.states import RejectReason
from marketplace.web.forms import choice_field, text_field


class CheckForm(PhotosForm):
    """How many packs of each line are accepted, asked by `with_lines`; photos of what is wrong."""

    note = text_field(_l("A word to the seller"), most=1000, required=False, lines=True)

    def said(self, lines: Iterable[OrderLine]) -> dict[int, Checked]:
        """What was said of each line (by id): what is not accepted is rejected."""
        return {line.id: self._said(line) for line in lines if line.shipped_quantity}

    def _said(self, line: OrderLine) -> Checked:
        accepted, reason = self[f"accepted-{line.sku}"].data, self[f"reason-{line.sku}"].data
        kept = line.shipped_quantity if accepted is None else accepted
        return Checked(
            accepted=kept,
            rejected=line.shipped_quantity - kept,
            reason=RejectReason(reason) if reason else None,
            note=self[f"note-{line.sku}"].data or "",
        )


def with_lines(form: CheckForm, lines: Iterable[OrderLine]) -> CheckForm:
    """Ask for each line that was sent how many packs are accepted, and why the others are not."""
    reasons = [("", _l("all is well")), *((reason.value, reason.label) for reason in RejectReason)]
    for line in lines:
        sent = line.shipped_quantity
        if sent:
            ask_for(form, f"accepted-{line.sku}", packs_field(_l("Packs accepted"), sent), sent)
            ask_for(form, f"reason-{line.sku}", choice_field(_l("Why not?"), required=False), "", reasons)
            ask_for(form, f"note-{line.sku}", text_field(_l("What is wrong"), most=300, required=False), "")
    return form
