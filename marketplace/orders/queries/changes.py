"""What changed between the basket that a buyer saw and the basket as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.core.i18n import gettext as _
from marketplace.orders.queries.basket import Basket

MOST_SEEN = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One sum in đồng that is no longer the one that was shown; None where there was or is none."""

    label: str
    before_vnd: int | None
    after_vnd: int | None


def marks_of(basket: Basket) -> dict[str, int]:
    """Each sum of a basket under a name that a form can carry: lines by SKU, freight by shop."""
    lines = {line.variant.sku: line.amount_vnd for part in basket.parts for line in part.lines}
    return lines | {f"freight.{part.seller.slug}": part.freight_vnd for part in basket.parts}


def seen_in(values: Sequence[str]) -> dict[str, int]:
    """What a form says was shown ("name=amount" each); only used to tell what changed, never to decide."""
    pairs = (value[:120].rpartition("=") for value in values[:MOST_SEEN])
    return {name: int(amount) for name, _equals, amount in pairs if name and amount.isdecimal() and len(amount) < 16}


def changes_since(seen: Mapping[str, int], basket: Basket) -> list[Change]:
    """Every sum that differs from what was shown, in the order of the basket; what is gone comes last."""
    now, labels = marks_of(basket), _labels(basket)
    gone = {name: None for name in seen if name not in now and not name.startswith("freight.")}
    after: dict[str, int | None] = {**now, **gone}
    return [
        Change(labels.get(name, _("No longer in your cart")), seen.get(name), amount)
        for name, amount in after.items()
        if seen.get(name) != amount and (seen.get(name) or amount)
    ]


def _labels(basket: Basket) -> dict[str, str]:
    lines = {
        line.variant.sku: f"{line.product.name} ({line.variant.name})" for part in basket.parts for line in part.lines
    }
    return lines | {
        f"freight.{part.seller.slug}": _("Delivery by %(seller)s", seller=part.seller.name) for part in basket.parts
    }
