"""Papers: files that are no pages, and the public check that is refused."""

from __future__ import annotations

NO_PAGES = {
    "contracts.document_pdf", "contracts.preview_pdf", "contracts.evidence_zip", "contracts.call_off_slip",
    "contracts.delivery_minutes", "contracts.open_contract", "contracts.open_releases",
}  # fmt: skip
REFUSED = ("contracts.verify_file",)
