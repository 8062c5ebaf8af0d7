"""The ways to pay that a checkout offers; payments registers them here, so that orders need not know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marketplace.orders.queries.basket import Part


def _nothing_against(parts: Sequence[Part]) -> Any:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """One way to pay; `hold`: how long goods wait for the buyer's money if prepaid, else for the seller's word."""

    code: str
    label: Any
    explanation: Any
    prepaid: bool
    hold: timedelta
    place: int = 50
    refusal: Callable[[Sequence[Part]], Any] = _nothing_against


_offered: dict[str, PaymentMethod] = {}


def offer(method: PaymentMethod) -> None:
    """Put a way to pay on the checkout."""
    _offered[method.code] = method


def method_named(code: str) -> PaymentMethod | None:
    """The way to pay with this code."""
    return _offered.get(code)


def offered() -> list[PaymentMethod]:
    """Every way to pay, in the order in which people see them."""
    return sorted(_offered.values(), key=lambda method: (method.place, method.code))
