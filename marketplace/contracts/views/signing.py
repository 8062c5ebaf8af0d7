"""The page where a side signs: download, sign outside and send in, or by the command, or for trying out right here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.signing import FingerprintForm, LetterCodeForm, ScanForm, UploadForm
from marketplace.contracts.models import Agreement, Document, SignedUpload
from marketplace.contracts.policies import side_of
from marketplace.contracts.policies.signing import paper_to_sign, upload_for
from marketplace.contracts.queries import signing as known
from marketplace.contracts.queries import turns
from marketplace.contracts.sections import section
from marketplace.contracts.services import codes, light, mandates, signing, trial
from marketplace.contracts.signatures import preparing
from marketplace.contracts.signatures.faults import STEPS, Fault
from marketplace.contracts.states.agreements import AgreementState, Evidence, Side
from marketplace.contracts.states.signing import OPEN_UPLOADS, Way
from marketplace.core import tax_codes
from marketplace.core.actors import Actor, Role
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen, Refused
from marketplace.web.requests import actor, answers, private
from marketplace.web.security import limiter, settings


@bp.app_template_filter("tax_code")
def tax_code_words(code: str) -> str:
    """A tax code as others may see it: of a person's number only the ends."""
    return tax_codes.masked(code)


@bp.app_template_filter("signing_fault")
def fault_words(code: str) -> str:
    """Why a signed file is not accepted, from the code that letters carry."""
    return str(Fault(code).label)


@bp.get("/agreements/<ref>/signing")
@needs_sign_in
def signing_page(ref: str) -> ResponseReturnValue:
    """What is to be signed, by whom, in which ways; and how far it is."""
    agreement, document, side = paper_to_sign(actor(), ref)
    page = {"agreement": agreement, "document": document, "side": side, **_standing(agreement, document, side)}
    page |= {"upload_form": UploadForm.shown(), "letter_form": LetterCodeForm.shown(), "scan_form": ScanForm.shown()}
    page |= {"fingerprint_form": FingerprintForm.shown(), "faults": Fault, "is_demo": settings().demo}
    return private(make_response(render_template("contracts/signing.html", **page)))


def _standing(agreement: Agreement, document: Document, side: Side) -> dict[str, Any]:
    chain = known.live_chain(document)
    waits = agreement.state is AgreementState.SIGNING
    may = waits and allows(actor(), Permission.AGREEMENT_SIGN, agreement)
    turn = waits and signing.may_sign_now(agreement, document, side)
    return {
        "chain": chain,
        "verdicts": known.verdicts_of(chain),
        "live": {one.sha256 for one in chain},
        "top_sha256": chain[-1].sha256 if chain else document.sha256,
        "standing": turns.standing_of(actor(), agreement),
        "steps": turns.steps_of(agreement),
        "is_turn": turn,
        "may_sign": may and turn,
        "signatories": [] if may or not turn else _signatories(agreement.organisation_of(side)),
        "fault": _mandate_fault(agreement, side) if may and turn else None,
        "levels": light.levels_of(agreement),
        "scan": light.scan_on(document),
        "open_upload": known.open_upload(document),
        "uploads": known.uploads_of(document, side),
    }


def _signatories(own: Organisation) -> list[str]:
    """Whom somebody who cannot sign has to ask."""
    from marketplace.accounts import queries as accounts

    return [one.person.name for one in accounts.members_of(own) if Role.SIGNATORY in one.roles]


def _mandate_fault(agreement: Agreement, side: Side) -> Fault | None:
    from marketplace.accounts import queries as accounts

    person = accounts.person_by_ref(actor().ref)
    return mandates.fault_of(agreement, agreement.organisation_of(side), person) if person else Fault.NO_MANDATE


@bp.post("/agreements/<ref>/uploads")
@needs_sign_in
@limiter.limit("60/hour")
@answers(signing_page)
def send_signed(ref: str) -> ResponseReturnValue:
    """A file that was signed outside."""
    _agreement, document, side = paper_to_sign(actor(), ref, Permission.AGREEMENT_SIGN)
    form = UploadForm.checked()
    return _received(ref, document, side, form.content_of("file", settings().upload_bytes), Way.UPLOAD)


def _received(ref: str, document: Document, side: Side, content: bytes, way: Way) -> ResponseReturnValue:
    kept = signing.keep(content)
    with writing():
        upload = signing.receive(document, side, kept, way, by=actor())
    return redirect(url_for(".upload", ref=ref, upload_ref=upload.ref), code=303)


@bp.get("/agreements/<ref>/uploads/<upload_ref>")
@needs_sign_in
def upload(ref: str, upload_ref: str) -> ResponseReturnValue:
    """Where the check of a file stands; the page renews itself until it has ended."""
    found = upload_for(actor(), ref, upload_ref)
    agreement = found.document.agreement
    fault = Fault(found.refusal) if found.refusal else None
    page: dict[str, Any] = {"agreement": agreement, "upload": found, "fault": fault, "checks": STEPS}
    page |= {"is_open": found.state in OPEN_UPLOADS, **_fate(found)}
    page |= {"method": known.method_in_words(found.report.get("method") if found.report else None)}
    return private(make_response(render_template("contracts/upload.html", **page)))


