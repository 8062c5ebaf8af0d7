"""Money is whole đồng in an int: one rounding, one split, one way to read what people type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

MOST_VND = 999_999_999_999
_SUFFIXES = {"k": 1_000, "nghìn": 1_000, "ngàn": 1_000, "tr": 1_000_000, "triệu": 1_000_000, "tỷ": 10**9, "tỉ": 10**9}
_AMOUNT = re.compile(r"(?P<whole>\d[\d.,\s]*)(?P<word>k|nghìn|ngàn|tr|triệu|tỷ|tỉ)?(?P<rest>\d{1,3})?")


def rounded(amount: Decimal) -> int:
    """Whole đồng nearest to an exact amount, halves away from zero."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percent(amount_vnd: int, rate: Decimal) -> int:
    """`rate` per cent of an amount, in whole đồng."""
    return rounded(Decimal(amount_vnd) * rate / 100)


def split(total_vnd: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to non-negative weights that always sum to the total (largest remainder, first wins ties)."""
    if not weights or min(weights) < 0:
        raise ValueError("a split needs weights, none below zero")
    whole = sum(weights)
    if whole == 0:
        return split(total_vnd, [1] * len(weights))
    parts = [total_vnd * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_vnd * weights[i] % whole), i))
    for index in by_remainder[: total_vnd - sum(parts)]:
        parts[index] += 1
    return parts


def net_of_vat(gross_vnd: int, rate: Decimal) -> int:
    """What is left of a price that includes VAT at `rate` per cent, in whole đồng."""
    return rounded(Decimal(gross_vnd) * 100 / (100 + rate))


def parse_vnd(text: str) -> int | None:
    """Whole đồng from what people type ("1.250.000 ₫", "1,25 triệu", "1tr250", "65k"), or None if it is no money."""
    bare = re.sub(r"(₫|đồng|vnđ|vnd|đ)\s*$", "", text.strip().lower()).strip().replace("\u00a0", " ")
    match = _AMOUNT.fullmatch(re.sub(r"(?<=\d)\s+(?=[a-zỷỉ])", "", bare))
    if match is None or (match["rest"] and not match["word"]):
        return None
    amount = _with_word(match) if match["word"] else _plain(match["whole"].strip())
    return amount if amount is not None and 0 <= amount <= MOST_VND else None


def _plain(digits: str) -> int | None:
    if re.fullmatch(r"\d+", digits):
        return int(digits)
    if re.fullmatch(r"\d{1,3}([., ]\d{3})+", digits):
        return int(re.sub(r"\D", "", digits))
    return None


def _with_word(match: re.Match[str]) -> int | None:
    scale = _SUFFIXES[match["word"]]
    whole = match["whole"].strip().replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d+)?", whole):
        return None
    amount = Decimal(whole) * scale
    if match["rest"]:
        amount += Decimal(match["rest"].ljust(3, "0")) * scale / 1000
    return rounded(amount)
