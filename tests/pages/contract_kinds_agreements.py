"""Pages of agreements that are drafted and negotiated: what is no page, and forms that are refused."""

from __future__ import annotations

NO_PAGES = {"contracts.preview_picture"}
REFUSED = ("contracts.create", "contracts.accept", "contracts.refuse", "contracts.ask_for_changes")
