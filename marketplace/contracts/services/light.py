"""The two lighter ways for a memorandum: a one-time code (L1), or a scan of the paper that both sides confirm (L0).

Both are evidence, neither is a digital signature: each row says its level by name.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from marketplace.contracts.models import Agreement, Document, Signature, SigningCode
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import activation, signing
from marketplace.contracts.services.signing import Kept
from marketplace.contracts.states.agreements import Evidence, Side
from marketplace.contracts.states.signing import Verdict, Way
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import notify
from marketplace.core.refs import new_token, token_digest
from marketplace.core.refusals import Refused

GOOD_FOR = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
MOST_TRIES = 5
LETTER = "letter"
WRONG = _l("This code is not right, or it is too old. Please ask for a new one.")


def levels_of(agreement: Agreement) -> set[Evidence]:
    """By which levels a paper may be signed: the one its policy asks for, or a stronger one."""
    order = (Evidence.L0, Evidence.L1, Evidence.L2)
    return set(order[order.index(agreement.evidence) :])


# --- one-time code ---


def ask_for_code(document: Document, side: Side, *, by: Actor) -> None:
    """Send a signatory six digits by letter, good for ten minutes; one letter a minute."""
    agreement = signing.hold(document.agreement)
    _check_level(agreement, Evidence.L1)
    signing.check_turn(agreement, document, side, by=by)
    last = _code_of(document, by)
    if last is not None and last.made_at + PAUSE > clock.now():
        raise Refused(_l("A code was sent a moment ago. Please look for it, or wait a minute."))
    nonce = new_token()
    row = SigningCode(
        digest=token_digest(nonce), document_id=document.id, side=side, person_id=by.person_id,
        base_signature_id=known.base_of(document).signature_id, prepared={"for": LETTER, "nonce": nonce},
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    words = {"agreement": agreement.ref, "title": agreement.title, "code": _digits(nonce)}
    notify(Recipient("person", by.ref), "contracts/signing_code", url=f"/agreements/{agreement.ref}/signing", **words)


def confirm_by_code(document: Document, side: Side, digits: str, sha256: str, *, by: Actor) -> bool:
    """The signatory confirms the PDF whose fingerprint she has read; False where the digits are wrong (that counts)."""
    agreement = signing.hold(document.agreement)
    _check_level(agreement, Evidence.L1)
    signing.check_turn(agreement, document, side, by=by)
    row = _code_of(document, by)
    if row is None or row.tries >= MOST_TRIES or row.made_at + GOOD_FOR < clock.now():
        return False
    lock(row)
    row.tries += 1
    if not hmac.compare_digest(_digits(str(row.prepared["nonce"])).encode(), digits.encode()):
        return False
    if sha256 != _top(document)[1]:
        raise Refused(_l("The document has changed since you read it. Please read it again."))
    row.used_at = clock.now()
    _sign(agreement, document, side, _top(document), Evidence.L1, Way.CODE, by=by)
    return True


def _code_of(document: Document, by: Actor) -> SigningCode | None:
    mine = (SigningCode.document_id == document.id) & (SigningCode.person_id == by.person_id)
    found = db.session.scalars(select(SigningCode).where(mine).order_by(SigningCode.id.desc()))
    return next((one for one in found if one.prepared.get("for") == LETTER and one.used_at is None), None)


def _digits(nonce: str) -> str:
    """Six digits that follow from the nonce and this site's key, so that they are not stored."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    number = int.from_bytes(hmac.new(secret, f"signing:{nonce}".encode(), hashlib.sha256).digest()[:8])
    return f"{number % 1_000_000:06d}"


# --- scan ---


def send_scan(document: Document, side: Side, kept: Kept, *, by: Actor) -> None:
    """One side sends a scan of the paper that both have signed by hand; the other side confirms it or not."""
    agreement = signing.hold(document.agreement)
    _check_level(agreement, Evidence.L0)
    signing.check_turn(agreement, document, side, by=by)
    if known.live_chain(document):
        raise Refused(_l("A signature lies there already. Confirm it, or sign in another way."))
    _sign(agreement, document, side, (kept.key, kept.sha256, kept.size), Evidence.L0, Way.SCAN, by=by)


def confirm_scan(document: Document, side: Side, sha256: str, *, by: Actor) -> None:
    """The other side confirms that this is the paper that it has signed: the same file, by its fingerprint."""
    agreement = signing.hold(document.agreement)
    signing.check_turn(agreement, document, side, by=by)
    scan = scan_on(document)
    if scan is None or scan.side is side:
        raise Refused(_l("There is no scan to be confirmed."))
    if scan.sha256 != sha256:
        raise Refused(_l("The document has changed since you read it. Please read it again."))
    _sign(agreement, document, side, (scan.file_key, scan.sha256, scan.size), Evidence.L0, Way.SCAN, by=by)


def scan_on(document: Document) -> Signature | None:
    """The scan that waits for the other side."""
    chain = known.live_chain(document)
    return chain[0] if len(chain) == 1 and chain[0].way is Way.SCAN else None


def _check_level(agreement: Agreement, level: Evidence) -> None:
    if level not in levels_of(agreement):
        raise Refused(_l("This kind of agreement is signed with the organisation's digital signature only."))


def _top(document: Document) -> tuple[str, str, int]:
    """The file that is confirmed: the issued PDF, or what the other side has signed."""
    chain = known.live_chain(document)
    top: Any = chain[-1] if chain else document
    return top.file_key, top.sha256, top.size


def _sign(
    agreement: Agreement,
    document: Document,
    side: Side,
    file: tuple[str, str, int],
    level: Evidence,
    way: Way,
    *,
    by: Actor,
) -> None:
    organisation = agreement.organisation_of(side)
    key, sha256, size = file
    now = clock.now()
    signature = Signature(
        document_id=document.id, parent_id=known.base_of(document).signature_id, side=side, person_id=by.person_id,
        evidence=level, way=way, file_key=key, sha256=sha256, size=size, signer_name=by.display_name[:200],
        tax_code=(organisation.tax_code or "")[:20], claimed_at=now, received_at=now, verdict=Verdict.ACCEPT,
        report={"level": level.value, "way": way.value, "sha256": sha256, "received_at": now.isoformat()},
    )  # fmt: skip
    audit.record(audit.subject_of(agreement), "sign_lightly", by=by, side=side.value, level=level.value)
    signing.put_on_top(agreement, signature, by=by, level=level.value)
    activation.activate_if_complete(agreement)
