"""Payment by card: the whole purchase at once, on the card company's own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.methods import PaymentMethod
from marketplace.orders.queries.basket import Part
from marketplace.payments.models import CARD
from marketplace.web.filters import vnd

# what the card company takes in one payment, in đồng
LEAST_VND = 20_000
MOST_VND = 99_999_999


def is_offered() -> bool:
    """Only a site with a key of the card company takes cards."""
    return bool(current_app.config["SETTINGS"].stripe_secret_key)


def refusal(parts: Sequence[Part]) -> Any:
    """A sum that the card company does not take, with another way to pay."""
    total = sum(part.total_vnd for part in parts)
    if 0 < total < LEAST_VND:
        return _("Cards can pay from %(least)s on. Please pay by bank transfer or on delivery.", least=vnd(LEAST_VND))
    if total > MOST_VND:
        return _(
            "Cards can pay up to %(most)s at once. Please pay by bank transfer, or order in several parts.",
            most=vnd(MOST_VND),
        )
    return None


METHOD = PaymentMethod(
    code=CARD,
    label=_l("Card (Visa, Mastercard, JCB)"),
    explanation=_l(
        "You pay everything at once on the card company's secure page. The marketplace takes the money and passes it "
        "on to the producers; what is not delivered goes back to your card. Goods are kept for 40 minutes."
    ),
    prepaid=True,
    hold=timedelta(minutes=40),
    place=15,
    refusal=refusal,
    is_offered=is_offered,
)
