"""The numbers of papers: from the seller's book of a year and kind, without gaps, counted under lock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import Agreement, PaperBook
from marketplace.contracts.states.agreements import AgreementKind, PaperKind
from marketplace.core import clock
from marketplace.core.database import db, insert_into, table_of

CONTRACTS = {
    AgreementKind.MOU: "BBGN",
    AgreementKind.FRAMEWORK: "HĐNT",
    AgreementKind.SALE: "HĐMB",
    AgreementKind.DISTRIBUTION: "HĐPP",
}
LATER = {PaperKind.AMENDMENT: "PLHĐ", PaperKind.TERMINATION: "BBCDHĐ", PaperKind.LIQUIDATION: "BBTLHĐ"}


def expected(agreement: Agreement) -> int:
    """The place in the seller's book that the next paper of this kind will have, if nobody comes first."""
    book = PaperBook
    mine = [getattr(book, name) == value for name, value in _book_of(agreement).items()]
    return (db.session.scalar(select(book.last).where(*mine)) or 0) + 1


def take(agreement: Agreement) -> int:
    """Count the seller's book one on; whoever comes next waits, and a rolled back act takes its number with it."""
    table = table_of(PaperBook)
    insert = insert_into(table).values(**_book_of(agreement), last=1)
    names = list(_book_of(agreement))
    counted = insert.on_conflict_do_update(index_elements=names, set_={"last": table.c.last + 1})
    return int(db.session.execute(counted.returning(table.c.last)).scalar_one())


def written(agreement: Agreement, place: int) -> str:
    """A place in the book as papers carry it: 45/2026/HĐMB."""
    sign = CONTRACTS[agreement.kind] if agreement.is_contract else LATER[agreement.paper]
    return f"{place:02d}/{clock.today().year}/{sign}"


def _book_of(agreement: Agreement) -> dict[str, Any]:
    return {
        "organisation_id": agreement.seller_id,
        "year": clock.today().year,
        "paper": agreement.paper,
        "kind": agreement.kind,
    }
