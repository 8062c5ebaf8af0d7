"""What can be proven of a paper: its file, its text, its signatures with their checks, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import (
    Agreement,
    DepartmentReview,
    Document,
    DocumentVoiding,
    Signature,
    SignatureCheck,
    SigningBase,
)
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.signing import Verdict
from marketplace.core.database import db
from marketplace.core.tax_codes import masked

SCHEMA = "ocop-evidence/1"
# what E's checks tell beside who and when
TOLD = ("coverage", "method", "bound_by", "mandate", "revocation", "revoked_at", "lists", "signer")
LATER = (AgreementState.ACTIVE, AgreementState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature that counts today, and what was learned of it last."""

    signature: Signature
    verdict: Verdict
    check: SignatureCheck | None


def documents_of(agreement: Agreement) -> list[Document]:
    """Every PDF that was issued of a paper, void ones too, the newest last."""
    mine = select(Document).where(Document.agreement_id == agreement.id).order_by(Document.ordinal)
    return list(db.session.scalars(mine))


def document_in_force(agreement: Agreement) -> Document | None:
    """The newest PDF that is not void."""
    void = select(DocumentVoiding.document_id)
    mine = select(Document).where(Document.agreement_id == agreement.id, Document.id.not_in(void))
    return db.session.scalar(mine.order_by(Document.ordinal.desc()).limit(1))


def voiding_of(document: Document) -> DocumentVoiding | None:
    """Why and when a PDF became void, if it is."""
    return db.session.scalar(select(DocumentVoiding).where(DocumentVoiding.document_id == document.id))


def signed(document: Document) -> list[Signed]:
    """The signatures along the live branch, the first one first."""
    base = select(SigningBase.signature_id).where(SigningBase.document_id == document.id)
    one = db.session.get(Signature, base_id) if (base_id := db.session.scalar(base)) else None
    found: list[Signature] = []
    while one is not None:
        found.append(one)
        one = db.session.get(Signature, one.parent_id) if one.parent_id else None
    return [standing_of(signature) for signature in reversed(found)]


def standing_of(signature: Signature) -> Signed:
    """A signature with what the latest check found."""
    checks = select(SignatureCheck).where(SignatureCheck.signature_id == signature.id)
    last = db.session.scalar(checks.order_by(SignatureCheck.id.desc()).limit(1))
    return Signed(signature, last.verdict if last else signature.verdict, last)


def live_file(document: Document) -> tuple[str, str]:
    """Key and hash of the file as it stands: with every signature that counts."""
    last = signed(document)
    return (last[-1].signature.file_key, last[-1].signature.sha256) if last else (document.file_key, document.sha256)


def later_papers(contract: Agreement) -> list[Agreement]:
    """The annexes and minutes that took effect, in order."""
    mine = (Agreement.belongs_to_id == contract.id) & Agreement.state.in_(LATER)
    return list(db.session.scalars(select(Agreement).where(mine).order_by(Agreement.effective_at, Agreement.id)))


# --- the report ------------------------------------------------------------------------------------------------------


def report_of(document: Document, *, url: str, faults: Sequence[str]) -> dict[str, Any]:
    """The validation report as JSON; `faults` is what a look at file, text and chain has found."""
    agreement = document.agreement
    found = signed(document)
    return {
        "schema": SCHEMA,
        "agreement": _agreement(agreement),
        "parties": [_party(agreement, side) for side in Side],
        "document": _document(document, url),
        "evidence_level": {"code": agreement.evidence.value, "meaning": str(agreement.evidence.label)},
        "signatures": [_signature(one) for one in found],
        "verdict": verdict_of(agreement, found, faults),
        "reviews": [_review(one) for one in _reviews(document)],
        "faults": list(faults),
        "later_papers": [{"ref": one.ref, "number": one.paper_number} for one in later_papers(agreement)],
    }


def verdict_of(agreement: Agreement, found: Sequence[Signed], faults: Sequence[str]) -> str:
    """One word for the whole: faulty, revoked, hold, incomplete, or valid."""
    if faults:
        return "faulty"
    verdicts = {one.verdict for one in found}
    if Verdict.REVOKED in verdicts or agreement.is_challenged:
        return "revoked"
    if Verdict.HOLD in verdicts:
        return "hold"
    sides = {one.signature.side for one in found}
    return "valid" if len(sides) == len(Side) else "incomplete"


def _agreement(one: Agreement) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "number": one.paper_number,
        "kind": one.kind.value,
        "paper": one.paper.value,
        "state": one.state.value,
        "version_in_force": one.active_version,
        "effective_at": _iso(one.effective_at),
        "belongs_to": one.belongs_to.ref if one.belongs_to else None,
        "flags": [name for name in ("suspended", "disputed", "monitored", "challenged") if getattr(one, f"is_{name}")],
    }


def _party(agreement: Agreement, side: Side) -> dict[str, Any]:
    one = agreement.organisation_of(side)
    province = agreement.seller_province if side is Side.SELLER else agreement.buyer_province
    return {"side": side.value, "ref": one.ref, "name": one.legal_name, "province": province.name}


def _document(document: Document, url: str) -> dict[str, Any]:
    void = voiding_of(document)
    key, live = live_file(document)
    return {
        "ordinal": document.ordinal,
        "number": document.paper_number,
        "version": document.version.number,
        "terms_sha256": document.terms_sha256,
        "issued_sha256": document.sha256,
        "issued_bytes": document.size,
        "issued_at": _iso(document.issued_at),
        "pages": document.pages,
        "signed_sha256": live if key != document.file_key else None,
        "made_by": {"template": document.template, "renderer": document.renderer, "fonts": document.fonts},
        "fields": document.boxes,
        "verify": url,
        "void": {"reason": void.reason, "at": _iso(void.at)} if void else None,
    }


def _signature(one: Signed) -> dict[str, Any]:
    signature = one.signature
    return {
        "side": signature.side.value,
        "level": signature.evidence.value,
        "way": signature.way.value,
        "signer": signature.signer_name,
        "tax_code": masked(signature.tax_code),
        "issuer": signature.issuer,
        "serial": signature.serial,
        "certificate_sha256": signature.fingerprint,
        "claimed_at": _iso(signature.claimed_at),
        "received_at": _iso(signature.received_at),
        "file_sha256": signature.sha256,
        "file_bytes": signature.size,
        "verdict": one.verdict.value,
        "checked": _told(signature.report),
        "last_check": _check(one.check),
    }


def _told(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the checks found; of a household's code, which is its owner's own number, only the ends."""
    told = {name: report[name] for name in TOLD if name in report}
    if "signer" in told:
        codes = [masked(code) for code in told["signer"].get("tax_codes", ())]
        told["signer"] = {**told["signer"], "tax_codes": codes}
    return told


def _check(check: SignatureCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    crl = {"number": check.crl_number, "sha256": check.crl_sha256}
    return {"at": _iso(check.at), "verdict": check.verdict.value, "revoked_at": _iso(check.revoked_at), "crl": crl}


def _reviews(document: Document) -> list[DepartmentReview]:
    mine = select(DepartmentReview).where(DepartmentReview.version_id == document.version_id)
    return list(db.session.scalars(mine.order_by(DepartmentReview.id)))


def _review(one: DepartmentReview) -> dict[str, Any]:
    name = one.department.name if one.department else None
    return {"department": name, "state": one.state.value, "terms_sha256": one.sha256, "at": _iso(one.decided_at)}


def _iso(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None
