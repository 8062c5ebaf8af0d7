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


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """One way to pay; `hold`: how long goods wait for the buyer's money if prepaid, else for the seller's word.

    `is_offered` says whether this site has it at all, `refusal` what speaks against it for some goods.
    """

    code: str
    label: Any
    explanation: Any
    prepaid: bool
    hold: timedelta
    place: int = 50
    refusal: Callable[[Sequence[Part]], Any] = _nothing_against
    is_offered: Callable[[], bool] = _always


_offered: dict[str, PaymentMethod] = {}


def offer(method: PaymentMethod) -> None:
    """Put a way to pay on the checkout."""
    _offered[method.code] = method


def method_named(code: str) -> PaymentMethod | None:
    """The way to pay with this code, where this site offers it."""
    method = _offered.get(code)
    return method if method is not None and method.is_offered() else None


def offered() -> list[PaymentMethod]:
    """Every way to pay, in the order in which people see them."""
    return sorted(
        (one for one in _offered.values() if one.is_offered()), key=lambda method: (method.place, method.code)
    )
