"""What a paper begins with: its sides, its rules and its text; and what a side may not write in its text itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Agreement, ModelClause, Quote
from marketplace.contracts.queries.parties import OWN_WORDS, department_of, identity_of, party_of
from marketplace.contracts.queries.quotes import Carried, carried_freight, last_round
from marketplace.contracts.queries.rules import library, policy_of
from marketplace.contracts.services import carrying, guards, versions
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, PaperKind, Side, Turn
from marketplace.contracts.terms.checking import checked
from marketplace.contracts.terms.drafting import blank, blank_line
from marketplace.contracts.terms.texts import name_with
from marketplace.core.database import db
from marketplace.core.refs import next_ref

USUAL_VAT = 8
SIGNER = ("representative", "title")


SERIES = {PaperKind.CONTRACT: "agreement", PaperKind.AMENDMENT: "annex"}
DAYS = ("answer_days", "review_days", "signing_days", "confirmation_days", "receipt_days", "dispute_days")


@dataclass(frozen=True, slots=True)
class NewPaper:
    """Who makes what paper with whom. An annex or minutes name the contract they belong to, and their number in it.

    `parent` is a framework agreement in force, `prior` the contract that this one follows. The text comes from `terms`,
    else from an accepted quote, else from the template of its kind.
    """

    kind: AgreementKind
    seller: Organisation
    buyer: Organisation
    made_by: Side
    paper: PaperKind = PaperKind.CONTRACT
    belongs_to: Agreement | None = None
    ordinal: int = 0
    parent: Agreement | None = None
    prior: Agreement | None = None
    quote: Quote | None = None
    terms: Mapping[str, Any] | None = None


def paper_of(new: NewPaper) -> Agreement:
    """A draft of its maker's own, with both sides and the rules of today."""
    linked = {"belongs_to": new.belongs_to, "parent": new.parent, "prior": new.prior}
    return Agreement(
        ref=next_ref(SERIES.get(new.paper, "minutes")),
        kind=new.kind,
        paper=new.paper,
        ordinal=new.ordinal,
        title="",
        state=AgreementState.DRAFT,
        turn=Turn(new.made_by.value),
        made_by=new.made_by,
        quote_id=new.quote.id if new.quote else None,
        **linked,
        **_sides(new.seller, new.buyer),
        **_rules(new.kind),
    )


def _sides(seller: Organisation, buyer: Organisation) -> dict[str, Any]:
    """Both organisations with the provinces and departments of today."""
    return {
        "seller": seller,
        "buyer": buyer,
        "seller_province": seller.province,
        "buyer_province": buyer.province,
        "seller_department": department_of(seller.province_id),
        "buyer_department": department_of(buyer.province_id),
    }


def _rules(kind: AgreementKind) -> dict[str, Any]:
    """The rules of today, which this paper keeps."""
    rules = policy_of(kind)
    kept = {name: getattr(rules, name) for name in (*DAYS, "seller_signs_first", "silence_passes")}
    return {"review_policy": rules.review, "evidence": rules.evidence, "policy": kept}


def first_text(agreement: Agreement, quote: Quote | None, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """A new paper's draft, stored with it: from given terms, a quote, or the template of its kind."""
    db.session.add(agreement)
    db.session.flush()
    terms = dict(given) if given is not None else blank(agreement.kind, agreement.paper, _models(agreement))
    if quote is not None:
        terms.update(_from_quote(quote, terms))
        goods = [one["product"] for one in terms["lines"]]
        terms["title"] = name_with(agreement.kind, goods, agreement.seller.name, agreement.buyer.name)
    terms["parties"] = {side.value: _party(terms, agreement, side) for side in Side}
    terms["references"] = {**terms["references"], **_references(agreement)}
    return checked(guards.with_facts(terms, agreement.seller_id))


def _models(agreement: Agreement) -> list[ModelClause]:
    return library(agreement.kind, agreement.paper)


def own_text(agreement: Agreement, side: Side, terms: Mapping[str, Any]) -> dict[str, Any]:
    """A side's text as it may be kept: what the marketplace knows, and what is the other side's, stands as it was."""
    before = versions.last_version(agreement)
    typed = terms["parties"].get(side.other.value) or {}
    across = before.terms["parties"][side.other.value] if before else _across(agreement, side.other, typed)
    mine = {**terms["parties"][side.value], **identity_of(agreement.organisation_of(side))}
    parties = {side.value: mine, side.other.value: across}
    fixed = {"kind": agreement.kind.value, "paper": agreement.paper.value, "parties": parties}
    references = {**terms["references"], **_references(agreement)}
    return checked({**terms, **fixed, "references": references})


def _across(agreement: Agreement, side: Side, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The other side as the marketplace knows it; who signs there may be named only where its profile says nothing."""
    known = party_of(agreement.organisation_of(side))
    return {**known, **{name: typed[name] for name in SIGNER if not known[name] and typed.get(name)}}


def _party(terms: Mapping[str, Any], agreement: Agreement, side: Side) -> dict[str, Any]:
    """A side as the marketplace knows it, with the words that an earlier text had of it."""
    known = party_of(agreement.organisation_of(side))
    said = terms["parties"].get(side.value) or {}
    return {**known, **{name: said[name] for name in OWN_WORDS if said.get(name)}}


def _references(agreement: Agreement) -> dict[str, Any]:
    above = {"parent": agreement.parent, "prior": agreement.prior, "contract": agreement.belongs_to}
    return {name: one.ref if one else None for name, one in above.items()}


def _from_quote(quote: Quote, terms: Mapping[str, Any]) -> dict[str, Any]:
    """What was awarded to a quote: lines in packs, freight and days to pay of the awarded round."""
    last, carried = last_round(quote), carrying.brought(quote)
    packaging = "; ".join(filter(None, dict.fromkeys(one.line.packaging for one in carried)))
    freight = {"terms": last.freight_terms.value, "freight_vnd": carried_freight(quote)}
    place = {"place": quote.request.delivered_to[:300], "loss_percent": last.loss_percent, "packaging": packaging}
    return {
        "lines": [_line(number, one) for number, one in enumerate(carried, 1)],
        "payment": {**terms["payment"], "days": last.payment_days},
        "delivery": {**terms["delivery"], **freight, **place},
    }


def _line(number: int, carried: Carried) -> dict[str, Any]:
    variant = carried.variant
    return blank_line(
        f"L{number}",
        sku=variant.sku if variant else None,
        product=variant.product.name if variant else carried.line.description,
        unit=carried.unit,
        quality=carried.quality,
        quantity=str(carried.quantity),
        price_vnd=carried.price_vnd,
        vat_percent=variant.product.vat_percent if variant else USUAL_VAT,
    )
