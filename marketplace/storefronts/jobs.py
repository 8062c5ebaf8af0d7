"""Confirmed sheets are written row by row, each in a transaction of its own; old ones are forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor, ActorKind, Role
from marketplace.core.database import db, writing
from marketplace.core.outbox import every, handles
from marketplace.core.refusals import Refused
from marketplace.storefronts import queries, services
from marketplace.storefronts.models import Import, ImportRow
from marketplace.storefronts.services.imports import WRITE
from marketplace.storefronts.states import ImportState, RowKind

KEPT = timedelta(days=90)
BATCH = 500


@handles(WRITE)
def write_import(sent: str) -> None:
    """Every row that changes something; where the worker was stopped, it goes on behind the last row written."""
    found = queries.import_by_ref(sent)
    if found is None or found.state is not ImportState.RUNNING:
        return
    open_rows = select(ImportRow.id).where(
        ImportRow.import_id == found.id, ImportRow.kind.in_((RowKind.NEW, RowKind.CHANGED)), ImportRow.outcome.is_(None)
    )
    for row_id in db.session.scalars(open_rows.order_by(ImportRow.number)).all():
        _write(sent, row_id)
    with writing():
        if (whole := queries.import_by_ref(sent)) is not None:
            services.finish_import(whole, by=SYSTEM)


def _write(sent: str, row_id: int) -> None:
    try:
        with writing():
            whole, row = queries.import_by_ref(sent), db.session.get(ImportRow, row_id)
            if whole is not None and row is not None:
                services.write_row(row, whole, by=_sender(whole))
    except Refused as refusal:
        with writing():
            services.leave_out(db.session.get_one(ImportRow, row_id), str(refusal.sentence))


def _sender(sent: Import) -> Actor:
    """Whoever confirmed the sheet acts, as the trail and the stock book say."""
    seller: Organisation = sent.seller
    return Actor(
        kind=ActorKind.PERSON,
        ref=sent.person_ref,
        organisation_id=seller.id,
        organisation_ref=seller.ref,
        organisation_kind=seller.kind,
        roles=frozenset({Role.STAFF}),
    )


def _old() -> list[int]:
    old = select(Import.id).where(Import.created_at < clock.now() - KEPT, Import.state != ImportState.RUNNING)
    return list(db.session.scalars(old.order_by(Import.id).limit(BATCH)))


@every(timedelta(days=1), "storefronts.forget_imports", when=lambda: bool(_old()))
def forget_imports() -> None:
    """The rows of old sheets are of no use to anybody; what they changed is in the trail."""
    for import_id in _old():
        with writing():
            db.session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
            db.session.execute(delete(Import).where(Import.id == import_id))
