"""Refusals on a department's desk and on the pages where sides answer."""

from __future__ import annotations

REFUSED = ("contracts.return_review", "contracts.make_case", "contracts.end_case", "contracts.answer_case")
