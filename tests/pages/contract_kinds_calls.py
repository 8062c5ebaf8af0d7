"""Pages of call-offs and deliveries: what is no page, and forms that are refused."""

from __future__ import annotations

NO_PAGES = {
    "api.own_agreements", "api.own_agreement", "api.own_call_offs", "api.own_call_off", "orders.check_photo",
}  # fmt: skip
REFUSED = ("contracts.place_call_off", "contracts.save_call_off")
