"""What the public may learn of a paper: that a file is byte for byte ours, whether its signatures hold, its standing.

Never its terms, never the names of its sides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from marketplace.contracts.models import Agreement, Document, Signature
from marketplace.contracts.queries.evidence import (
    Signed,
    later_papers,
    live_file,
    signed,
    verdict_of,
    voiding_of,
)
from marketplace.contracts.states.agreements import AgreementState, PaperKind
from marketplace.core.database import db
from marketplace.core.files import digest

TOKEN = re.compile(rb"/verify/([A-Za-z0-9_-]{32})")
# an issued PDF names its own address in plain bytes, once or twice
MOST_TOKENS = 20


class Likeness(StrEnum):
    """How a file, or an address, relates to what was issued."""

    ADDRESS = "address"
    ISSUED = "issued"
    SIGNED = "signed"
    EARLIER = "earlier"
    TAKEN_BACK = "taken_back"
    APPENDED = "appended"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to a file or an address; without a document nothing here is known of it."""

    likeness: Likeness
    sha256: str = ""
    document: Document | None = None
    signatures: tuple[Signed, ...] = ()
    verdict: str = ""
    void_since: datetime | None = None
    amended_by: tuple[Agreement, ...] = ()
    ended_by: tuple[Agreement, ...] = ()
    newest: str = ""

    @property
    def state(self) -> AgreementState | None:
        """Where the paper stands, as far as it was issued; what is on the table again is nobody's business."""
        if self.document is None or self.void_since is not None:
            return None
        return self.document.agreement.state


def by_token(token: str) -> Finding | None:
    """What the address on a paper leads to."""
    document = _with_token(token)
    return _finding(document, Likeness.ADDRESS, live_file(document)[1]) if document else None


def by_hash(sha256: str) -> Finding:
    """What is known of a file with this SHA-256."""
    document = db.session.scalar(select(Document).where(Document.sha256 == sha256))
    if document is not None:
        return _finding(document, Likeness.ISSUED, sha256)
    signature = db.session.scalar(select(Signature).where(Signature.sha256 == sha256).limit(1))
    if signature is None:
        return Finding(Likeness.UNKNOWN, sha256)
    return _finding(signature.document, _place_of(signature), sha256)


def by_content(content: bytes) -> Finding:
    """As by its hash; a file that is none of ours is asked which paper it claims to be. It is never parsed."""
    sha256 = digest(content)
    found = by_hash(sha256)
    document = next(filter(None, map(_with_token, tokens_in(content))), None) if found.document is None else None
    if document is None:
        return found
    begins = digest(content[: document.size]) == document.sha256
    return _finding(document, Likeness.APPENDED if begins else Likeness.CHANGED, sha256)


def tokens_in(content: bytes) -> list[str]:
    """The addresses of papers that a file names in plain bytes, the first ones only."""
    found: dict[str, None] = {}
    for match in TOKEN.finditer(content):
        found[match[1].decode("ascii")] = None
        if len(found) == MOST_TOKENS:
            break
    return list(found)


def _with_token(token: str) -> Document | None:
    return db.session.scalar(select(Document).where(Document.token == token[:48]))


def _place_of(signature: Signature) -> Likeness:
    """Whether a signed file is the last one along the live branch, one before it, or of a branch that was left."""
    live = [one.signature.id for one in signed(signature.document)]
    if signature.id not in live:
        return Likeness.TAKEN_BACK
    return Likeness.SIGNED if signature.id == live[-1] else Likeness.EARLIER


def _finding(document: Document, likeness: Likeness, sha256: str) -> Finding:
    void, found = voiding_of(document), tuple(signed(document))
    later = later_papers(document.agreement) if document.agreement.is_contract else []
    return Finding(
        likeness,
        sha256,
        document,
        found,
        verdict_of(document.agreement, found, ()),
        void.at if void else None,
        tuple(one for one in later if one.paper is PaperKind.AMENDMENT),
        tuple(one for one in later if one.paper is not PaperKind.AMENDMENT),
        live_file(document)[1],
    )
