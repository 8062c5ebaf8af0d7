"""Sums of a contract in whole đồng: prices include VAT, so that the tax is taken out of them, never added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from marketplace.core.money import net_of_vat, percent

Line = Mapping[str, Any]


def quantity_of(line: Line) -> int:
    """How many units of a line are contracted."""
    return int(line.get("quantity") or 0)


def amount(line: Line) -> int:
    """Quantity times unit price, VAT included, in đồng."""
    return quantity_of(line) * int(line.get("price_vnd") or 0)


def most(line: Line) -> int:
    """The largest quantity that may be called in all: the contracted one with its tolerance, whole units only."""
    return quantity_of(line) * (100 + int(line.get("tolerance_percent") or 0)) // 100


def totals(lines: Sequence[Line]) -> dict[str, int]:
    """`total_vnd` is what the buyer pays for the goods, `vat_vnd` the tax in it, `goods_vnd` the rest; in đồng."""
    total = sum(amount(line) for line in lines)
    tax = sum(vat_of_rates(lines).values())
    return {"goods_vnd": total - tax, "vat_vnd": tax, "total_vnd": total}


def vat_of_rates(lines: Sequence[Line]) -> dict[int, int]:
    """The tax of each rate, rounded once a rate as on an invoice: {8: 40000, 5: 1200}, in đồng."""
    gross: dict[int, int] = {}
    for line in lines:
        rate = int(line.get("vat_percent") or 0)
        gross[rate] = gross.get(rate, 0) + amount(line)
    return {rate: sum_ - net_of_vat(sum_, Decimal(rate)) for rate, sum_ in sorted(gross.items())}


def deposit(terms: Mapping[str, Any]) -> int:
    """What the buyer pays beforehand, in đồng."""
    rate = int((terms.get("payment") or {}).get("deposit_percent") or 0)
    return percent(totals(terms.get("lines") or [])["total_vnd"], Decimal(rate))
