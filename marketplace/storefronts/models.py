"""What a producer's public page says beside her goods, and what people keep for later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product
from marketplace.core import clock
from marketplace.core.database import Base, Id, Vnd, not_negative


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


class Favourite(Base):
    """Something that a person wants to find again, with what it cost from when she kept it."""

    __tablename__ = "favourites"
    __table_args__ = (UniqueConstraint("person_id", "product_id"), *not_negative("price_vnd"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    price_vnd: Mapped[Vnd]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    product: Mapped[Product] = relationship()
