"""Looks that an operator takes at an agreement of others, for a reason that both sides read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Person
from marketplace.contracts.models.agreements import Agreement
from marketplace.core import clock
from marketplace.core.database import Base, Id


class GlassBreak(Base):
    """An operator may read an agreement for an hour, and says why. It only grows."""

    __tablename__ = "glass_breaks"
    __table_args__ = (CheckConstraint("at < until", name="runs_forward"),)

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime]

    agreement: Mapped[Agreement] = relationship()
    person: Mapped[Person] = relationship()
