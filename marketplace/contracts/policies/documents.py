"""Who reads issued papers: whoever sees the agreement, but void ones only its two sides."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement, Document, DocumentVoiding
from marketplace.contracts.policies.agreements import may_see_agreement, side_of
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.permissions import Permission, permits, reach


@permits(Permission.DOCUMENT_SEE)
def may_see_document(actor: Actor, document: Document) -> bool:
    """Both sides read every paper that was issued; their departments the one that counts."""
    if side_of(actor, document.agreement) is not None:
        return True
    void = select(DocumentVoiding.id).where(DocumentVoiding.document_id == document.id)
    return may_see_agreement(actor, document.agreement) and db.session.scalar(void) is None


def document_of(actor: Actor, agreement: Agreement, ordinal: int | None) -> Document:
    """The PDF issued last, or the one with a number in order; 404 where there is none for this reader."""
    mine = select(Document).where(Document.agreement_id == agreement.id).options(joinedload(Document.agreement))
    if ordinal is not None:
        mine = mine.where(Document.ordinal == ordinal)
    found = db.session.scalar(mine.order_by(Document.ordinal.desc()).limit(1))
    return reach(actor, found, Permission.DOCUMENT_SEE)
