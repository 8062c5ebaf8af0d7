"""Disputes of a contract, and one of them as its page tells it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement, CallOff, Dispute, DisputeWord
from marketplace.contracts.states.performing import CallOffState
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.permissions import Permission, allows

MOST_CALL_OFFS = 50


def disputes_of(actor: Actor, contract: Agreement) -> list[Dispute]:
    """The disputes that a reader sees: both sides all, a department those that it mediates; the newest first."""
    mine = select(Dispute).where(Dispute.agreement_id == contract.id).order_by(Dispute.id.desc())
    return [one for one in db.session.scalars(mine) if allows(actor, Permission.DISPUTE_SEE, one)]


def dispute_of(contract: Agreement, ref: str) -> Dispute | None:
    """One dispute of a contract by its ref."""
    return db.session.scalar(select(Dispute).where(Dispute.agreement_id == contract.id, Dispute.ref == ref[:32]))


def words_of(dispute: Dispute) -> list[DisputeWord]:
    """What was said and attached, in its order."""
    said = select(DisputeWord).where(DisputeWord.dispute_id == dispute.id).order_by(DisputeWord.id)
    return list(db.session.scalars(said.options(joinedload(DisputeWord.organisation))))


def file_of(dispute: Dispute, number: int) -> DisputeWord | None:
    """The words with the file of this number (from 1) of a dispute."""
    with_files = [one for one in words_of(dispute) if one.file_key]
    return with_files[number - 1] if 0 < number <= len(with_files) else None


def placed_call_offs(contract: Agreement) -> list[CallOff]:
    """Call-offs that a dispute may be about, the newest first."""
    mine = select(CallOff).where(CallOff.agreement_id == contract.id, CallOff.state == CallOffState.PLACED)
    return list(db.session.scalars(mine.order_by(CallOff.ordinal.desc()).limit(MOST_CALL_OFFS)))
