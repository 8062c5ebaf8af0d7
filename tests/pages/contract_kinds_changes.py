"""What of changes, ends and disputes is no page, and forms that are sent back empty."""

from __future__ import annotations

NO_PAGES = {"contracts.dispute_file"}
REFUSED = (
    "contracts.propose_amendment", "contracts.suspend", "contracts.give_notice", "contracts.open_dispute",
    "contracts.answer_dispute", "contracts.ask_for_mediation", "contracts.propose_settlement",
    "contracts.escalate_dispute",
)  # fmt: skip
