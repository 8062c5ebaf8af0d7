"""A contract as open data: OCDS-style releases, and what of them the two sides let the public see.

OCDS 1.1 is made for public procurement. Ours are private contracts, so it is "OCDS-style": `initiationType` has only
"tender" and the procedure is "direct" (https://standard.open-contracting.org/1.1/en/schema/release/). Amounts are đồng.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Agreement, CallOff, Document
from marketplace.contracts.queries.in_force import terms_in_force
from marketplace.contracts.states.agreements import AgreementState, Consent, PaperKind
from marketplace.contracts.states.performing import CallOffState
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.orders.states import OrderState

Json = dict[str, Any]

STATUS = {
    AgreementState.ACTIVE: "active",
    AgreementState.WINDING_DOWN: "active",
    AgreementState.COMPLETED: "terminated",
    AgreementState.EXPIRED: "terminated",
    AgreementState.TERMINATED: "terminated",
    AgreementState.CANCELLED: "cancelled",
}
# what a band tells of a value: it is at least this much and less than the next
BANDS_VND = (0, 50_000_000, 200_000_000, 1_000_000_000, 5_000_000_000, 20_000_000_000)
# what is shown, member by member down to the last: a member that stands in no list here never leaves
Shape = Mapping[str, Any]


def _plain(*names: str) -> Shape:
    """Members that hold a word or a figure, or a list of such."""
    return dict.fromkeys(names)


POINTER = _plain("id", "name")
MONEY = _plain("amount", "currency")
PARTY: Shape = {
    **POINTER,
    **_plain("roles"),
    "identifier": _plain("scheme", "id", "legalName"),
    "address": _plain("region"),
}
ITEM: Shape = {**_plain("id", "description"), "additionalClassifications": _plain("scheme", "id")}
CONTRACT: Shape = {
    **_plain("id", "awardID", "title", "status", "statusDetails", "dateSigned"),
    "period": _plain("startDate", "endDate", "durationInDays"),
    "items": ITEM,
    "amendments": _plain("id", "date", "rationale"),
}
EXACT_CONTRACT: Shape = {
    **CONTRACT,
    "value": MONEY,
    "items": {**ITEM, **_plain("quantity"), "unit": {**_plain("name"), "value": MONEY}},
    "documents": _plain("id", "documentType", "title", "format", "datePublished", "x_sha256"),
    "implementation": {"milestones": _plain("id", "type", "dueDate", "dateMet", "status")},
}
RELEASE: Shape = {
    **_plain("ocid", "id", "date", "tag", "initiationType", "language"),
    "parties": PARTY,
    "buyer": POINTER,
    "tender": _plain("id", "procurementMethod", "x_agreementKind"),
    "awards": {**_plain("id", "status"), "suppliers": POINTER},
    "contracts": CONTRACT,
}
SHOWN: dict[Consent, Shape] = {
    Consent.CLOSED: {},
    Consent.BAND: RELEASE,
    Consent.EXACT: {
        **RELEASE,
        "contracts": EXACT_CONTRACT,
        "relatedProcesses": _plain("id", "relationship", "scheme", "identifier"),
    },
}


def ocid_of(agreement: Agreement) -> str:
    """The open contracting id: the publisher's prefix and the ref of the contract."""
    return f"{ocid_prefix()}{agreement.ref}"


def ocid_prefix() -> str:
    """What stands before the ref of a contract in its open contracting id."""
    return f"{current_app.config['SETTINGS'].ocid_prefix}-"


def release_of(agreement: Agreement, tags: list[str], number: int) -> Json:
    """Everything a release could tell of a contract as it stands now; `shown` takes out what is not for the public."""
    terms = terms_in_force(agreement) or {}
    return {
        "ocid": ocid_of(agreement),
        "id": f"{agreement.ref}-r{number:04d}",
        "date": _moment(clock.now()),
        "tag": tags,
        "initiationType": "tender",
        "language": "vi",
        "parties": _parties(agreement),
        "buyer": _pointer(agreement.buyer),
        "tender": {"id": agreement.ref, "procurementMethod": "direct", "x_agreementKind": agreement.kind.value},
        "awards": [{"id": "1", "status": "active", "suppliers": [_pointer(agreement.seller)]}],
        "contracts": [_contract(agreement, terms)],
        "relatedProcesses": _related(agreement),
    }


def shown(release: Mapping[str, Any], consent: Consent) -> Json | None:
    """What the public sees of a release at a level of consent: what the level lists, nothing else; None if nothing."""
    if not SHOWN[consent]:
        return None
    public: Json = _listed(release, SHOWN[consent])
    public["id"] = f"{release['id']}-{consent.value}"
    if consent is Consent.BAND:
        for hidden, one in zip(release["contracts"], public["contracts"], strict=True):
            one["x_valueBand"] = band_of(int(hidden["value"]["amount"]))
    return public


def _listed(value: Any, shape: Shape | None) -> Any:
    """A value without the members that its shape does not name; None where it is of another build than its shape."""
    if isinstance(value, list):
        kept = [_listed(one, shape) for one in value]
        return [one for one in kept if one is not None and one != {}]
    if shape is None:
        return None if isinstance(value, Mapping) else value
    if not isinstance(value, Mapping):
        return None
    members = {name: _listed(value[name], inner) for name, inner in shape.items() if name in value}
    return {name: one for name, one in members.items() if one or one == 0}


def band_of(amount_vnd: int) -> Json:
    """The band that an amount falls into, in đồng; the last one has no upper end."""
    least = max(bound for bound in BANDS_VND if bound <= amount_vnd)
    above = [bound for bound in BANDS_VND if bound > amount_vnd]
    return {"min": least, "currency": "VND", **({"below": above[0]} if above else {})}


