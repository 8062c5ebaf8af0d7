"""The sheets that a producer sent, their rows by what they mean, and certificates that wait for a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from marketplace.catalogue.models import Certificate, Product
from marketplace.catalogue.states import CertificateBasis
from marketplace.core.database import db
from marketplace.storefronts.models import Import, ImportRow
from marketplace.storefronts.states import RowKind, RowOutcome

LONGEST_REF = 32
# what concerns the producer most comes first
_RANK = case({RowKind.WRONG.value: 0, RowKind.CHANGED.value: 1, RowKind.NEW.value: 2}, value=ImportRow.kind, else_=3)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of a sheet are of each kind, ask about stock, are to be written, were written or left out."""

    new: int
    changed: int
    unchanged: int
    wrong: int
    moved: int
    written: int
    skipped: int

    @property
    def to_write(self) -> int:
        """Rows that change something."""
        return self.new + self.changed

    @property
    def settled(self) -> int:
        """Rows that the worker has dealt with."""
        return self.written + self.skipped


def import_by_ref(ref: str) -> Import | None:
    """One sheet."""
    return db.session.scalar(select(Import).where(Import.ref == ref[:LONGEST_REF]).options(joinedload(Import.seller)))


def imports_of(seller_id: int, *, most: int) -> list[Import]:
    """The last sheets of a producer, the youngest first."""
    sent = select(Import).where(Import.seller_id == seller_id).order_by(Import.id.desc()).limit(most)
    return list(db.session.scalars(sent))


def tally_of(sent: Import) -> Tally:
    """All counts of one sheet, in one query."""
    kinds = [_count(ImportRow.kind == kind) for kind in RowKind]
    outcomes = [_count(ImportRow.outcome == outcome) for outcome in RowOutcome]
    row = db.session.execute(
        select(*kinds, _count(ImportRow.has_moved_stock), *outcomes).where(ImportRow.import_id == sent.id)
    ).one()
    return Tally(*(int(value or 0) for value in row))


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def rows_of(sent: Import, kind: RowKind | None = None) -> Select[Any]:
    """The rows of a sheet, what is wrong first."""
    rows = select(ImportRow).where(ImportRow.import_id == sent.id)
    rows = rows.where(ImportRow.kind == kind) if kind else rows
    return rows.order_by(_RANK, ImportRow.number)


def outcome_rows(sent: Import) -> list[ImportRow]:
    """The rows that were wrong or left out, in their order."""
    bad = (ImportRow.kind == RowKind.WRONG) | (ImportRow.outcome == RowOutcome.SKIPPED)
    return list(
        db.session.scalars(select(ImportRow).where(ImportRow.import_id == sent.id, bad).order_by(ImportRow.number))
    )


def _waits() -> Any:
    waits = (Certificate.basis == CertificateBasis.DECLARED) & Certificate.refused_on.is_(None)
    return waits & Certificate.revoked_on.is_(None)


def count_waiting_certificates() -> int:
    """How many certificates wait for a look."""
    return db.session.scalar(select(func.count(Certificate.id)).where(_waits())) or 0


def waiting_certificates() -> Select[Any]:
    """Certificates that producers declared and nobody has compared with the papers, the oldest first."""
    found = select(Certificate).where(_waits())
    whole = joinedload(Certificate.product).options(joinedload(Product.seller), joinedload(Product.origin_now))
    return found.order_by(Certificate.declared_at, Certificate.id).options(whole)
