"""The quantity book of a contract in force: what of each line is contracted, called, confirmed, delivered, accepted.

Whoever changes it holds the agreement's lock; the rows are locked after that, in id order. At every moment
accepted + rejected ≤ delivered ≤ confirmed ≤ called ≤ most, where `most` is the contracted quantity with its
tolerance, taken of the whole and not of what is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from marketplace.catalogue.models import Variant
from marketplace.contracts.models import Agreement, AgreementLine, CallOff
from marketplace.contracts.queries.in_force import terms_in_force
from marketplace.contracts.services import agreed_prices
from marketplace.contracts.terms import sums
from marketplace.core.database import db, locked
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused

Terms = Mapping[str, Any]


def open_book(agreement: Agreement) -> None:
    """A contract enters into force: each line that names goods gets its row, once; the caller holds the lock."""
    terms = terms_in_force(agreement)
    if terms is not None and not rows_of(agreement):
        _write(agreement, terms, {})
        agreed_prices.follow(agreement)


def move_book(agreement: Agreement, terms: Terms) -> None:
    """An annex is in force: contracted quantities and prices follow its text; what was called stays counted.

    A line that the text no longer names can be called no more. Prices of call-offs that were placed do not change.
    """
    known = {row.key: row for row in rows_of(agreement)}
    _write(agreement, terms, known)
    named = {line["key"] for line in terms["lines"]}
    for key, row in known.items():
        if key not in named:
            row.contracted, row.most = row.called, row.called
    db.session.flush()


def _write(agreement: Agreement, terms: Terms, known: Mapping[str, AgreementLine]) -> None:
    variants = _variants(agreement, terms)
    for place, line in enumerate(terms["lines"], start=1):
        variant_id = variants.get(line.get("sku") or "")
        if variant_id is None and line["key"] not in known:
            continue
        row = known.get(line["key"]) or AgreementLine(agreement_id=agreement.id, key=line["key"], called=0)
        row.position, row.variant_id = place, variant_id or row.variant_id
        row.contracted, row.price_vnd = sums.quantity_of(line), int(line["price_vnd"])
        row.most = max(sums.most(line), row.called)
        db.session.add(row)
    db.session.flush()


def _variants(agreement: Agreement, terms: Terms) -> dict[str, int]:
    """The goods that the lines name, among those of this seller."""
    skus = sorted({line["sku"] for line in terms["lines"] if line.get("sku")})
    mine = select(Variant.sku, Variant.id).where(Variant.seller_id == agreement.seller_id, Variant.sku.in_(skus))
    return dict(db.session.execute(mine).all())


def rows_of(agreement: Agreement) -> list[AgreementLine]:
    """The rows of a contract under lock, in the order of its lines."""
    ids = db.session.scalars(select(AgreementLine.id).where(AgreementLine.agreement_id == agreement.id)).all()
    return sorted(locked(AgreementLine, ids), key=lambda row: (row.position, row.id)) if ids else []


# --- counting --------------------------------------------------------------------------------------------------------


def count_called(rows: Mapping[str, AgreementLine], wanted: Mapping[str, int]) -> None:
    """Quantities are called, by the line's key; refused where a line has not so much left."""
    before = agreed_prices.callable_lines(rows.values())
    for key, quantity in wanted.items():
        row = rows[key]
        left = row.most - row.called
        if quantity > left:
            raise Refused(left_words(left), field=f"quantity-{key}")
        row.called += quantity
    db.session.flush()
    _tell_catalogue(rows.values(), before)


def _tell_catalogue(rows: Collection[AgreementLine], before: set[int]) -> None:
    """A line that is called up, or can be called again, changes what its buyer is offered."""
    if agreed_prices.callable_lines(rows) != before:
        agreed_prices.follow(next(iter(rows)).agreement)


def left_words(left: int) -> str:
    """How much of a line may still be called, as a sentence."""
    if left <= 0:
        return _("Nothing of this line is left to be called. Its quantity can be raised by an annex.")
    return _("Only %(left)s of this line are left to be called, tolerance included.", left=left)


def count(quantities: Mapping[int, int], *columns: str) -> None:
    """Add quantities (by the book row's id; below zero to give back) to some columns, in one change of each row."""
    wanted = {line_id: quantity for line_id, quantity in quantities.items() if quantity}
    rows = locked(AgreementLine, wanted) if wanted else []
    before = agreed_prices.callable_lines(rows)
    for row in rows:
        for column in columns:
            setattr(row, column, getattr(row, column) + wanted[row.id])
    db.session.flush()
    _tell_catalogue(rows, before)


def by_row(call_off: CallOff) -> dict[int, int]:
    """What a call-off asked for, by the id of the book's row."""
    return {one.line_id: one.quantity for one in call_off.lines}
