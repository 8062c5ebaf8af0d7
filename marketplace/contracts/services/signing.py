"""Signed files: received one at a time for a document, checked in the worker, accepted, held or refused.

Accepted files form a tree; the document's base points to the one that stands last. Whoever changes anything here holds
the paper's lock (with its contract's, for a later paper), then the upload's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marketplace.contracts.models import Agreement, Document, Signature, SignedUpload
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import activation, deadlines, mandates, telling, trail
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import Answer, Judgement, Question
from marketplace.contracts.states.agreements import AgreementAction, AgreementState, Evidence, Side, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.states.signing import UploadAction, UploadState, Verdict, Way
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, ActorKind
from marketplace.core.database import db, lock
from marketplace.core.files import digest, store
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.lifecycle import move
from marketplace.core.outbox import enqueue
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused

CHECK = "contracts.check_upload"
HOLD_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that the store holds already, byte for byte."""

    key: str
    sha256: str
    size: int


def keep(content: bytes, name: str = "signed.pdf") -> Kept:
    """Put a file into the store, before any transaction."""
    sha256 = digest(content)
    key = f"{sha256}/{name}"
    if not store().exists(key):
        store().put(key, content)
    return Kept(key, sha256, len(content))


# --- receiving ---


def receive(document: Document, side: Side, kept: Kept, way: Way, *, by: Actor) -> SignedUpload:
    """A signatory sends a signed file in; the worker checks it at once. One file at a time for a document."""
    agreement = hold(document.agreement)
    check_turn(agreement, document, side, by=by)
    if known.open_upload(document) is not None:
        raise Refused(
            _l("Another file for this document is being checked. Please wait until the page says how it ended.")
        )
    upload = SignedUpload(
        ref=next_ref("upload"), document_id=document.id, side=side, person_id=by.person_id, way=way,
        base_signature_id=known.base_of(document).signature_id, file_key=kept.key, sha256=kept.sha256, size=kept.size,
    )  # fmt: skip
    db.session.add(upload)
    db.session.flush()
    figures = {"upload": upload.ref, "side": side.value, "way": way.value, "sha256": kept.sha256}
    trail.note(agreement, "upload_received", by=by, **figures)
    enqueue(CHECK, upload=upload.ref)
    return upload


def hold(agreement: Agreement) -> Agreement:
    """Lock a paper, with its contract where it is a later one."""
    lock(*filter(None, (agreement.belongs_to, agreement)))
    return agreement


def check_turn(agreement: Agreement, document: Document, side: Side, *, by: Actor) -> None:
    """Go on only if this side signs now, on this document, by somebody whose mandate covers it."""
    if agreement.state is not AgreementState.SIGNING or known.is_void(document):
        raise Refused(_l("This document is not waiting for signatures any more."))
    if side in {one.side for one in known.live_chain(document)}:
        raise Refused(_l("Your side has signed this document already."))
    if not may_sign_now(agreement, document, side):
        raise Refused(_l("The other side signs first. We write to you when it is your turn."))
    _check_nobody_signs_for_both(agreement, document, side, by)
    person = _person_of(by)
    fault = mandates.fault_of(agreement, agreement.organisation_of(side), person)
    if fault is not None:
        raise Refused(fault.label)


def may_sign_now(agreement: Agreement, document: Document, side: Side) -> bool:
    """Organisations sign one after the other as the policy says; codes and scans are given as both like."""
    waiting = waiting_sides(agreement, document)
    if agreement.evidence is not Evidence.L2:
        return side in waiting
    return bool(waiting) and waiting[0] is side


def waiting_sides(agreement: Agreement, document: Document) -> list[Side]:
    """Who has not signed yet, in the order of the policy."""
    signed = {one.side for one in known.live_chain(document)}
    order = (Side.SELLER, Side.BUYER) if agreement.policy.get("seller_signs_first", True) else (Side.BUYER, Side.SELLER)
    return [side for side in order if side not in signed]


def _check_nobody_signs_for_both(agreement: Agreement, document: Document, side: Side, by: Actor) -> None:
    if any(one.person_id == by.person_id and one.side is not side for one in known.live_chain(document)):
        raise Refused(_l("You have signed for the other side: nobody signs for both."))


def _person_of(by: Actor) -> Any:
    from marketplace.accounts import queries as accounts

    person = accounts.person_by_ref(by.ref)
    if person is None:
        raise Refused(_l("Only a person can sign."))
    return person


# --- checking ---


def question_about(upload: SignedUpload) -> Question:
    """Everything that the checks ask, read before any transaction for writing."""
    document, agreement = upload.document, upload.document.agreement
    organisation = agreement.organisation_of(upload.side)
    return Question(
        file=store().get(upload.file_key),
        base=base_file(upload),
        issued_bytes=document.size,
        block=known.block_of(document, upload.side),
        tax_code=organisation.tax_code or "",
        registered=known.registered_to(organisation),
        issued_at=document.issued_at,
        received_at=upload.at,
        roots=tuple(one.der for one in known.roots()),
        lists=tuple(one.der for one in known.lists_held()),
        powers=known.powers_of(organisation, upload.person),
        is_representative=known.is_representative(organisation, upload.person),
        kind=agreement.kind.value,
        value_vnd=agreement.value_vnd,
    )


def base_file(upload: SignedUpload) -> bytes:
    """The revision that a file has to begin with."""
    base = db.session.get(Signature, upload.base_signature_id) if upload.base_signature_id else None
    return store().get(base.file_key if base else upload.document.file_key)


