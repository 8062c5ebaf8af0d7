"""What a producer's public page says beside her goods, what people keep, and sheets on their way into a shop."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product
from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, Vnd, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.storefronts.states import IMPORT, ImportAction, ImportState, RowKind, RowOutcome


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


class Import(Base):
    """A spreadsheet that a producer sent: read, looked at, then written row by row or thrown away."""

    __tablename__ = "imports"
    __table_args__ = not_negative("row_count")

    machine: ClassVar[Machine[ImportState, ImportAction]] = IMPORT

    id: Mapped[Id]
    ref: Mapped[Ref]
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_ref: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[ImportState] = enumerated(ImportState, "state", default=ImportState.READ)
    row_count: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[list[Any]]
    takes_moved_stock: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]

    seller: Mapped[Organisation] = relationship()


class ImportRow(Base):
    """One row: `cells` as sent, `wished` as read, `changes` [column, before, after], `faults` [column, sentence]."""

    __tablename__ = "import_rows"
    __table_args__ = (UniqueConstraint("import_id", "number"),)

    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(260), default="")
    sku: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[RowKind] = enumerated(RowKind, "kind")
    has_moved_stock: Mapped[bool] = mapped_column(default=False)
    cells: Mapped[dict[str, Any]]
    wished: Mapped[dict[str, Any]]
    changes: Mapped[list[Any]]
    faults: Mapped[list[Any]]
    outcome: Mapped[RowOutcome | None] = enumerated(RowOutcome, "outcome", nullable=True)
    said: Mapped[str] = mapped_column(String(400), default="")
