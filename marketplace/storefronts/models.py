"""What a producer's public page says beside her goods."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.core.database import Base, Id


class Shop(Base):
    """The shop of a producer."""

    __tablename__ = "shops"

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), unique=True)
    story: Mapped[str] = mapped_column(Text, default="")
    story_en: Mapped[str] = mapped_column(Text, default="")
    since_year: Mapped[int | None]
    households: Mapped[int | None]
    photo_sha256: Mapped[str | None] = mapped_column(String(64))

    organisation: Mapped[Organisation] = relationship()
