"""Signing: files and JSON that are no pages, and forms that are refused."""

from __future__ import annotations

NO_PAGES = {
    "contracts.command_file", "contracts.signing_task", "contracts.signing_document", "contracts.prepared_document",
    "contracts.mandate_paper",
}  # fmt: skip
REFUSED = (
    "contracts.send_signed", "contracts.sign_by_letter_code", "contracts.send_scan", "contracts.confirm_scan",
    "contracts.give_mandate", "contracts.propose_root", "contracts.propose_registration",
    "contracts.take_revocation_list",
)  # fmt: skip
