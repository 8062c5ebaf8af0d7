"""Goods that a buyer wants to give back: which, why, with photos, and how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, Vnd, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.orders.models.purchase import Order, OrderLine
from marketplace.orders.states import RETURN, ReturnAction, ReturnReason, ReturnState

# while one of these stands, the order is not completed and no second return is opened
OPEN = (ReturnState.REQUESTED, ReturnState.APPROVED, ReturnState.ESCALATED)
_IS_OPEN = text("state IN ('requested', 'approved', 'escalated')")


class Return(Base):
    """One wish to give goods of one order back; `goods_vnd` and `freight_vnd` are what it gives back, in đồng."""

    __tablename__ = "order_returns"
    __table_args__ = (
        *not_negative("goods_vnd", "freight_vnd"),
        Index("ix_order_returns_one_open", "order_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("ix_order_returns_state_due", "state", "due_at"),
    )

    machine: ClassVar[Machine[ReturnState, ReturnAction]] = RETURN

    id: Mapped[Id]
    ref: Mapped[Ref]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    state: Mapped[ReturnState] = enumerated(ReturnState, "state", default=ReturnState.REQUESTED)
    reason: Mapped[ReturnReason] = enumerated(ReturnReason, "reason")
    note: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    appeal: Mapped[str] = mapped_column(Text, default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    goods_vnd: Mapped[Vnd] = mapped_column(default=0)
    freight_vnd: Mapped[Vnd] = mapped_column(default=0)
    is_sent_back: Mapped[bool] = mapped_column(default=True)
    carrier: Mapped[str] = mapped_column(String(60), default="")
    tracking: Mapped[str] = mapped_column(String(60), default="")
    due_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped[Order] = relationship(back_populates="returns")
    lines: Mapped[list[ReturnLine]] = relationship(back_populates="back", order_by="ReturnLine.id")
    photos: Mapped[list[ReturnPhoto]] = relationship(back_populates="back", order_by="ReturnPhoto.position")

    @property
    def is_open(self) -> bool:
        """Somebody still has to do something about it before the order can be completed."""
        return self.state in OPEN

    @property
    def total_vnd(self) -> int:
        """What the buyer gets back."""
        return self.goods_vnd + self.freight_vnd


class ReturnLine(Base):
    """How many packs of a line are to go back."""

    __tablename__ = "order_return_lines"
    __table_args__ = (
        UniqueConstraint("return_id", "line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[Id]
    return_id: Mapped[int] = mapped_column(ForeignKey("order_returns.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]

    back: Mapped[Return] = relationship(back_populates="lines")
    line: Mapped[OrderLine] = relationship()


class ReturnPhoto(Base):
    """A picture of what is wrong, seen only by both sides and the operator; kept in the store as a private picture."""

    __tablename__ = "order_return_photos"
    __table_args__ = (UniqueConstraint("return_id", "position"),)

    id: Mapped[Id]
    return_id: Mapped[int] = mapped_column(ForeignKey("order_returns.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]

    back: Mapped[Return] = relationship(back_populates="photos")
