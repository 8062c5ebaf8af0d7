"""What buyers say of goods that reached them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.models import Product
from marketplace.core import clock
from marketplace.core.database import Base, Id, enumerated
from marketplace.core.states import Machine
from marketplace.orders.models.purchase import OrderLine
from marketplace.orders.states import REVIEW, ReviewAction, ReviewState


class Review(Base):
    """A review of one delivered line, with the seller's one public reply."""

    __tablename__ = "reviews"
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 5", name="rating_known"),)

    machine: ClassVar[Machine[ReviewState, ReviewAction]] = REVIEW

    id: Mapped[Id]
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    rating: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(5), default="vi")
    author: Mapped[str] = mapped_column(String(60))
    state: Mapped[ReviewState] = enumerated(ReviewState, "state", default=ReviewState.SHOWN)
    reply: Mapped[str] = mapped_column(Text, default="")
    replied_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    line: Mapped[OrderLine] = relationship()
    product: Mapped[Product] = relationship()

    @property
    def ref(self) -> str:
        """A review is known by its line."""
        return f"{self.line.order.ref}/{self.line.sku}"
