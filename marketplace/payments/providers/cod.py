"""Cash on delivery: the buyer pays when the parcel is in her hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.methods import PaymentMethod
from marketplace.orders.queries.basket import Part


def refusal(parts: Sequence[Part]) -> Any:
    """Alcohol may not be handed over for cash at the door: which goods stand in the way."""
    names = [line.product.name for part in parts for line in part.lines if line.product.is_alcohol]
    if not names:
        return None
    return _(
        "Alcohol cannot be paid on delivery (%(names)s). Please pay by bank transfer, or order it separately.",
        names=", ".join(dict.fromkeys(names)),
    )


METHOD = PaymentMethod(
    code="cod",
    label=_l("Pay on delivery"),
    explanation=_l("You pay the carrier or the producer when the goods are in your hands. Nothing is due now."),
    prepaid=False,
    hold=timedelta(hours=48),
    place=20,
    refusal=refusal,
)
