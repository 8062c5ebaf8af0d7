"""The OCOP star that a line carries: of the certificate in force when it was ordered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, bindparam, select

from marketplace.catalogue.models import Certificate
from marketplace.catalogue.states import CertificateBasis
from marketplace.core import clock
from marketplace.core.database import db, table_of

DECLARED = CertificateBasis.DECLARED


@dataclass(frozen=True, slots=True)
class Star:
    """A certificate in force, as it is written on a line."""

    star: int
    number: str


def stars_in_force(product_ids: Collection[int]) -> dict[int, Star]:
    """The certificate in force of each product: the last one issued."""
    found = db.session.execute(_in_force(), {"products": sorted(product_ids), "today": clock.today()})
    return {product_id: Star(star, number) for product_id, star, number in found}


@cache
def _in_force() -> Any:
    one, today = table_of(Certificate).c, bindparam("today", type_=Date)
    valid = one.issued_on <= today, one.valid_until >= today, one.revoked_on.is_(None), one.basis != DECLARED
    of_products = one.product_id.in_(bindparam("products", expanding=True))
    return select(one.product_id, one.star, one.number).where(of_products, *valid).order_by(one.issued_on, one.id)
