"""Contracts and call-offs of a token's owner, as pages by key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalogue.models import Variant
from marketplace.contracts.models import Agreement, AgreementLine, CallOff
from marketplace.contracts.policies.agreements import visible_to
from marketplace.contracts.queries.calling import call_offs_of_actor
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.orders.models import Order, Receipt


def own_agreements(actor: Actor, *, side: Side | None, states: Sequence[AgreementState]) -> Select[Agreement]:
    """The contracts on whose side the actor's organisation stands, the newest first; no later papers."""
    mine = select(Agreement).where(visible_to(actor), Agreement.belongs_to_id.is_(None))
    if side is not None:
        own = Agreement.seller_id if side is Side.SELLER else Agreement.buyer_id
        mine = mine.where(own == actor.organisation_id)
    if states:
        mine = mine.where(Agreement.state.in_(states))
    sides = joinedload(Agreement.seller), joinedload(Agreement.buyer)
    return mine.options(*sides).order_by(Agreement.id.desc())


def agreement_place(actor: Actor, ref: str) -> int | None:
    """The place of a contract among the actor's own."""
    return db.session.scalar(select(Agreement.id).where(visible_to(actor), Agreement.ref == ref))


def agreements_page(statement: Select[Agreement], *, before: int | None, limit: int) -> list[Agreement]:
    """The next contracts, one more than asked for where there are more."""
    further = statement if before is None else statement.where(Agreement.id < before)
    return list(db.session.scalars(further.limit(limit + 1)))


def own_call_offs(actor: Actor, agreement_ref: str) -> Select[CallOff]:
    """Call-offs of the actor's contracts, or of one of them, the newest first."""
    mine = call_offs_of_actor(actor)
    return mine.where(Agreement.ref == agreement_ref) if agreement_ref else mine


def call_off_place(actor: Actor, ref: str) -> int | None:
    """The place of a call-off among the actor's own."""
    mine = call_offs_of_actor(actor).order_by(None).with_only_columns(CallOff.id)
    return db.session.scalar(mine.where(CallOff.ref == ref))


def call_offs_page(statement: Select[CallOff], *, before: int | None, limit: int) -> list[CallOff]:
    """The next call-offs, one more than asked for where there are more."""
    further = statement if before is None else statement.where(CallOff.id < before)
    whole = joinedload(CallOff.order).options(
        selectinload(Order.lines), joinedload(Order.delivery_receipt).selectinload(Receipt.lines)
    )
    return list(db.session.scalars(further.options(whole).limit(limit + 1)).unique())


def call_off_named(actor: Actor, ref: str) -> CallOff | None:
    """One call-off of the actor's own contracts."""
    return db.session.scalars(call_offs_of_actor(actor).where(CallOff.ref == ref[:32])).unique().one_or_none()


def skus_of(lines: Sequence[AgreementLine]) -> dict[int, str]:
    """The SKU of each line's goods, by the variant's id."""
    ids = [one.variant_id for one in lines if one.variant_id is not None]
    return dict(db.session.execute(select(Variant.id, Variant.sku).where(Variant.id.in_(ids))).all()) if ids else {}
