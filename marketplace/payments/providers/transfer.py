"""Bank transfer by VietQR: the buyer's bank sends the money straight to the producer's own account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.methods import PaymentMethod
from marketplace.orders.queries.basket import Part
from marketplace.payments.queries import without_account


def refusal(parts: Sequence[Part]) -> Any:
    """Producers who have named no account, by name."""
    lacking = without_account([part.seller.id for part in parts])
    names = [part.seller.name for part in parts if part.seller.id in lacking]
    if not names:
        return None
    return _(
        "%(names)s cannot take transfers yet. Please pay on delivery, or order those goods separately.",
        names=", ".join(names),
    )


METHOD = PaymentMethod(
    code="vietqr",
    label=_l("Bank transfer (VietQR)"),
    explanation=_l(
        "You scan one code for each producer with your bank's app. The money goes straight to the producer's own "
        "account, not to the marketplace; the producer confirms when it has arrived. Goods are kept for 24 hours."
    ),
    prepaid=True,
    hold=timedelta(hours=24),
    place=10,
    refusal=refusal,
)
