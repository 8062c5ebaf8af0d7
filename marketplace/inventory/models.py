"""Stock of each variant, its lots, the packs set aside and every movement."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.database import Base, Id, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.inventory.states import HOLD, HoldAction, HoldState, MovementKind


class StockItem(Base):
    """How many packs of a variant there are and how many of them are promised. `on_hand` is the sum of movements."""

    __tablename__ = "stock_items"
    __table_args__ = (CheckConstraint("0 <= reserved AND reserved <= on_hand", name="reserved_within_on_hand"),)

    id: Mapped[Id]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), unique=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)

    variant: Mapped[Variant] = relationship()
    lots: Mapped[list[Lot]] = relationship(back_populates="stock_item", order_by="Lot.best_before, Lot.id")

    @property
    def ref(self) -> str:
        """A stock is known by its variant's SKU."""
        return self.variant.sku

    @property
    def expired(self) -> int:
        """Packs in lots past their best-before day: on the shelf, but not for sale."""
        return sum(lot.on_hand for lot in self.lots if lot.is_expired)


class Lot(Base):
    """Packs made together; first expired goes out first."""

    __tablename__ = "lots"
    __table_args__ = (UniqueConstraint("stock_item_id", "code"), *not_negative("on_hand"))

    id: Mapped[Id]
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_items.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    made_on: Mapped[date]
    best_before: Mapped[date]
    on_hand: Mapped[int] = mapped_column(default=0)

    stock_item: Mapped[StockItem] = relationship(back_populates="lots")

    @property
    def is_expired(self) -> bool:
        """Past its best-before day."""
        return self.best_before < clock.today()

    @property
    def days_left(self) -> int:
        """Days until its best-before day; below zero after it."""
        return (self.best_before - clock.today()).days


class CapacityDay(Base):
    """How many packs of a made-to-order variant are promised for one day; its row is changed under the stock's lock."""

    __tablename__ = "capacity_days"
    __table_args__ = (UniqueConstraint("stock_item_id", "day"), *not_negative("promised"))

    id: Mapped[Id]
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_items.id"), index=True)
    day: Mapped[date]
    promised: Mapped[int] = mapped_column(default=0)


class Movement(Base):
    """An append-only change of a stock, with who and why."""

    __tablename__ = "movements"
    __table_args__ = (CheckConstraint("quantity <> 0", name="quantity_moves"),)

    id: Mapped[Id]
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_items.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"), index=True)
    kind: Mapped[MovementKind] = enumerated(MovementKind, "kind")
    quantity: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200), default="")
    owner_ref: Mapped[str | None] = mapped_column(String(32))
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_ref: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    lot: Mapped[Lot | None] = relationship()


class Hold(Base):
    """Packs set aside for an order (`owner_ref`), until they are taken or released; `ready_on` if made to order."""

    __tablename__ = "holds"
    __table_args__ = (
        UniqueConstraint("stock_item_id", "owner_ref"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_holds_owner_ref", "owner_ref"),
        Index("ix_holds_state_expires_at", "state", "expires_at"),
    )

    machine: ClassVar[Machine[HoldState, HoldAction]] = HOLD

    id: Mapped[Id]
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_items.id"), index=True)
    owner_ref: Mapped[str] = mapped_column(String(32))
    quantity: Mapped[int]
    state: Mapped[HoldState] = enumerated(HoldState, "state", default=HoldState.HELD)
    expires_at: Mapped[datetime | None]
    ready_on: Mapped[date | None]

    stock_item: Mapped[StockItem] = relationship()

    @property
    def ref(self) -> str:
        """A hold is known by its owner and its stock's number."""
        return f"{self.owner_ref}/{self.stock_item_id}"
