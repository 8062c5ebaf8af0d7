"""Banks and their BINs (data/banks.json)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data" / "banks.json"


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank that a transfer can go to."""

    bin: str
    code: str
    short_name: str
    name: str


@lru_cache
def receiving_banks() -> list[Bank]:
    """Banks that can receive VietQR transfers, by short name; a BIN that several share is listed once."""
    rows = json.loads(DATA.read_text(encoding="utf-8"))["banks"]
    known: dict[str, Bank] = {}
    for row in rows:
        if row["receives"]:
            known.setdefault(row["bin"], Bank(row["bin"], row["code"], row["short_name"], row["name"]))
    return sorted(known.values(), key=lambda bank: bank.short_name.lower())


def bank_named(bank_bin: str | None) -> Bank | None:
    """The bank with this BIN."""
    return next((bank for bank in receiving_banks() if bank.bin == bank_bin), None)
