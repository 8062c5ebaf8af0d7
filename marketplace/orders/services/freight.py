"""The freight table of a producer: set as a whole, for orders from now on; those placed keep what they froze."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import Organisation
from marketplace.core import audit
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.orders.models import FreightTable, FreightZone
from marketplace.orders.queries.freight import Distance, Freight
from marketplace.orders.queries.freight_words import figures_of, mark_of


def set_freight(seller: Organisation, wished: Freight, *, seen: str, by: Actor) -> None:
    """The producer's delivery prices (đồng by grams) become these, unless a colleague changed what she has `seen`."""
    lock(seller)
    table = db.session.scalar(_whole(seller))
    before = _freight(table)
    if mark_of(before) != seen:
        sentence = _("A colleague has changed the delivery prices meanwhile. Look at what differs, then save again.")
        raise Refused(sentence, detail=before)
    if table is None:
        table = FreightTable(organisation_id=seller.id, not_served=[])
        db.session.add(table)
    _write(table, wished)
    db.session.flush()
    audit.record(audit.subject_of(seller), "freight.set", by=by, was=figures_of(before), now=figures_of(wished))


def _whole(seller: Organisation) -> Any:
    statement = select(FreightTable).where(FreightTable.organisation_id == seller.id)
    return statement.options(selectinload(FreightTable.zones)).execution_options(populate_existing=True)


def _freight(table: FreightTable | None) -> Freight | None:
    if table is None:
        return None
    names = ("steps", "extra_grams", "extra_vnd", "days_least", "days_most")
    distances = {zone.zone: Distance(*(getattr(zone, name) for name in names)) for zone in table.zones}
    same = ("free_above_vnd", "least_order_vnd", "pick_up", "pick_up_note", "not_served")
    return Freight(**{name: getattr(table, name) for name in same}, distances=distances)


def _write(table: FreightTable, wished: Freight) -> None:
    table.free_above_vnd, table.least_order_vnd = wished.free_above_vnd, wished.least_order_vnd
    table.pick_up, table.pick_up_note = wished.pick_up, wished.pick_up_note
    table.not_served = list(wished.not_served)
    kept = {zone.zone: zone for zone in table.zones}
    for gone in kept.keys() - wished.distances.keys():
        table.zones.remove(kept[gone])
        db.session.delete(kept[gone])
    for zone, distance in wished.distances.items():
        row = kept.get(zone) or FreightZone(zone=zone)
        row.steps = [list(step) for step in distance.steps]
        row.extra_grams, row.extra_vnd = distance.extra_grams, distance.extra_vnd
        row.days_least, row.days_most = distance.days_least, distance.days_most
        if zone not in kept:
            table.zones.append(row)
