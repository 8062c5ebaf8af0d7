"""The text that a paper begins with, and what a side may not write in its text itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import Agreement, Award, Quote, QuoteLine
from marketplace.contracts.queries.parties import OWN_WORDS, identity_of, party_of
from marketplace.contracts.services import guards, versions
from marketplace.contracts.services.rules import library
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.terms.checking import checked
from marketplace.contracts.terms.drafting import blank, blank_line
from marketplace.core.database import db

USUAL_VAT = 8


def first_text(agreement: Agreement, quote: Quote | None, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """A new paper's draft, stored with it: from given terms, a quote, or the template of its kind."""
    db.session.add(agreement)
    db.session.flush()
    terms = dict(given) if given is not None else blank(agreement.kind, agreement.paper, library(agreement.kind))
    if quote is not None:
        terms.update(_from_quote(quote, terms))
    terms["parties"] = {side.value: _party(terms, agreement, side) for side in Side}
    terms["references"] = {**terms["references"], **_references(agreement)}
    return checked(guards.with_facts(terms, agreement.seller_id))


def own_text(agreement: Agreement, side: Side, terms: Mapping[str, Any]) -> dict[str, Any]:
    """A side's text as it may be kept: what the marketplace knows, and what is the other side's, stands as it was."""
    before = versions.last_version(agreement)
    across = before.terms["parties"][side.other.value] if before else party_of(agreement.organisation_of(side.other))
    mine = {**terms["parties"][side.value], **identity_of(agreement.organisation_of(side))}
    parties = {side.value: mine, side.other.value: across}
    fixed = {"kind": agreement.kind.value, "paper": agreement.paper.value, "parties": parties}
    references = {**terms["references"], **_references(agreement)}
    return checked({**terms, **fixed, "references": references})


def _party(terms: Mapping[str, Any], agreement: Agreement, side: Side) -> dict[str, Any]:
    """A side as the marketplace knows it, with the words that an earlier text had of it."""
    known = party_of(agreement.organisation_of(side))
    said = terms["parties"].get(side.value) or {}
    return {**known, **{name: said[name] for name in OWN_WORDS if said.get(name)}}


def _references(agreement: Agreement) -> dict[str, Any]:
    above = {"parent": agreement.parent, "prior": agreement.prior, "contract": agreement.belongs_to}
    return {name: one.ref if one else None for name, one in above.items()}


def _from_quote(quote: Quote, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Lines, freight and payment of the last round; of the lines that were awarded to it, where some were."""
    last = quote.rounds[-1]
    asked = select(Award.request_line_id).where(Award.quote_id == quote.id)
    awarded = set(db.session.scalars(asked))
    lines = [one for one in last.lines if not awarded or one.request_line_id in awarded]
    return {
        "lines": [_line(number, one) for number, one in enumerate(lines, 1)],
        "payment": {**terms["payment"], "days": last.payment_days},
        "delivery": {
            "place": quote.request.place,
            "terms": last.freight_terms.value,
            "freight_vnd": last.freight_vnd,
            "loss_percent": last.loss_percent,
            "packaging": "; ".join(filter(None, dict.fromkeys(one.request_line.packaging for one in lines))),
        },
    }


def _line(number: int, quoted: QuoteLine) -> dict[str, Any]:
    wanted, variant = quoted.request_line, quoted.variant
    quantity = quoted.quantity or wanted.quantity
    return blank_line(
        f"L{number}",
        sku=variant.sku if variant else None,
        product=variant.product.name if variant else wanted.description,
        unit=variant.product.unit if variant else wanted.unit,
        quality=wanted.quality,
        quantity=str(quantity),
        price_vnd=quoted.price_vnd,
        vat_percent=variant.product.vat_percent if variant else USUAL_VAT,
    )
