"""What a bank's statement says: which column is which, and every transfer that came in."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.core.money import MOST_VND
from marketplace.core.refusals import Refused
from marketplace.core.text import clean, fold

# where the head of the table may stand
HEAD_WITHIN = 40
LONGEST_WORDS = 300
# words in the heads of Vietnamese banks' columns, folded; the first column that fits is taken
HEADS: Mapping[str, tuple[str, ...]] = {
    "credit": ("ghi co", "phat sinh co", "so tien co", "tien vao", "tien gui vao", "credit", "deposit", "co"),
    "debit": ("ghi no", "phat sinh no", "so tien no", "tien ra", "debit", "withdrawal", "no"),
    "amount": ("so tien", "amount", "gia tri giao dich", "so tien giao dich"),
    "words": ("noi dung", "dien giai", "mo ta", "chi tiet", "description", "remark", "content", "details"),
    "reference": (
        "so tham chieu",
        "tham chieu",
        "ma giao dich",
        "so giao dich",
        "so but toan",
        "so chung tu",
        "so ct",
        "reference",
        "transaction no",
        "ref no",
        "transaction id",
    ),
    "day": ("ngay giao dich", "ngay hieu luc", "ngay gd", "ngay", "thoi gian", "transaction date", "date", "time"),
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer that came in: its row, day, words, amount in đồng, and a name that is the same in every file."""

    number: int
    on: date | None
    words: str
    amount_vnd: int
    name: str


def transfers(rows: Sequence[Sequence[Any]]) -> list[Transfer]:
    """The transfers that came in, as the rows of a statement tell; refuses a file in which no table is found."""
    at, columns = _head_of(rows)
    seen: Counter[tuple[Any, ...]] = Counter()
    found = []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        amount = _incoming(row, columns)
        if amount is None:
            continue
        on, words = _day(_at(row, columns, "day")), _text(_at(row, columns, "words"))[:LONGEST_WORDS]
        reference = _text(_at(row, columns, "reference"))[:60]
        same = (on, reference, words if not reference else "", amount)
        seen[same] += 1
        found.append(Transfer(number, on, words, amount, _name(reference, on, words, amount, seen[same])))
    return found


def _name(reference: str, on: date | None, words: str, amount: int, count: int) -> str:
    """The same for the same transfer in whichever file it is told; equal transfers of a day are counted through."""
    told = reference or hashlib.sha256(words.encode()).hexdigest()[:24]
    again = f"#{count}" if count > 1 else ""
    return f"{told}:{on.isoformat() if on else ''}:{amount}{again}"


# --- columns ---------------------------------------------------------------------------------------------------------


def _head_of(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    for at, row in enumerate(rows[:HEAD_WITHIN]):
        columns = _columns(row)
        if "words" in columns and columns.keys() & {"credit", "amount"}:
            return at, columns
    raise Refused(
        _(
            "No table was found in this file. It needs a column for the amount (“Ghi có” or “Số tiền”) and one for the "
            "words (“Nội dung” or “Diễn giải”)."
        )
    )


def _columns(row: Sequence[Any]) -> dict[str, int]:
    """Which column is which, by the words in its head; longer words are tried first, each column is taken once."""
    heads = [_folded(value) for value in row]
    found: dict[str, int] = {}
    wanted = sorted(((word, what) for what, words in HEADS.items() for word in words), key=lambda one: -len(one[0]))
    for word, what in wanted:
        for place, head in enumerate(heads):
            if what not in found and place not in found.values() and _says(head, word):
                found[what] = place
    return found


def _says(head: str, word: str) -> bool:
    """Short words must be the whole head; others may be a part of it."""
    return head == word if len(word) <= 3 else bool(re.search(rf"\b{re.escape(word)}\b", head))


def _folded(value: Any) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(str(value or ""))))[:80]


# --- cells -----------------------------------------------------------------------------------------------------------


def _at(row: Sequence[Any], columns: Mapping[str, int], what: str) -> Any:
    place = columns.get(what)
    return row[place] if place is not None and place < len(row) else None


def _text(value: Any) -> str:
    return clean(str(value)) if value is not None else ""


def _incoming(row: Sequence[Any], columns: Mapping[str, int]) -> int | None:
    """What came in by this row, or None."""
    if "credit" in columns:
        amount = amount_of(_at(row, columns, "credit"))
    else:
        amount = None if amount_of(_at(row, columns, "debit")) else amount_of(_at(row, columns, "amount"))
    return amount if amount is not None and 0 < amount <= MOST_VND else None


def amount_of(value: Any) -> int | None:
    """Whole đồng as banks write them ("1,250,000.00", "1.250.000 VND", "+50 000"); below zero for money going out."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return round(value) if abs(value) <= MOST_VND and value == round(value) else None
    bare = re.sub(r"(vnd|vnđ|đ|₫|d)$", "", str(value).strip().lower().replace("\u00a0", " ")).strip().replace(" ", "")
    match = re.fullmatch(r"([+-]?)(\(?)(\d[\d.,]{0,24})\)?", bare, re.ASCII)
    if match is None:
        return None
    digits = _whole(match[3])
    if digits is None:
        return None
    return -digits if match[1] == "-" or match[2] else digits


def _whole(text: str) -> int | None:
    """The digits before a decimal part of zeros; three digits after a sign are thousands."""
    text = re.sub(r"[.,]0{1,2}$", "", text)
    return int(re.sub(r"[.,]", "", text)) if re.fullmatch(r"\d{1,15}|\d{1,3}([.,]\d{3})+", text, re.ASCII) else None


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = re.search(r"(\d{1,2})[/\-.](\d{1,2})[/\-.](\d{4})", str(value or ""))
    iso = re.search(r"(\d{4})-(\d{1,2})-(\d{1,2})", str(value or ""))
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None
