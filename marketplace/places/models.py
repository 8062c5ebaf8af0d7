"""Provinces and communes, with the units from before 1 July 2025."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.database import Base, Id

REFORM = date(2025, 7, 1)


class Province(Base):
    """A province-level unit of today or of before the reform; a code means something only with its version."""

    __tablename__ = "provinces"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("version IN ('2004', '2025')", name="version_known"),
        CheckConstraint("(version = '2025') = (successor_id IS NULL)", name="old_units_have_a_successor"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(2))
    version: Mapped[str] = mapped_column(String(4))
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    full_name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    region: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("provinces.id"), index=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    aliases: Mapped[list[Any]]

    successor: Mapped[Province | None] = relationship(remote_side="Province.id", back_populates="predecessors")
    predecessors: Mapped[list[Province]] = relationship(back_populates="successor", order_by="Province.name")

    @property
    def is_today(self) -> bool:
        """One of the 34 units of today."""
        return self.successor_id is None

    @property
    def now(self) -> Province:
        """The unit of today: itself or its successor."""
        return self.successor or self


class Ward(Base):
    """A ward, commune or special zone of today; its code is one of Decision 19/2025/QĐ-TTg."""

    __tablename__ = "wards"
    __table_args__ = (Index("ix_wards_province_id_name", "province_id", "name"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(5), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80))
    province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)

    province: Mapped[Province] = relationship()


class FormerWard(Base):
    """A ward, commune or town until 30 June 2025, with its district; its code is one of the version of 2004."""

    __tablename__ = "former_wards"
    __table_args__ = (
        UniqueConstraint("province_id", "district", "name"),
        Index("ix_former_wards_folded", "folded"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(5))
    name: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80))
    district: Mapped[str] = mapped_column(String(80))
    district_folded: Mapped[str] = mapped_column(String(80))
    province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)

    province: Mapped[Province] = relationship()
    successors: Mapped[list[Ward]] = relationship(secondary="ward_successions", order_by="Ward.folded", viewonly=True)


class WardSuccession(Base):
    """A unit of today that took in a former one, or a part of it."""

    __tablename__ = "ward_successions"

    former_id: Mapped[int] = mapped_column(ForeignKey("former_wards.id"), primary_key=True)
    ward_id: Mapped[int] = mapped_column(ForeignKey("wards.id"), primary_key=True, index=True)
