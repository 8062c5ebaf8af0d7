"""How a contract ends, and what later papers do to it the moment they enter into force."""

from __future__ import annotations

from typing import Any

from marketplace.contracts.models import Agreement


def hindrance(paper: Agreement) -> Any | None:
    """Why a later paper that is signed cannot take effect now (a sentence), or None; contract and paper are locked.

    The caller asks before it moves the paper to active, and calls `send_back` instead where there is a sentence.
    """
    raise NotImplementedError


def send_back(paper: Agreement, sentence: Any) -> None:
    """A signed paper that cannot take effect goes back to the table (its document is voided), or ends with its contract."""
    raise NotImplementedError


def take_effect(paper: Agreement) -> None:
    """A later paper has just become active: its contract changes or ends; contract and paper are locked by the caller."""
    raise NotImplementedError
