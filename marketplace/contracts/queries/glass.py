"""Looks that operators have taken at agreements of others."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement, GlassBreak
from marketplace.core import clock
from marketplace.core.database import db


def agreement_by_ref(ref: str) -> Agreement | None:
    """One paper with both its sides, by its ref."""
    whole = (joinedload(Agreement.seller), joinedload(Agreement.buyer))
    return db.session.scalar(select(Agreement).where(Agreement.ref == ref[:32]).options(*whole))


def open_look(agreement: Agreement, person_id: int) -> GlassBreak | None:
    """The look that a person may take now, if she has given a reason that still counts."""
    look = GlassBreak
    mine = (look.agreement_id == agreement.id) & (look.person_id == person_id) & (look.until > clock.now())
    return db.session.scalar(select(look).where(mine).order_by(look.until.desc()).limit(1))


def looks(most: int = 50) -> list[GlassBreak]:
    """The looks of all operators, the newest first."""
    whole = (joinedload(GlassBreak.agreement), joinedload(GlassBreak.person))
    return list(db.session.scalars(select(GlassBreak).options(*whole).order_by(GlassBreak.id.desc()).limit(most)))
