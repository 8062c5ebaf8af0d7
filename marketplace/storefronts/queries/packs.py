"""A product's packs as a buyer compares them: price, price of a kilo or litre, what may be ordered now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from marketplace.catalogue.models import Product, Variant
from marketplace.core.money import rounded

_VOLUME = re.compile(r"(?P<amount>\d+(?:[.,]\d+)?)\s*(?P<unit>ml|lít|l)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pack:
    """One variant; `measure` is "kg" or "l" for `per_measure` (đồng), `available` counts packs that may be promised."""

    variant: Variant
    per_measure: int | None
    measure: str
    available: int

    @property
    def sku(self) -> str:
        """The name that the cart takes."""
        return self.variant.sku

    @property
    def can_be_ordered(self) -> bool:
        """The smallest order is there."""
        return self.available >= self.variant.minimum


def packs_of(product: Product, available: Mapping[int, int]) -> list[Pack]:
    """The packs on sale, in their order; goods that are poured are compared by the litre, others by the kilo."""
    active = [variant for variant in product.variants if variant.is_active]
    density = next((found for variant in active if (found := _millilitres_per_gram(variant))), None)
    return [_pack(variant, available.get(variant.id, 0), density) for variant in active]


def _pack(variant: Variant, available: int, millilitres_per_gram: Decimal | None) -> Pack:
    per_kilo = variant.price_per_kilo
    if per_kilo is None:
        return Pack(variant, None, "kg", available)
    if millilitres_per_gram is None:
        return Pack(variant, rounded(per_kilo), "kg", available)
    return Pack(variant, rounded(per_kilo / millilitres_per_gram), "l", available)


def _millilitres_per_gram(variant: Variant) -> Decimal | None:
    """How light the goods are, where one pack says both what it holds and what that weighs."""
    millilitres = _millilitres(variant.name)
    return millilitres / variant.net_grams if millilitres and variant.net_grams else None


def _millilitres(name: str) -> Decimal | None:
    """What one bottle holds, where the pack's name says so; a pack of several bottles is left alone."""
    found = _VOLUME.findall(name)
    if len(found) != 1 or re.search(r"\d\s*(x|×|chai|lon|hũ|can)\b", name, re.IGNORECASE):
        return None
    amount, unit = found[0]
    return Decimal(amount.replace(",", ".")) * (1 if unit.lower() == "ml" else 1000) or None
