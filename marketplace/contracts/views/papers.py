"""The files of an agreement: the issued PDF as it stands, a draft of it, papers of deliveries, the evidence package."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.models import Agreement, CallOff, Document
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.policies.calling import call_off_for
from marketplace.contracts.policies.documents import document_of, may_see_document
from marketplace.contracts.policies.versions import is_frozen
from marketplace.contracts.queries import delivery_papers, evidence, versions
from marketplace.contracts.sections import section
from marketplace.contracts.services import documents
from marketplace.contracts.services.evidence import package, plain
from marketplace.contracts.states.performing import CallOffState
from marketplace.core import papers
from marketplace.core.actors import Actor
from marketplace.core.files import store
from marketplace.core.refusals import NotSeen
from marketplace.web.requests import actor, private, query_flag, query_number

PDF, ZIP = "application/pdf", "application/zip"


@bp.get("/agreements/<ref>/document.pdf")
@needs_sign_in
def document_pdf(ref: str) -> ResponseReturnValue:
    """The issued PDF with its signatures so far; `?ordinal=` names an earlier one, `?issued=1` the bare file."""
    agreement = agreement_for(actor(), ref)
    document = document_of(actor(), agreement, query_number("ordinal"))
    key = document.file_key if query_flag("issued") else evidence.live_file(document)[0]
    return _file(store().get(key), PDF, f"{agreement.ref}-{plain(document.paper_number)}.pdf")


@bp.get("/agreements/<ref>/preview.pdf")
@needs_sign_in
def preview_pdf(ref: str) -> ResponseReturnValue:
    """The text as a draft: what I am writing or what lies on the table; for a department what both sides accepted."""
    agreement = agreement_for(actor(), ref)
    return _file(documents.preview(_text(actor(), agreement), agreement), PDF, f"{agreement.ref}-ban-nhap.pdf")


@bp.get("/agreements/<ref>/evidence.zip")
@needs_sign_in
def evidence_zip(ref: str) -> ResponseReturnValue:
    """Everything that proves the agreement, once a paper of it was issued."""
    agreement = agreement_for(actor(), ref)
    document_of(actor(), agreement, None)
    of_sides = side_of(actor(), agreement) is not None
    return _file(package(agreement, of_sides=of_sides), ZIP, f"{agreement.ref}-ho-so-chung-cu.zip")


@bp.get("/agreements/<ref>/call-offs/<call_off_ref>/slip.pdf")
@needs_sign_in
def call_off_slip(ref: str, call_off_ref: str) -> ResponseReturnValue:
    """The call for goods as a paper."""
    call_off = _placed(ref, call_off_ref)
    return _paper(delivery_papers.slip_paper(call_off), f"{call_off.ref}-don-goi-hang.pdf")


@bp.get("/agreements/<ref>/call-offs/<call_off_ref>/minutes.pdf")
@needs_sign_in
def delivery_minutes(ref: str, call_off_ref: str) -> ResponseReturnValue:
    """The minutes of handing over and acceptance of one delivery, from when it has left."""
    call_off = _placed(ref, call_off_ref)
    if call_off.order is None or call_off.order.shipped_at is None:
        raise NotSeen
    return _paper(delivery_papers.minutes_paper(call_off, call_off.order), f"{call_off.ref}-bien-ban-giao-nhan.pdf")


def _placed(ref: str, call_off_ref: str) -> CallOff:
    """A call-off that is more than its writer's draft."""
    call_off = call_off_for(actor(), ref, call_off_ref)
    if call_off.state is not CallOffState.PLACED:
        raise NotSeen
    return call_off


@section("papers", "contracts/sections/papers.html", place=15, at_side=True)
def papers_section(reader: Actor, agreement: Agreement) -> dict[str, Any] | None:
    """What can be taken along: PDFs, the evidence package, the address at which anybody checks them."""
    rows = [_row(one) for one in reversed(evidence.documents_of(agreement)) if may_see_document(reader, one)]
    if not rows:
        return None
    return {"rows": rows, "current": next((one for one in rows if one["void"] is None), None)}


def _row(document: Document) -> dict[str, Any]:
    found = evidence.signed(document)
    return {"document": document, "void": evidence.voiding_of(document), "signatures": found}


def _text(reader: Actor, agreement: Agreement) -> dict[str, Any]:
    side = side_of(reader, agreement)
    if side is None:
        return _frozen(agreement)
    text = versions.text_to_write(agreement, side) if versions.may_write(agreement, side) else None
    found = text or versions.text_shown(agreement, side)
    if found is None:
        raise NotSeen
    return found.terms


def _frozen(agreement: Agreement) -> dict[str, Any]:
    """What both sides accepted last, if that is still what they want."""
    version = versions.version_numbered(agreement, agreement.active_version or agreement.last_version)
    if version is None or not is_frozen(version):
        raise NotSeen
    return version.terms


def _paper(data: dict[str, Any], name: str) -> ResponseReturnValue:
    template = delivery_papers.DELIVERY
    return _file(papers.made_of(template, data), PDF, name)


def _file(content: bytes, kind: str, name: str) -> ResponseReturnValue:
    answer = Response(content, mimetype=kind)
    how = "inline" if kind == PDF else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    return private(answer)
