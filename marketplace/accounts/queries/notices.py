"""What a person and her organisation were told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db
from marketplace.core.outbox import Notice

# more unread notices than this are not counted one by one
MOST_COUNTED = 100


def told_to(actor: Actor) -> ColumnElement[bool]:
    """Notices for a person and for the organisation that she acts for now."""
    if not actor.is_signed_in:
        return false()
    own = and_(Notice.recipient_kind == "person", Notice.recipient_ref == actor.ref)
    if actor.organisation_ref is None:
        return own
    firm = and_(Notice.recipient_kind == "organisation", Notice.recipient_ref == actor.organisation_ref)
    return or_(own, firm)


def notices_of(actor: Actor) -> Select[Any]:
    """What a person and her current organisation were told, the newest first."""
    return select(Notice).where(told_to(actor)).order_by(Notice.id.desc())


def unread_notices(actor: Actor) -> int:
    """How many of them nobody has read, counted up to a hundred."""
    unread = select(Notice.id).where(told_to(actor), Notice.read_at.is_(None)).limit(MOST_COUNTED)
    return db.session.scalar(select(func.count()).select_from(unread.subquery())) or 0


def letters_since(recipient: Recipient, template: str, moment: datetime) -> int:
    """How many letters of one kind a recipient was sent since a moment."""
    sent = select(func.count()).where(
        Notice.recipient_kind == recipient.kind,
        Notice.recipient_ref == recipient.ref,
        Notice.template == template,
        Notice.created_at > moment,
    )
    return db.session.scalar(sent) or 0
