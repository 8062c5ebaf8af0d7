"""What happens to agreements, for features above and for the ledger of open data."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.contracts.models import Agreement
from marketplace.contracts.states.agreements import AgreementAction


@dataclass(frozen=True, slots=True)
class AgreementMoved:
    """A paper took one step of its life; published inside the same transaction."""

    agreement: Agreement
    action: AgreementAction


@dataclass(frozen=True, slots=True)
class AgreementFlagged:
    """A flag beside the state was set or lifted: suspended, disputed, monitored, challenged."""

    agreement: Agreement
    flag: str
    is_set: bool
