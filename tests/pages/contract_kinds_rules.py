"""Refusals of the operators' pages of the rules."""

from __future__ import annotations

REFUSED = (
    "contracts.propose_policy", "contracts.propose_clause", "contracts.propose_day", "contracts.propose_no_day",
    "contracts.decline_rule", "contracts.look_into",
)  # fmt: skip
