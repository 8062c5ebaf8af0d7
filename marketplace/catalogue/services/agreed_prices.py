"""Prices that a contract gives one buyer, written down here by whoever keeps the contracts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select

from marketplace.catalogue.models import AgreedPrice
from marketplace.core.database import db


def set_agreed_prices(
    basis: str, buyer_id: int, prices: Mapping[int, int], *, valid_from: date, valid_to: date | None
) -> None:
    """On these days a buyer may call packs (by variant id) at these prices of one pack, in đồng with VAT.

    All that the same contract (`basis`) said before no longer counts; its caller holds the contract's lock.
    """
    known = {one.variant_id: one for one in db.session.scalars(select(AgreedPrice).where(AgreedPrice.basis == basis))}
    for variant_id in known.keys() - prices.keys():
        db.session.delete(known[variant_id])
    for variant_id in sorted(prices):
        row = known.get(variant_id) or AgreedPrice(basis=basis, variant_id=variant_id)
        row.buyer_id, row.price_vnd = buyer_id, prices[variant_id]
        row.valid_from, row.valid_to = valid_from, valid_to
        db.session.add(row)
    db.session.flush()


def end_agreed_prices(basis: str) -> None:
    """Nothing can be called at a contract's prices any more."""
    db.session.execute(delete(AgreedPrice).where(AgreedPrice.basis == basis))
