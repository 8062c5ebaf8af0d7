"""Sentences that name an order or a sum do not break inside them, and stay escaped."""

from __future__ import annotations

from marketplace.web.filters import unbroken


def test_refs_and_sums_stay_on_one_line() -> None:
    assert unbroken("Đơn DH-2026-000136: 152.000 ₫") == (
        'Đơn <span class="nowrap">DH-2026-000136</span>: 152.000\u00a0₫'
    )


def test_what_was_typed_is_escaped() -> None:
    assert "<b>" not in unbroken("<b>DH-2026-000136</b>")