def _contract(agreement: Agreement, terms: Mapping[str, Any]) -> Json:
    return {
        "id": agreement.ref,
        "awardID": "1",
        "title": agreement.title,
        "status": STATUS.get(agreement.state, "pending"),
        "statusDetails": agreement.state.value,
        "period": _period(agreement.valid_from, agreement.valid_to),
        "dateSigned": _moment(agreement.effective_at),
        "value": {"amount": agreement.value_vnd, "currency": "VND"},
        "items": [_item(line) for line in terms.get("lines", [])],
        "documents": [_document(one) for one in _documents(agreement)],
        "amendments": [_amendment(one) for one in _amendments(agreement)],
        "implementation": {"milestones": [_milestone(one) for one in _call_offs(agreement)]},
    }


def _item(line: Mapping[str, Any]) -> Json:
    unit = {"name": line["unit"], "value": {"amount": line["price_vnd"], "currency": "VND"}}
    item: Json = {
        "id": line["key"],
        "description": line["product"],
        "quantity": int(line["quantity"]),
        "unit": unit,
    }
    if line.get("star"):
        item["additionalClassifications"] = [{"scheme": "VN-OCOP", "id": f"{line['star']}-sao"}]
    return item


def _document(document: Document) -> Json:
    kind = "contractSigned" if document.agreement.paper is PaperKind.CONTRACT else "contractAnnexe"
    return {
        "id": document.paper_number,
        "documentType": kind,
        "title": document.paper_number,
        "format": "application/pdf",
        "datePublished": _moment(document.issued_at),
        "x_sha256": document.sha256,
    }


def _amendment(paper: Agreement) -> Json:
    rationale = paper.rationale.value if paper.rationale else ""
    return {"id": paper.ref, "date": _moment(paper.effective_at), "rationale": rationale}


def _milestone(call_off: CallOff) -> Json:
    order = call_off.order
    met = order.delivered_at if order is not None else None
    milestone = {
        "id": call_off.ref,
        "type": "delivery",
        "dueDate": _moment(clock.start_of(call_off.due_on)),
        "dateMet": _moment(met),
        "status": _status_of(call_off, order),
    }
    return {name: value for name, value in milestone.items() if value}


def _status_of(call_off: CallOff, order: Order | None) -> str:
    if order is None or order.delivered_at is None:
        return "notMet" if clock.today() > call_off.due_on else "scheduled"
    short = any(line.shipped_quantity < line.quantity for line in order.lines)
    return "partiallyMet" if short else "met"


def _parties(agreement: Agreement) -> list[Json]:
    parties = [_party(agreement.seller, ["supplier"]), _party(agreement.buyer, ["buyer"])]
    return parties + [_party(one, ["reviewBody"]) for one in agreement.departments()]


def _party(organisation: Organisation, roles: list[str]) -> Json:
    party: Json = {**_pointer(organisation), "roles": roles, "address": {"region": organisation.province.name}}
    # a household's tax code is its owner's own number
    if organisation.tax_code and not organisation.is_household:
        party["identifier"] = {"scheme": "VN-MST", "id": organisation.tax_code, "legalName": organisation.legal_name}
    return party


def _pointer(organisation: Organisation) -> Json:
    known = organisation.tax_code if not organisation.is_household else None
    return {"id": f"VN-MST-{known}" if known else organisation.ref, "name": organisation.name}


def _related(agreement: Agreement) -> list[Json]:
    """A sale under a framework names it, a renewed contract the one before."""
    named = (("framework", agreement.parent), ("prior", agreement.prior))
    return [
        {"id": relation, "relationship": [relation], "scheme": "ocid", "identifier": ocid_of(one)}
        for relation, one in named
        if one is not None
    ]


def _documents(agreement: Agreement) -> list[Document]:
    """The PDF of each paper in force: the contract's, then its annexes'."""
    papers = [agreement.id, *(one.id for one in _amendments(agreement))]
    statement = (
        select(Document)
        .where(Document.agreement_id.in_(papers))
        .options(joinedload(Document.agreement))
        .order_by(Document.agreement_id, Document.ordinal)
    )
    last = {one.agreement_id: one for one in db.session.scalars(statement)}
    return [last[id_] for id_ in papers if id_ in last]


def _amendments(agreement: Agreement) -> list[Agreement]:
    mine = Agreement.belongs_to_id == agreement.id
    in_force = (Agreement.paper == PaperKind.AMENDMENT) & (Agreement.state == AgreementState.ACTIVE)
    return list(db.session.scalars(select(Agreement).where(mine & in_force).order_by(Agreement.ordinal)))


def _call_offs(agreement: Agreement) -> list[CallOff]:
    statement = (
        select(CallOff)
        .where(CallOff.agreement_id == agreement.id, CallOff.state == CallOffState.PLACED)
        .options(joinedload(CallOff.order).selectinload(Order.lines))
        .order_by(CallOff.ordinal)
    )
    placed = db.session.scalars(statement)
    return [one for one in placed if one.order is not None and one.order.state is not OrderState.CANCELLED]


def _period(first: date | None, last: date | None) -> Json:
    period: Json = {
        "startDate": _moment(clock.start_of(first)) if first else None,
        "endDate": _moment(clock.end_of(last)) if last else None,
    }
    if first and last:
        period["durationInDays"] = (last - first).days + 1
    return {name: value for name, value in period.items() if value}


def _moment(moment: datetime | None) -> str | None:
    """RFC 3339 on the Vietnamese clock."""
    return clock.local(moment).isoformat(timespec="seconds") if moment else None
