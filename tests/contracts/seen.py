"""What the database holds of agreements at one moment, read row by row past every service and every object."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from marketplace.accounts.models import Membership, Organisation
from marketplace.contracts import models as m
from marketplace.contracts.queries import open_data
from marketplace.core.database import db, table_of
from marketplace.core.outbox import Job, Notice
from marketplace.orders.models import Order, OrderLine, Receipt, ReceiptLine

Row = Any
# rows of these only grow
GROWING = (
    "terms_versions", "acceptances", "agreement_events", "agreement_documents", "document_voidings",
    "agreement_signatures", "signature_checks", "revocation_lists", "agreement_releases", "dispute_words",
)  # fmt: skip
READ = [
    table_of(one)
    for one in (
        m.Agreement, m.TermsDraft, m.TermsVersion, m.Acceptance, m.AgreementEvent, m.AgreementLine, m.DepartmentReview,
        m.Document, m.DocumentVoiding, m.SigningBase, m.SignedUpload, m.Signature, m.SignatureCheck, m.RevocationList,
        m.Release, m.CallOff, m.CallOffLine, m.Suspension, m.Dispute, m.DisputeWord, m.MonitoringCase, m.CalendarDay,
        m.Deadline, Organisation, Membership, Order, OrderLine, Receipt, ReceiptLine, Notice, Job,
    )
]  # fmt: skip
GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
}


class Seen:
    """One look at the database: rows by table in the order of their ids, guards, published heads, what is public."""

    def __init__(self, rows: dict[str, list[Row]], guards: set[str], heads: list[Any], public: list[Any]) -> None:
        self.rows, self.guards, self.heads, self.public = rows, guards, heads, public
        self._indexes: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]

    def of(self, table: str, **wanted: Any) -> list[Row]:
        """Rows of a table whose one column has a value."""
        ((column, value),) = wanted.items()
        if (table, column) not in self._indexes:
            index: dict[Any, list[Row]] = {}
            for row in self.rows[table]:
                index.setdefault(getattr(row, column), []).append(row)
            self._indexes[table, column] = index
        return self._indexes[table, column].get(value, [])

    def one(self, table: str, id: int) -> Row:  # noqa: A002 - it is the column's name
        """The row of an id."""
        (found,) = self.of(table, id=id)
        return found

    # --- what is asked again and again ---

    def events(self, paper: Row) -> list[Row]:
        """All that happened to a paper, by its numbers."""
        return sorted(self.of("agreement_events", agreement_id=paper.id), key=lambda one: one.number)

    def versions(self, paper: Row) -> list[Row]:
        """Every version of a paper's text, by its numbers."""
        return sorted(self.of("terms_versions", agreement_id=paper.id), key=lambda one: one.number)

    def version(self, paper: Row, number: int | None) -> Row | None:
        """One of them."""
        return next((one for one in self.versions(paper) if one.number == number), None)

    def accepted(self, version: Row) -> dict[str, Row]:
        """What each side has said to a version."""
        return {one.side: one for one in self.of("acceptances", version_id=version.id)}

    def contracts(self) -> list[Row]:
        """Papers that are no later ones."""
        return [one for one in self["agreements"] if one.paper == "contract"]

    def live_document(self, paper: Row) -> Row | None:
        """The issued PDF that is not void."""
        issued = self.of("agreement_documents", agreement_id=paper.id)
        return next((one for one in issued if not self.of("document_voidings", document_id=one.id)), None)

    def chain(self, document: Row) -> list[Row]:
        """The signatures that count on a PDF, the first one first."""
        (base,) = self.of("signing_bases", document_id=document.id)
        found, place = [], base.signature_id
        while place is not None:
            found.append(self.one("agreement_signatures", place))
            place = found[-1].parent_id
        return found[::-1]

    def refs(self, paper: Row) -> dict[str, str]:
        """Who has a part in a paper, by organisation's ref: seller, buyer, and the departments of both."""
        parts = ("seller", "buyer", "seller_department", "buyer_department")
        ids = {name: getattr(paper, f"{name}_id") for name in parts}
        return {name: self.one("organisations", id_).ref for name, id_ in ids.items() if id_ is not None}

    def departments(self, paper: Row) -> set[str]:
        """The departments of the two provinces."""
        refs = self.refs(paper)
        return {refs[name] for name in ("seller_department", "buyer_department") if name in refs}

    def order_lines(self, call_off: Row) -> list[tuple[Row, Row]]:
        """Each line of a placed call-off with that of its order; they were written together."""
        pairs = self.of("call_off_lines", call_off_id=call_off.id), self.of("order_lines", order_id=call_off.order_id)
        return list(zip(*pairs, strict=True))

    def reached(self) -> set[str]:
        """States and steps by their names, as far as the rows tell them."""
        tables = ("signed_uploads", "disputes", "monitoring_cases", "department_reviews", "orders")
        states = {f"is {one.state.value}" for one in self["agreements"]}
        other = {f"{table}: {one.state.value}" for table in tables for one in self[table]}
        return states | other | {one.kind for one in self["agreement_events"]}

    def same_as(self, other: Seen) -> list[str]:
        """The tables that differ from another look."""
        return [name for name, rows in self.rows.items() if rows != other.rows[name]]


def seen(heads: Path | None = None, *, afresh: bool = True) -> Seen:
    """Look now; `afresh` forgets what the session has begun, else its own unfinished changes are seen."""
    if afresh:
        db.session.rollback()
    rows = {one.name: list(db.session.execute(select(one).order_by(one.c.id))) for one in READ}
    guards = set(db.session.scalars(text(GUARDS[db.engine.dialect.name])))
    public = (
        open_data.page_of_releases(1).releases if any(one.consent != "closed" for one in rows["agreements"]) else []
    )
    return Seen(rows, guards, _lines(heads), public)


def _lines(heads: Path | None) -> list[Any]:
    lines: Iterable[str] = heads.read_text("ascii").splitlines() if heads is not None and heads.exists() else ()
    return [json.loads(line) for line in lines]
