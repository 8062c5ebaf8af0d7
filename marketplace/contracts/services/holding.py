"""Signatures whose certificates may turn out to be revoked: held ones are looked at again, proven ones challenged.

A signature that falls takes those upon it along: the base goes back to the revision before it, and a new branch begins.
"""

from __future__ import annotations

import base64
from datetime import datetime

from sqlalchemy import select

from marketplace.contracts.models import Agreement, Deadline, Document, Signature, SignatureCheck, SignedUpload
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import activation, deadlines, signing, telling, trail
from marketplace.contracts.signatures import revocation
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.revocation import Known, Standing
from marketplace.contracts.states.agreements import AgreementAction, AgreementState
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.contracts.states.signing import UploadAction, UploadState, Verdict
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, lock
from marketplace.core.lifecycle import move


def standing_of(signature: Signature) -> Standing:
    """What the lists that we hold now say of a signature's certificates, as of its receipt."""
    chain = [base64.b64decode(one) for one in signature.report.get("certificates", ())]
    lists = [one.der for one in known.lists_held()]
    return revocation.standing_of(chain, lists, received_at=signature.received_at, now=clock.now())


def look_again(signature: Signature, standing: Standing) -> None:
    """Draw the consequence of what is known now: a held one is proven or falls, a proven one falls or is challenged."""
    document = db.session.get_one(Document, signature.document_id)
    agreement = signing.hold(document.agreement)
    verdict = known.verdicts_of([signature])[signature.id]
    fallen = signature not in known.live_chain(document)
    if fallen or standing.known is Known.UNKNOWN or verdict is Verdict.REVOKED:
        return
    if standing.known is Known.GOOD:
        if verdict is Verdict.HOLD:
            _prove(agreement, signature, standing)
        return
    _learn(signature, Verdict.REVOKED, standing)
    if agreement.state is AgreementState.SIGNING:
        roll_back(agreement, document, signature, Fault.REVOKED)
    else:
        challenge(agreement, signature, standing.revoked_at)


def _prove(agreement: Agreement, signature: Signature, standing: Standing) -> None:
    """A list proves that the certificate was valid at the receipt."""
    _learn(signature, Verdict.ACCEPT, standing)
    upload = _upload_of(signature)
    if upload is not None and upload.state is UploadState.HELD:
        move(upload, UploadAction.ACCEPT, by=SYSTEM)
        deadlines.close(DeadlineKind.HOLD, upload.ref)
    trail.note(agreement, "signature_proven", by=SYSTEM, side=signature.side.value, sha256=signature.sha256)
    activation.activate_if_complete(agreement)


def _learn(signature: Signature, verdict: Verdict, standing: Standing) -> None:
    newest = standing.lists[0] if standing.lists else None
    check = SignatureCheck(
        signature_id=signature.id, verdict=verdict, revoked_at=standing.revoked_at,
        crl_number=newest.number if newest else "", crl_sha256=newest.sha256 if newest else "",
    )  # fmt: skip
    db.session.add(check)
    db.session.flush()


def roll_back(agreement: Agreement, document: Document, signature: Signature, fault: Fault) -> None:
    """A signature falls before the paper is in force: the base goes back before it; who signed upon it signs anew."""
    chain = known.live_chain(document)
    if signature not in chain:
        return
    fallen = chain[chain.index(signature) :]
    known.base_of(document).signature_id = signature.parent_id
    db.session.flush()
    for one in fallen:
        _let_fall(one, fault if one is signature else Fault.MOVED_ON)
    turn, due_at = signing.turn_of(agreement, document), agreement.due_at
    figures = {"side": signature.side.value, "fault": fault.value, "fallen": len(fallen)}
    trail.advance(agreement, AgreementAction.ROLL_BACK, by=SYSTEM, turn=turn, due_at=due_at, **figures)
    telling.tell(agreement, signature.side, "signature_fell", fault=fault.value, own=True)
    telling.tell(agreement, signature.side.other, "signature_fell", fault=fault.value, own=False)


def _let_fall(signature: Signature, fault: Fault) -> None:
    upload = _upload_of(signature)
    if upload is not None and upload.state is UploadState.HELD:
        upload.refusal = fault.value
        move(upload, UploadAction.REFUSE, by=SYSTEM, fault=fault.value)
        deadlines.close(DeadlineKind.HOLD, upload.ref)


def challenge(agreement: Agreement, signature: Signature, revoked_at: datetime | None) -> None:
    """A certificate turned out to be revoked before its signature came in: flagged, both sides and departments told."""
    since = revoked_at.isoformat() if revoked_at else ""
    trail.flag(agreement, "challenged", on=True, by=SYSTEM, side=signature.side.value, revoked_at=since)
    organisation = agreement.organisation_of(signature.side).name
    telling.tell_both(agreement, "signature_challenged", organisation=organisation)
    telling.tell_departments(agreement, "signature_challenged", organisation=organisation)


@deadlines.lapses(DeadlineKind.HOLD)
def lapse(deadline: Deadline) -> None:
    """For seven days nothing proved the certificate: the signature falls, its sender signs again."""
    upload = known.upload_by_ref(deadline.subject_ref)
    if upload is None or upload.state is not UploadState.HELD:
        return
    lock(upload)
    agreement = upload.document.agreement
    signature = _signature_of(upload)
    if signature is not None and agreement.state is AgreementState.SIGNING:
        roll_back(agreement, upload.document, signature, Fault.UNPROVEN)


def _upload_of(signature: Signature) -> SignedUpload | None:
    mine = (SignedUpload.document_id == signature.document_id) & (SignedUpload.sha256 == signature.sha256)
    taken = SignedUpload.state.in_((UploadState.HELD, UploadState.ACCEPTED))
    return db.session.scalar(select(SignedUpload).where(mine, taken).order_by(SignedUpload.id.desc()))


def _signature_of(upload: SignedUpload) -> Signature | None:
    mine = (Signature.document_id == upload.document_id) & (Signature.sha256 == upload.sha256)
    return db.session.scalar(select(Signature).where(mine).order_by(Signature.id.desc()))
