"""Goods that come in a spreadsheet: read into rows, confirmed, then each row written as if typed into the forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from sqlalchemy import insert, select

from marketplace.accounts.models import Organisation
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services as goods
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.services import Description, Pack
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.outbox import enqueue
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.core.text import lowered
from marketplace.inventory import services as inventory
from marketplace.places import queries as places
from marketplace.storefronts.models import Import, ImportRow
from marketplace.storefronts.queries.columns import TIERS
from marketplace.storefronts.queries.sheets import OF_PRODUCT, Checked, head_of, told
from marketplace.storefronts.states import ImportAction, ImportState, RowKind, RowOutcome

WRITE = "storefronts.write_import"


def stage(seller: Organisation, rows: Sequence[Checked], *, name: str, unknown: Sequence[str], by: Actor) -> Import:
    """Keep the rows of a sheet beside the goods; nothing of them is written yet."""
    sent = Import(ref=next_ref("import"), seller_id=seller.id, person_ref=by.ref, name=name[:120])
    sent.row_count, sent.unknown = len(rows), list(unknown)[:60]
    db.session.add(sent)
    db.session.flush()
    if rows:
        db.session.execute(insert(ImportRow), [{"import_id": sent.id, **_stored(row)} for row in rows])
    audit.record(audit.subject_of(sent), "import.read", by=by, rows=len(rows))
    return sent


def _stored(row: Checked) -> dict[str, Any]:
    known = asdict(row)
    return known | {"said": "", "outcome": None}


def begin_import(sent: Import, *, takes_moved_stock: bool, by: Actor) -> None:
    """The worker writes the rows from now on; stock that moved since the file was made only if that is wished."""
    lock(sent)
    wanted = (RowKind.NEW, RowKind.CHANGED)
    rows = select(ImportRow.id).where(ImportRow.import_id == sent.id, ImportRow.kind.in_(wanted)).limit(1)
    if sent.state is ImportState.READ and db.session.scalar(rows) is None:
        raise Refused(_("Nothing in this file would change your goods."))
    sent.takes_moved_stock, sent.person_ref = takes_moved_stock, by.ref
    move(sent, ImportAction.CONFIRM, by=by)
    enqueue(WRITE, sent=sent.ref)


def discard_import(sent: Import, *, by: Actor) -> None:
    """The sheet is thrown away; nothing of it was written."""
    lock(sent)
    move(sent, ImportAction.DISCARD, by=by)


def finish_import(sent: Import, *, by: Actor) -> None:
    """All its rows are dealt with."""
    lock(sent)
    if sent.state is ImportState.RUNNING:
        sent.done_at = clock.now()
        move(sent, ImportAction.FINISH, by=by)


def leave_out(row: ImportRow, sentence: str) -> None:
    """A row is not written, and says why."""
    lock(row)
    if row.outcome is None:
        row.outcome, row.said = RowOutcome.SKIPPED, sentence[:400]


def write_row(row: ImportRow, sent: Import, *, by: Actor) -> None:
    """What one row wishes comes true through the same services as the forms, once; refuses what changed meanwhile."""
    lock(row)
    if row.outcome is not None:
        return
    if row.has_moved_stock and not sent.takes_moved_stock:
        raise Refused(_("Goods were sold or came in since this file was made. Look at the stock and send it again."))
    if row.kind is RowKind.NEW:
        _write_new(row, sent, by=by)
    else:
        _write_changes(row, sent, by=by)
    row.outcome = RowOutcome.WRITTEN


# --- something that is there -----------------------------------------------------------------------------------------


def _write_changes(row: ImportRow, sent: Import, *, by: Actor) -> None:
    variant = catalogue.variant_by_sku(row.sku or "")
    if variant is None or variant.seller_id != sent.seller_id:
        raise Refused(_("You have no goods with this code."))
    (item,) = inventory.open_stock([variant.id])
    lock(variant.product, variant)
    known = told(variant, item.on_hand)
    _check_still(row, known)
    wished = {key: value for key, _before, value in row.changes}
    if "stock" in wished:
        _correct(item, wished["stock"], sent, by=by)
    _write_words(variant.product, wished, by=by)
    _write_pack(variant, wished, by=by)
    if any(key.startswith(("price", "from_", "tier_")) for key in wished):
        goods.price(variant, wished.get("price", variant.price_vnd), tiers=_tiers({**known, **wished}), by=by)


def _check_still(row: ImportRow, known: dict[str, Any]) -> None:
    """What the preview showed as the old value is still there, or the new one is already."""
    for key, before, value in row.changes:
        if known[key] not in (before, value):
            raise Refused(_("“%(column)s” was changed by somebody after the preview.", column=head_of(key)))


def _correct(item: Any, wished: int, sent: Import, *, by: Actor) -> None:
    """The shelf follows the file; what lies in lots is counted lot by lot on the stock page."""
    if item.on_hand == wished:
        return
    loose = item.on_hand - sum(lot.on_hand for lot in item.lots)
    counted = loose + wished - item.on_hand
    if counted < 0:
        raise Refused(_("These packs lie in lots: please correct them lot by lot on the stock page."))
    inventory.correct(item, counted, reason=_("Spreadsheet %(ref)s", ref=sent.ref), by=by)


def _write_words(product: Product, wished: dict[str, Any], *, by: Actor) -> None:
    words = {key: wished[key] for key in OF_PRODUCT if key in wished}
    if words:
        now = Description(**{one.name: getattr(product, one.name) for one in fields(Description)})
        goods.edit(product, replace(now, **words), by=by)


def _write_pack(variant: Variant, wished: dict[str, Any], *, by: Actor) -> None:
    names = {"pack": "name", "seller_code": "seller_code"}
    names |= {key: key for key in ("net_grams", "gross_grams", "minimum", "multiple")}
    changed = {names[key]: value for key, value in wished.items() if key in names}
    if changed:
        goods.change_pack(variant, replace(goods.pack_of(variant), **changed), by=by)


def _tiers(known: dict[str, Any]) -> dict[int, int]:
    pairs = ((known.get(f"from_{place}"), known.get(f"tier_{place}")) for place in TIERS)
    return {least: price for least, price in pairs if least and price}


# --- something new ---------------------------------------------------------------------------------------------------


def _write_new(row: ImportRow, sent: Import, *, by: Actor) -> None:
    wished = row.wished
    lock(sent.seller)
    product = _product_called(wished["name"], sent.seller_id) or _make(wished, sent.seller, by=by)
    if any(lowered(variant.name) == lowered(wished["pack"]) for variant in product.variants):
        raise Refused(_("This product has a pack of this name already."))
    pack = _pack(wished)
    variant = goods.add_pack(product, pack, by=by)
    if tiers := _tiers(wished):
        goods.price(variant, pack.price_vnd, tiers=tiers, by=by)
    if wished.get("stock"):
        (item,) = inventory.open_stock([variant.id])
        inventory.receive(item, wished["stock"], by=by, reason=_("Spreadsheet %(ref)s", ref=sent.ref))
    row.sku = variant.sku


def _product_called(name: str, seller_id: int) -> Product | None:
    own = select(Product).where(Product.seller_id == seller_id)
    return next((one for one in db.session.scalars(own) if lowered(one.name) == lowered(name)), None)


def _make(wished: dict[str, Any], seller: Organisation, *, by: Actor) -> Product:
    if "set_key" not in wished or "origin_key" not in wished:
        raise Refused(_("The product that this pack belongs to was not made."))
    words = Description(**{key: wished[key] for key in OF_PRODUCT if key in wished})
    chosen = next(one for one in catalogue.sets() if one.number == wished["set_key"])
    origin = places.province_by_slug(wished["origin_key"])
    assert origin is not None
    return goods.create(seller, words, product_set=chosen, origin=origin, by=by)


def _pack(wished: dict[str, Any]) -> Pack:
    same = {key: wished[key] for key in ("net_grams", "gross_grams", "minimum", "multiple") if key in wished}
    return Pack(name=wished["pack"], price_vnd=wished["price"], seller_code=wished.get("seller_code") or None, **same)
