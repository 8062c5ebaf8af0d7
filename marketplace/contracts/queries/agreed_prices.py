"""The prices at which a buyer may call packs today, with what is left of each, for the pages of goods and the cart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import AgreedPrice, Variant
from marketplace.catalogue.queries import agreed_with, may_have_agreed
from marketplace.contracts.models import Agreement, AgreementLine
from marketplace.core.actors import Actor
from marketplace.core.database import db


@dataclass(frozen=True, slots=True)
class ContractPrice:
    """One pack under one contract: price of a pack in đồng with VAT, how many packs may still be called, until when."""

    sku: str
    pack: str
    price_vnd: int
    left: int
    until: date | None
    agreement_ref: str
    paper_number: str | None
    key: str


def prices_of(actor: Actor, skus: Sequence[str]) -> list[ContractPrice]:
    """What the actor's own organisation may call of some packs, the lowest price first; at most one query."""
    if not skus or not may_have_agreed(actor):
        return []
    line = AgreementLine
    asked = select(Variant.sku, Variant.name, AgreedPrice.price_vnd, line.most - line.called, AgreedPrice.valid_to)
    asked = asked.add_columns(Agreement.ref, Agreement.paper_number, line.key)
    asked = asked.join(AgreedPrice, AgreedPrice.variant_id == Variant.id)
    asked = asked.join(Agreement, Agreement.ref == AgreedPrice.basis)
    asked = asked.join(line, and_(line.agreement_id == Agreement.id, line.variant_id == Variant.id))
    asked = asked.join(Organisation, Organisation.id == Agreement.seller_id)
    sells = Organisation.state != OrganisationState.SUSPENDED
    own = asked.where(agreed_with(actor), Variant.sku.in_(skus), line.most > line.called, sells)
    rows: Iterable[Any] = db.session.execute(own.order_by(AgreedPrice.price_vnd, AgreedPrice.id))
    return [ContractPrice(*row) for row in rows]
