"""How a delivery on terms was taken over: accepted and rejected packs of each line, with reasons and photos."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.database import Base, Id, enumerated, not_negative
from marketplace.orders.models.purchase import Order, OrderLine
from marketplace.orders.states import RejectReason


class Receipt(Base):
    """The buyer's word on one delivery; one that nobody checked in time has no lines and is never called accepted."""

    __tablename__ = "order_receipts"

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    is_checked: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_ref: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped[Order] = relationship(back_populates="delivery_receipt")
    lines: Mapped[list[ReceiptLine]] = relationship(back_populates="receipt", order_by="ReceiptLine.id")
    photos: Mapped[list[ReceiptPhoto]] = relationship(back_populates="receipt", order_by="ReceiptPhoto.position")

    def of(self, line: OrderLine) -> ReceiptLine | None:
        """What was said of one line."""
        return next((one for one in self.lines if one.line_id == line.id), None)


class ReceiptLine(Base):
    """How many packs of a line are accepted and how many are not; together they are what was delivered."""

    __tablename__ = "order_receipt_lines"
    __table_args__ = (
        UniqueConstraint("receipt_id", "line_id"),
        CheckConstraint("(rejected = 0) = (reason IS NULL)", name="rejected_for_a_reason"),
        *not_negative("accepted", "rejected"),
    )

    id: Mapped[Id]
    receipt_id: Mapped[int] = mapped_column(ForeignKey("order_receipts.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    accepted: Mapped[int]
    rejected: Mapped[int]
    reason: Mapped[RejectReason | None] = enumerated(RejectReason, "reason")
    note: Mapped[str] = mapped_column(String(300), default="")

    receipt: Mapped[Receipt] = relationship(back_populates="lines")
    line: Mapped[OrderLine] = relationship()


class ReceiptPhoto(Base):
    """A picture of what is not accepted, seen only by those who see the delivery; a private picture in the store."""

    __tablename__ = "order_receipt_photos"
    __table_args__ = (UniqueConstraint("receipt_id", "position"),)

    id: Mapped[Id]
    receipt_id: Mapped[int] = mapped_column(ForeignKey("order_receipts.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]

    receipt: Mapped[Receipt] = relationship(back_populates="photos")