def _fate(upload: SignedUpload) -> dict[str, bool]:
    """What became of a file since it was checked."""
    document = upload.document
    waiting = signing.waiting_sides(document.agreement, document)
    live = {one.sha256 for one in known.live_chain(document)}
    return {
        "is_void": known.is_void(document),
        "is_live": upload.sha256 in live,
        "others_turn": upload.side.other in waiting,
    }


@bp.post("/agreements/<ref>/signing-codes")
@needs_sign_in
@limiter.limit("30/hour")
@answers(signing_page)
def make_signing_code(ref: str) -> ResponseReturnValue:
    """A code for the command at the signer's side, shown once."""
    agreement, document, side = paper_to_sign(actor(), ref, Permission.AGREEMENT_SIGN)
    token = _trial_token(agreement, side) if settings().demo else None
    with writing():
        code = codes.make(document, side, by=actor())
    page = {"agreement": agreement, "code": code, "site": settings().site_url.rstrip("/"), "token_file": token}
    page |= {"minutes": int(codes.GOOD_FOR.total_seconds() // 60)}
    return private(make_response(render_template("contracts/signing_code.html", **page)))


def _trial_token(agreement: Agreement, side: Side) -> Path:
    """The file that stands in for the organisation's USB token, made when it is first asked for."""
    organisation = agreement.organisation_of(side)
    trial.token_of(settings(), organisation)
    return trial.token_file(settings(), organisation)


@bp.post("/agreements/<ref>/demo-signature")
@needs_sign_in
@answers(signing_page)
def demo_signature(ref: str) -> ResponseReturnValue:
    """Sign with the demonstration's own key: only there, and worth nothing."""
    agreement, document, side = paper_to_sign(actor(), ref, Permission.AGREEMENT_SIGN)
    if not settings().demo:
        raise NotSeen
    token = trial.token_of(settings(), agreement.organisation_of(side))
    base, block = codes.top_file(document), known.block_of(document, side)
    content = preparing.signed_by(base, known.field_of(side), block, [token.certificate], token.key, is_trial=True)
    return _received(ref, document, side, content, Way.DEMO)


# --- the lighter ways of a memorandum ---


@bp.post("/agreements/<ref>/letter-codes")
@needs_sign_in
@limiter.limit("30/hour")
@answers(signing_page)
def ask_letter_code(ref: str) -> ResponseReturnValue:
    """Send the signatory a one-time code by letter."""
    _agreement, document, side = paper_to_sign(actor(), ref, Permission.AGREEMENT_SIGN)
    with writing():
        light.ask_for_code(document, side, by=actor())
    flash(_("The code is on its way to your e-mail. It is good for ten minutes."), "success")
    return redirect(url_for(".signing_page", ref=ref), code=303)


@bp.post("/agreements/<ref>/letter-signature")
@needs_sign_in
@answers(signing_page)
def sign_by_letter_code(ref: str) -> ResponseReturnValue:
    """Confirm the document by the code."""
    _agreement, document, side = paper_to_sign(actor(), ref, Permission.AGREEMENT_SIGN)
    form = LetterCodeForm.checked()
    digits = "".join(str(form.code.data).split())
    with writing():
        is_right = light.confirm_by_code(document, side, digits, form.sha256.data, by=actor())
    if not is_right:
        raise Refused(light.WRONG, field="code")
    return _done(ref)


@bp.post("/agreements/<ref>/scans")
@needs_sign_in
@answers(signing_page)
def send_scan(ref: str) -> ResponseReturnValue:
    """A scan of the paper that both sides have signed by hand."""
    _agreement, document, side = paper_to_sign(actor(), ref, Permission.AGREEMENT_SIGN)
    kept = signing.keep(ScanForm.checked().pdf_of("scan"), "scan.pdf")
    with writing():
        light.send_scan(document, side, kept, by=actor())
    flash(_("The scan is there. The other side now confirms it."), "success")
    return redirect(url_for(".signing_page", ref=ref), code=303)


@bp.post("/agreements/<ref>/scan-confirmation")
@needs_sign_in
@answers(signing_page)
def confirm_scan(ref: str) -> ResponseReturnValue:
    """Yes, this is the paper that we have signed."""
    _agreement, document, side = paper_to_sign(actor(), ref, Permission.AGREEMENT_SIGN)
    form = FingerprintForm.checked()
    with writing():
        light.confirm_scan(document, side, form.sha256.data, by=actor())
    return _done(ref)


def _done(ref: str) -> ResponseReturnValue:
    flash(_("Your organisation has confirmed the document."), "success")
    return redirect(url_for(".signing_page", ref=ref), code=303)


@section("signing", "contracts/sections/signing.html", place=50)
def signing_section(reader: Actor, agreement: Agreement) -> Any | None:
    """Who has signed the issued paper, with what, and whether it is proven."""
    document = known.live_document(agreement)
    if document is None:
        return None
    chain, side = known.live_chain(document), side_of(reader, agreement)
    waiting = signing.waiting_sides(agreement, document)
    is_open = agreement.state is AgreementState.SIGNING
    may = is_open and side in waiting and allows(reader, Permission.AGREEMENT_SIGN, agreement)
    return {"chain": chain, "verdicts": known.verdicts_of(chain), "waiting": waiting, "may_sign": may, "side": side} | {
        "is_open": is_open, "levels": Evidence, "is_side": side is not None, "agreement_ref": agreement.ref,
    }  # fmt: skip
