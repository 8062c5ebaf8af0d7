"""Every letter about an order can be written in both languages, and says what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from marketplace.core.outbox.letters import letter_of
from marketplace.core.outbox.notices import Notice
from tests.servers import ROOT

NOTICES = sorted(path.stem for path in (ROOT / "templates/orders/notices").glob("[a-z]*.txt"))
TOLD = re.compile(r'tell_(buyer|seller|operator)s?\(\s*[\w.]*order, "(\w+)"')
# about a return the other side is told; both are where the marketplace may have acted
OTHERS = re.compile(r'_tell_side\(\s*back, [\w.]+, (?:Side\.)?(\w+), "(\w+)"')
SIDES = {"BUYER": ("seller",), "SELLER": ("buyer",)}
CONTEXT = {
    "order": "DH-2026-000001",
    "purchase": "MH-2026-000001",
    "seller": "Bánh kẹo Tứ Minh",
    "buyer": "Nguyễn Thị Lan",
    "total_vnd": 90_000,
    "due_vnd": 85_000,
    "amount_vnd": 65_000,
    "back": "TH-2026-000001",
    "goods_back": [{"name": "Bánh đậu xanh", "pack": "Hộp 300 g", "quantity": 1}],
    "short": [
        {"name": "Cua", "pack": "con", "ordered": 2, "shipped": 1, "grams": 400, "less_vnd": 5_000},
        {"name": "Cá", "pack": "con", "ordered": 1, "shipped": 1, "grams": 900, "less_vnd": 0},
    ],
    "told_vnd": 80_000,
    "payment_method": "cod",
    "delivery": "ship",
    "earliest_on": "2026-11-24",
    "latest_on": "2026-11-26",
    "ship_on": "2026-11-23",
    "on": "2026-11-25",
    "carrier": "GHN",
    "tracking": "G123",
    "reason": "out_of_stock",
    "note": "Mẻ này hỏng",
    "rating": 5,
    "url": "/orders/DH-2026-000001",
    "receipt": [
        {"name": "Gạo", "pack": "Túi 5 kg", "accepted": 9, "rejected": 1, "reason": "damaged", "note": "Bao rách"}
    ],
    "basis": "GH-2026-000001",
    "until": "25/11/2026 24:00",
    "lines": [{"name": "Bánh đậu xanh", "pack": "Hộp 300 g", "quantity": 1, "amount_vnd": 65_000}],
}


def test_every_letter_that_is_sent_has_a_text() -> None:
    code = [path.read_text(encoding="utf-8") for path in Path(ROOT / "marketplace").rglob("services/**/*.py")]
    told = {f"{what}_{side}" for text in code for side, what in TOLD.findall(text)}
    for side, what in (found for text in code for found in OTHERS.findall(text)):
        told |= {f"{what}_{other}" for other in SIDES.get(side, ("buyer", "seller"))}
    assert told == set(NOTICES)


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("name", NOTICES)
def test_a_letter_is_written(app: Flask, name: str, locale: str) -> None:
    with app.app_context(), app.test_request_context():
        ways: list[dict[str, str]] = [{}, {"delivery": "pick-up"}, {"payment_method": "on_terms"}]
        for changes in (*ways, {"payment_method": "vietqr", "note": "", "tracking": ""}):
            letter = letter_of(Notice(template=f"orders/{name}", locale=locale, context={**CONTEXT, **changes}))
            assert "DH-2026-000001" in letter.subject or "DH-2026-000001" in letter.text
            assert letter.paragraphs
            assert not re.search(r"[{}]|Undefined|\bNone\b", letter.text + letter.subject)


def test_a_letter_speaks_its_readers_language(app: Flask) -> None:
    with app.app_context(), app.test_request_context():
        notice = Notice(template="orders/placed_buyer", locale="vi", context=CONTEXT)
        vietnamese, english = letter_of(notice, "vi"), letter_of(notice, "en")
        assert vietnamese.subject == "Đã đặt đơn DH-2026-000001 tại Bánh kẹo Tứ Minh"
        assert english.subject == "Order DH-2026-000001 with Bánh kẹo Tứ Minh is placed"
        assert "- Bánh đậu xanh (Hộp 300 g) × 1: 65.000 ₫" in vietnamese.text
        assert "24/11/2026 – 26/11/2026" in vietnamese.text