def begin_check(upload: SignedUpload) -> bool:
    """The worker looks at a file; False where that was done already."""
    hold(upload.document.agreement)
    lock(upload)
    if upload.state not in (UploadState.RECEIVED, UploadState.CHECKING):
        return False
    move(upload, UploadAction.CHECK, by=SYSTEM)
    return True


def settle(upload: SignedUpload, answer: Answer) -> None:
    """Write down what the checks found: an accepted or held file becomes the base, a refused one changes nothing."""
    agreement = hold(upload.document.agreement)
    lock(upload)
    if upload.state is not UploadState.CHECKING:
        return
    upload.checked_at = clock.now()
    fault = answer.fault or _overtaken(upload) or _lost_mandate(agreement, upload)
    if fault is not None:
        _refuse(agreement, upload, fault, answer)
    else:
        _take(agreement, upload, answer)


def _overtaken(upload: SignedUpload) -> Fault | None:
    document = upload.document
    stands = document.agreement.state is AgreementState.SIGNING and not known.is_void(document)
    same = known.base_of(document).signature_id == upload.base_signature_id
    return None if stands and same else Fault.MOVED_ON


def _lost_mandate(agreement: Agreement, upload: SignedUpload) -> Fault | None:
    return mandates.fault_of(agreement, agreement.organisation_of(upload.side), upload.person)


def _refuse(agreement: Agreement, upload: SignedUpload, fault: Fault, answer: Answer) -> None:
    upload.refusal, upload.report = fault.value, {**answer.report, "step": answer.step}
    move(upload, UploadAction.REFUSE, by=SYSTEM, fault=fault.value)
    figures = {"upload": upload.ref, "side": upload.side.value, "fault": fault.value, "step": answer.step}
    trail.note(agreement, "upload_refused", by=SYSTEM, **figures)
    telling.tell(agreement, upload.side, "upload_refused", page=_page_of(agreement, upload), fault=fault.value)


def _take(agreement: Agreement, upload: SignedUpload, answer: Answer) -> None:
    held = answer.judgement is Judgement.HOLD
    upload.report = answer.report
    move(upload, UploadAction.HOLD if held else UploadAction.ACCEPT, by=SYSTEM)
    signature = _signature_of(upload, answer, Verdict.HOLD if held else Verdict.ACCEPT)
    put_on_top(agreement, signature, by=signer_of(upload), upload=upload.ref)
    if held:
        until = clock.now() + HOLD_DAYS
        deadlines.begin(agreement, DeadlineKind.HOLD, until=until, turn=Turn.SYSTEM, subject=upload.ref)
        telling.tell(agreement, upload.side, "upload_held", page=_page_of(agreement, upload))
    activation.activate_if_complete(agreement)


def _signature_of(upload: SignedUpload, answer: Answer, verdict: Verdict) -> Signature:
    signer = answer.report["signer"]
    codes = signer["tax_codes"]
    organisation = upload.document.agreement.organisation_of(upload.side)
    return Signature(
        document_id=upload.document_id, parent_id=upload.base_signature_id, side=upload.side,
        person_id=upload.person_id, evidence=Evidence.L2, way=upload.way, file_key=upload.file_key,
        sha256=upload.sha256, size=upload.size, signer_name=signer["name"],
        tax_code=(organisation.tax_code or (codes[0] if codes else ""))[:20], issuer=signer["issuer"],
        serial=signer["serial"][:80], fingerprint=signer["fingerprint"],
        claimed_at=_moment(answer.report["claimed_at"]), received_at=upload.at, verdict=verdict, report=answer.report,
    )  # fmt: skip


def put_on_top(agreement: Agreement, signature: Signature, *, by: Actor, **figures: Any) -> None:
    """A signature joins the live chain of a locked paper: the base moves, the other side is told (T9)."""
    db.session.add(signature)
    db.session.flush()
    document = db.session.get_one(Document, signature.document_id)
    known.base_of(document).signature_id = signature.id
    db.session.flush()
    turn = turn_of(agreement, document)
    more = {"side": signature.side.value, "way": signature.way.value, "sha256": signature.sha256}
    verdict = signature.verdict.value
    due_at = agreement.due_at
    trail.advance(agreement, AgreementAction.SIGN, by=by, turn=turn, due_at=due_at, verdict=verdict, **more, **figures)
    organisation = agreement.organisation_of(signature.side).name
    telling.tell(agreement, signature.side.other, "signed", organisation=organisation, yours=turn is not Turn.SYSTEM)


def turn_of(agreement: Agreement, document: Document) -> Turn:
    """Whose signature is awaited; the marketplace's where only proof of validity is missing."""
    waiting = waiting_sides(agreement, document)
    if not waiting:
        return Turn.SYSTEM
    both = len(waiting) == 2 and agreement.evidence is not Evidence.L2
    return Turn.BOTH if both else Turn(waiting[0].value)


def signer_of(upload: SignedUpload) -> Actor:
    """Who signed, as the trail knows her."""
    organisation = upload.document.agreement.organisation_of(upload.side)
    return Actor(
        kind=ActorKind.PERSON,
        ref=upload.person.ref,
        person_id=upload.person_id,
        organisation_id=organisation.id,
        organisation_ref=organisation.ref,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _page_of(agreement: Agreement, upload: SignedUpload) -> str:
    return f"/agreements/{agreement.ref}/uploads/{upload.ref}"
