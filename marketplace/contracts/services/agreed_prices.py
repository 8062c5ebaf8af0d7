"""What the catalogue is told of a contract: at which prices its buyer can call which packs, and until when.

A line's price is that of one pack with VAT in it, so it is passed on as it stands and never rounded. A line that names
no pack of the seller's goods has no row in the book, hence no agreed price.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from marketplace.catalogue import services as catalogue
from marketplace.contracts.events import AgreementMoved
from marketplace.contracts.models import Agreement, AgreementLine
from marketplace.contracts.queries.changes import standing_suspensions
from marketplace.contracts.queries.open_matters import book_of
from marketplace.contracts.states.agreements import AgreementState
from marketplace.core import clock
from marketplace.core.events import on


def follow(contract: Agreement) -> None:
    """Let the catalogue say what can be called under a contract now; the caller holds its lock."""
    first, last = _days(contract)
    prices = {row.variant_id: row.price_vnd for row in book_of(contract) if row.variant_id and has_left(row)}
    if contract.state is not AgreementState.ACTIVE or not prices or (last is not None and last < first):
        catalogue.end_agreed_prices(contract.ref)
        return
    catalogue.set_agreed_prices(contract.ref, contract.buyer_id, prices, valid_from=first, valid_to=last)


def _days(contract: Agreement) -> tuple[date, date | None]:
    """From today, or the first day of the term, to its last or the eve of a suspension."""
    first = max(contract.valid_from or clock.today(), clock.today())
    eves = [one.from_on - timedelta(days=1) for one in standing_suspensions(contract)]
    return first, min([*eves, *([contract.valid_to] if contract.valid_to else [])], default=None)


def has_left(row: AgreementLine) -> bool:
    """Something of a line may still be called."""
    return row.most > row.called


def callable_lines(rows: Iterable[AgreementLine]) -> set[int]:
    """The rows of which something may still be called: when these change, so do the prices that can be had."""
    return {row.id for row in rows if has_left(row)}


@on(AgreementMoved)
def follow_state(moved: AgreementMoved) -> None:
    """A contract that was in force changes, winds down or ends."""
    if moved.agreement.is_contract and moved.agreement.active_version is not None:
        follow(moved.agreement)
