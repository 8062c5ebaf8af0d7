"""What stands on the paper of an agreement: its terms as every page shows them, in Vietnamese as the law wants it.

The words of the form itself stand in the template; here rows are put together for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.contracts.signatures.sealing import FIELDS
from marketplace.contracts.states.agreements import AgreementKind, PaperKind, Side
from marketplace.contracts.terms import describing, differing
from marketplace.contracts.terms.describing import LineRow
from marketplace.contracts.terms.naming import Terms
from marketplace.contracts.terms.texts import title_of
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import speaking
from marketplace.orders.queries.timeline import PLATFORM

CONTRACT = "contracts/papers/contract.typ"


@dataclass(frozen=True, slots=True)
class Issuing:
    """What a paper gets by being issued: its number and day, the fingerprint of its terms, where it is checked."""

    number: str
    on: date
    sha256: str
    url: str


def contract_paper(
    terms: Terms, issuing: Issuing | None = None, *, about: str = "", before: Terms | None = None
) -> dict[str, Any]:
    """The data of a contract or later paper; without `issuing` it is a draft and says so on every page.

    An annex says first what changes from the terms `before` it.
    """
    with speaking("vi"):
        heading = title_of(AgreementKind(terms["kind"]), PaperKind(terms["paper"]))
        return {
            **frame(f"{heading} {issuing.number}" if issuing else heading, issuing),
            "paper": terms["paper"],
            "heading": heading,
            "name": terms["title"] if terms["title"] != heading else "",
            "about": about,
            "changed": _changed(before, terms) if before else None,
            "basis": describing.basis(terms),
            "parties": [{"heading": one.heading, "rows": _facts(one.rows)} for one in describing.parties(terms)],
            "goods": goods_table(terms),
            "in_words": describing.in_words(terms) if terms["totals"]["total_vnd"] else "",
            "schedule": _schedule(terms),
            "conditions": [{"heading": one.heading, "rows": _facts(one.rows)} for one in describing.conditions(terms)],
            "clauses": [{"title": one.title, "paragraphs": one.paragraphs} for one in describing.clauses(terms)],
            "signatures": [_signature(side, terms["parties"][side.value]) for side in Side],
        }


def frame(title: str, issuing: Issuing | None) -> dict[str, Any]:
    """What every paper has around its text: title, number, day, foot, and how it is checked."""
    return {
        "site": PLATFORM,
        "title": title,
        "subject": _("Made on %(site)s", site=PLATFORM),
        "draft": issuing is None,
        "number": issuing.number if issuing else "",
        "day": spelt(issuing.on) if issuing else None,
        "sha256": issuing.sha256 if issuing else "",
        "keywords": [issuing.number, f"sha256:{issuing.sha256}", issuing.url] if issuing else [],
        "foot": _("No. %(number)s", number=issuing.number) if issuing else _("Draft, not valid"),
        "verify": _verifying(issuing) if issuing else None,
    }


def spelt(one: date) -> dict[str, str]:
    """A day as official papers write it: two digits for days below ten and the first two months."""
    return {"d": f"{one.day:02d}", "m": f"{one.month:02d}" if one.month < 3 else str(one.month), "y": str(one.year)}


def _verifying(issuing: Issuing) -> dict[str, str]:
    words = _(
        "The marketplace has sealed this file electronically. What counts is the file, not a print of it: check the "
        "file before you rely on it."
    )
    return {"url": issuing.url, "qr": qr_code(issuing.url), "words": words}


def qr_code(text: str) -> str:
    """A QR code as SVG."""
    import segno

    return str(segno.make(text, error="m", micro=False).svg_inline(border=1, omitsize=True))


def _facts(rows: Iterable[describing.Row]) -> list[tuple[str, str]]:
    return [(row.label, row.value) for row in rows]


def column(label: str, kind: str = "text") -> dict[str, Any]:
    """A column of a table: its head, and whether it holds text, a name, a number or a count."""
    return {"label": label, "kind": kind}


def goods_table(terms: Terms) -> dict[str, Any] | None:
    """The goods with quantities and, where the paper has prices, sums below; None where no goods are named."""
    if not terms["lines"]:
        return None
    priced = any(line["price_vnd"] for line in terms["lines"])
    columns = [column(_("No."), "count"), column(_("Goods, quality"), "name"), column(_("Unit"))]
    columns += [column(_("Quantity"), "number")]
    columns += (
        [column(_("Price"), "number"), column(_("VAT"), "count"), column(_("Amount"), "number")] if priced else []
    )
    rows = [_cells(line, priced=priced) for line in describing.lines(terms)]
    return {"columns": columns, "rows": rows, "foot": _sums(terms) if priced else []}


def _cells(line: LineRow, *, priced: bool) -> list[Any]:
    star = _("OCOP %(stars)s stars", stars=line.star) if line.star else ""
    proof = f"{star} ({line.certificate})" if star and line.certificate else star
    name = [line.goods, *filter(None, (line.pack, proof, line.quality))]
    quantity = f"{line.quantity} {line.tolerance}".strip()
    return [str(line.number), name, line.unit, quantity, *((line.price, line.vat, line.amount) if priced else ())]


def _sums(terms: Terms) -> list[dict[str, Any]]:
    rows = describing.totals(terms)
    return [{"label": row.label, "amount": row.value, "strong": row is rows[-1]} for row in rows]


def _changed(before: Terms, terms: Terms) -> dict[str, Any] | None:
    """Old and new of every figure and field, then the clauses that say something else; None where nothing differs."""
    found = differing.changes(before, terms)
    fields: list[differing.Number | differing.Other] = [*found.numbers, *found.others]
    named = [one for one in fields if one.path != "title" and not one.path.startswith("references.")]
    rows = [[[one.label], describing.said(one.old, one.path), describing.said(one.new, one.path)] for one in named]
    rows += [[[one.title], "", str(one.how.label)] for one in found.clauses]
    columns = [column(_("What changes"), "name"), column(_("Until now")), column(_("From now on"))]
    return {"columns": columns, "rows": rows, "foot": []} if rows else None


def _schedule(terms: Terms) -> dict[str, Any] | None:
    rows = [[str(one.number), one.day, [one.goods], one.quantity] for one in describing.schedule(terms)]
    columns = [column(_("No."), "count"), column(_("Delivery day")), column(_("Goods, quality"), "name")]
    return {"columns": [*columns, column(_("Quantity"), "number")], "rows": rows, "foot": []} if rows else None


def _signature(side: Side, party: Terms) -> dict[str, str]:
    return {
        "heading": _("For the seller") if side is Side.SELLER else _("For the buyer"),
        "hint": _("(digital signature of the organisation)"),
        "field": FIELDS[side],
        "name": party["representative"] or party["legal_name"],
        "title": party["title"] if party["representative"] else "",
    }
