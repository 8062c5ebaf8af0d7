"""Weights are whole grams in an int; here is the one way to read what people type."""

from __future__ import annotations

import re
from decimal import Decimal

MOST_GRAMS = 100_000_000
_WEIGHT = re.compile(
    r"(?P<number>\d[\d.,]*)\s*(?P<unit>kg|kí|ký|ki|kilogam|kilo|g|gr|gam|gram|lạng|tạ|tấn)?", re.IGNORECASE
)
_GRAMS = {"lạng": 100, "tạ": 100_000, "tấn": 1_000_000, "g": 1, "gr": 1, "gam": 1, "gram": 1, "": 1}


def parse_grams(text: str) -> int | None:
    """Whole grams from what people type ("300", "300 g", "1,5 kg", "1.250 g"), or None if it is no weight."""
    match = _WEIGHT.fullmatch(text.strip().replace("\u00a0", " "))
    if match is None:
        return None
    unit = (match["unit"] or "").lower()
    scale = _GRAMS.get(unit, 1000)
    number = _number(match["number"], is_whole=scale == 1)
    grams = None if number is None else number * scale
    return int(grams) if grams is not None and grams == int(grams) and grams <= MOST_GRAMS else None


def _number(digits: str, *, is_whole: bool) -> Decimal | None:
    """Grams have dots between thousands; in kilos "1.250" could mean two things and is refused."""
    if is_whole and re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits):
        return Decimal(re.sub(r"[.,]", "", digits))
    if re.fullmatch(r"\d{1,9}", digits) or re.fullmatch(r"\d{1,6},\d{1,3}|\d{1,6}\.\d{1,2}", digits):
        return Decimal(digits.replace(",", "."))
    return None
