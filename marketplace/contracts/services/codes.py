"""Codes for the command at the signer's side: good for ten minutes, once, and only while the base stays where it is."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from marketplace.contracts.models import Document, SigningCode
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import signing
from marketplace.contracts.signatures.preparing import Prepared, complete
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.files import store
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refs import token_digest
from marketplace.core.refusals import Refused

GOOD_FOR = timedelta(minutes=10)
# without letters and digits that are taken for others
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH, GROUP = 12, 4
MOST_TRIES = 10
COMMAND = "command"


def make(document: Document, side: Side, *, by: Actor) -> str:
    """A new code for somebody whose turn it is; earlier ones of hers for this document are dead."""
    agreement = signing.hold(document.agreement)
    signing.check_turn(agreement, document, side, by=by)
    for old in _open_codes(document, by):
        old.used_at = clock.now()
    text = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    row = SigningCode(
        digest=token_digest(text), document_id=document.id, side=side, person_id=by.person_id,
        base_signature_id=known.base_of(document).signature_id, prepared={"for": COMMAND},
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(audit.subject_of(agreement), "make_signing_code", by=by, side=side.value)
    return "-".join(text[place : place + GROUP] for place in range(0, LENGTH, GROUP))


def find(text: str) -> SigningCode | None:
    """The code that is meant, while it is good."""
    plain = "".join(text.split()).replace("-", "").upper()
    row = db.session.scalar(select(SigningCode).where(SigningCode.digest == token_digest(plain)))
    return row if row is not None and row.prepared.get("for") == COMMAND and is_good(row) else None


def is_good(row: SigningCode) -> bool:
    """Not used, not too old, not tried too often; the paper still waits and stands where it stood."""
    document = row.document
    in_time = row.used_at is None and row.made_at + GOOD_FOR > clock.now() and row.tries < MOST_TRIES
    waits = document.agreement.state is AgreementState.SIGNING and not known.is_void(document)
    return in_time and waits and known.base_of(document).signature_id == row.base_signature_id


def top_file(document: Document) -> bytes:
    """The revision that will be signed: the issued PDF, or what the other side has signed."""
    chain = known.live_chain(document)
    return store().get(chain[-1].file_key if chain else document.file_key)


def offer(row: SigningCode, prepared: Prepared, kept: signing.Kept, chain: Sequence[bytes]) -> None:
    """Remember what was prepared for the certificate that the command has shown."""
    lock(row)
    if not is_good(row):
        raise Refused(GONE)
    row.tries += 1
    row.prepared = {
        "for": COMMAND,
        "file": kept.key,
        "attributes": base64.b64encode(prepared.attributes).decode(),
        "digest": prepared.digest.hex(),
        "start": prepared.start,
        "end": prepared.end,
        "chain": [base64.b64encode(one).decode() for one in chain],
    }
    db.session.flush()


def signed_file(row: SigningCode, signature: bytes) -> bytes:
    """The file with the signature that the command made, whether or not it fits."""
    held = row.prepared
    if "file" not in held:
        raise Refused(_l("The certificate comes first."))
    prepared = Prepared(
        store().get(held["file"]), base64.b64decode(held["attributes"]), bytes.fromhex(held["digest"]),
        int(held["start"]), int(held["end"]),
    )  # fmt: skip
    return complete(prepared, [base64.b64decode(one) for one in held["chain"]], signature)


def use(row: SigningCode) -> None:
    """The code has done its work; the paper is locked before it, as by whoever makes a new one."""
    signing.hold(row.document.agreement)
    lock(row)
    if not is_good(row):
        raise Refused(GONE)
    row.used_at = clock.now()
    db.session.flush()


def _open_codes(document: Document, by: Actor) -> list[SigningCode]:
    mine = (SigningCode.document_id == document.id) & (SigningCode.person_id == by.person_id)
    found = db.session.scalars(select(SigningCode).where(mine, SigningCode.used_at.is_(None)))
    return [one for one in found if one.prepared.get("for") == COMMAND]


GONE = _l("This code is not good any more. Please ask for a new one on the agreement's page.")
