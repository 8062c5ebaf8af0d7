"""A producer's goods as rows of a spreadsheet, and what the rows of one would change in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product, Variant
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.text import fold, lowered
from marketplace.inventory import queries as inventory
from marketplace.places import queries as places
from marketplace.storefronts.queries.columns import BY_KEY, TIERS, Goods, Line, plain, read_cells
from marketplace.storefronts.states import RowKind

NEEDED = ("name", "set", "origin", "unit", "pack", "price", "gross_grams")
OF_PACK = ("pack", "price", "gross_grams")
OF_PRODUCT = ("name", "place", "unit", "summary", "story")
# said of a new product only, or compared in its own way
NO_CHANGE = {"sku", "set", "origin", "seen_stock"}


def own_variants(seller_id: int) -> list[Variant]:
    """Every pack that is offered, with its product; a fixed number of queries."""
    whole = joinedload(Variant.product).options(joinedload(Product.product_set), joinedload(Product.origin))
    own = select(Variant).join(Variant.product).where(Variant.seller_id == seller_id, Variant.is_active)
    own = own.order_by(Product.name, Product.id, Variant.position, Variant.id)
    return list(db.session.scalars(own.options(whole, selectinload(Variant.tiers))))


def told(variant: Variant, on_hand: int) -> dict[str, Any]:
    """One pack by the names of the columns."""
    product = variant.product
    known: dict[str, Any] = {name: getattr(product, name) for name in OF_PRODUCT}
    known |= {"sku": variant.sku, "seller_code": variant.seller_code or "", "pack": variant.name}
    known |= {"set": product.product_set.number, "origin": product.origin.name, "price": variant.price_vnd}
    known |= {name: getattr(variant, name) for name in ("net_grams", "gross_grams", "minimum", "multiple")}
    tiers = [(tier.least_quantity, tier.price_vnd) for tier in variant.tiers]
    for place in TIERS:
        least, price = tiers[place - 1] if place <= len(tiers) else (None, None)
        known |= {f"from_{place}": least, f"tier_{place}": price}
    return known | {"stock": on_hand, "seen_stock": on_hand}


def goods_of(seller_id: int) -> list[dict[str, Any]]:
    """Everything that the producer offers, a row a pack."""
    variants = own_variants(seller_id)
    figures = inventory.figures([variant.id for variant in variants])
    return [told(variant, figures[variant.id].on_hand) for variant in variants]


@dataclass(slots=True)
class Checked:
    """One row as it would be written."""

    number: int
    cells: dict[str, Any]
    wished: dict[str, Any]
    kind: RowKind = RowKind.UNCHANGED
    sku: str | None = None
    title: str = ""
    has_moved_stock: bool = False
    changes: list[list[Any]] = field(default_factory=list)
    faults: list[list[str]] = field(default_factory=list)


class Checker:
    """Compares the lines of a file with the producer's goods, one by one."""

    def __init__(self, seller_id: int) -> None:
        """Everything that is compared, read at once."""
        self.seller_id = seller_id
        self.goods = {row["sku"]: row for row in goods_of(seller_id)}
        self.codes = {row["seller_code"]: row for row in self.goods.values() if row["seller_code"]}
        self.names = {_name_of(row): row for row in self.goods.values()}
        self.products = {lowered(row["name"]): row for row in self.goods.values()}
        self.sets = {fold(str(word)): one.number for one in catalogue.sets() for word in (one.number, one.name)}
        self.places = {fold(one.name): one.slug for one in [*places.all_today(), *places.all_old()]}
        self.foreign: set[str] = set()
        self.seen: dict[str, int] = {}

    def check(self, goods: Goods) -> list[Checked]:
        """Each line, in its order."""
        self.foreign = _foreign(self.seller_id, goods.lines)
        return [self._checked(line) for line in goods.lines]

    def _checked(self, line: Line) -> Checked:
        wished, faults = read_cells(line)
        row = Checked(line.number, {key: plain(cell)[:500] for key, cell in line.cells.items()}, wished)
        row.faults = [list(fault) for fault in faults]
        known = self._known(row)
        row.title = " · ".join(
            str((wished or known or {}).get(key) or (known or {}).get(key, "")) for key in ("name", "pack")
        )[:260]
        if not row.faults:
            self._compare(row, known) if known else self._make(row)
        if not row.faults:
            self._only_once(row)
        if row.faults:
            row.kind = RowKind.WRONG
        return row

    def _known(self, row: Checked) -> dict[str, Any] | None:
        """The pack that a row is about: by its code here, by the producer's own, by its names."""
        sku, code = str(row.wished.get("sku", "")).upper(), row.wished.get("seller_code")
        if sku and sku not in self.goods:
            ours = (
                _("This code belongs to goods of another producer.")
                if sku in self.foreign
                else _("You have no goods with this code.")
            )
            row.faults.append(["sku", ours])
            return None
        return self.goods.get(sku) or (self.codes.get(code) if code else None) or self.names.get(_name_of(row.wished))

    def _compare(self, row: Checked, known: dict[str, Any]) -> None:
        row.sku = known["sku"]
        for key, value in row.wished.items():
            if key not in NO_CHANGE and value != (known[key] or ("" if isinstance(value, str) else 0)):
                row.changes.append([key, known[key], value])
        self._compare_stock(row, known)
        self._check_sense({**known, **row.wished}, row)
        row.kind = RowKind.CHANGED if row.changes else RowKind.UNCHANGED

    def _compare_stock(self, row: Checked, known: dict[str, Any]) -> None:
        """A figure that nobody touched is no wish; one that was touched is asked about if the shelf moved meanwhile."""
        seen, wished = row.wished.get("seen_stock"), row.wished.get("stock")
        if wished is None:
            return
        if seen is not None and wished == seen:
            row.changes = [change for change in row.changes if change[0] != "stock"]
        elif wished != known["stock"]:
            row.has_moved_stock = seen is not None and seen != known["stock"]

    def _make(self, row: Checked) -> None:
        """A new product, or a new pack of one that is there or came further up."""
        name = lowered(row.wished.get("name", ""))
        is_pack = name in self.products
        for key in OF_PACK if is_pack else NEEDED:
            if key not in row.wished:
                row.faults.append([key, _("This is needed for something new.")])
        row.kind = RowKind.NEW
        if not is_pack:
            self._place(row)
        self._check_sense(row.wished, row)
        row.changes = [
            [key, None, value]
            for key, value in row.wished.items()
            if key in BY_KEY and key not in ("sku", "seen_stock")
        ]
        if not row.faults:
            self.products[name] = row.wished

    def _place(self, row: Checked) -> None:
        for key, known, sentence in (
            ("set", self.sets, _("No product set is called so. Use its number, 1 to 26.")),
            ("origin", self.places, _("No province is called so.")),
        ):
            if key in row.wished:
                found = known.get(fold(str(row.wished[key])))
                if found is None:
                    row.faults.append([key, sentence])
                else:
                    row.wished[f"{key}_key"] = found

    def _check_sense(self, whole: dict[str, Any], row: Checked) -> None:
        """What belongs together has to agree."""
        if (whole.get("minimum") or 1) % (whole.get("multiple") or 1):
            row.faults.append(["minimum", _("The least quantity has to be a multiple of the step.")])
        if (whole.get("net_grams") or 0) > (whole.get("gross_grams") or 0):
            row.faults.append(["gross_grams", _("With its packing a pack cannot weigh less than without it.")])
        least, price = 1, whole.get("price") or 0
        for place in TIERS:
            start, each = whole.get(f"from_{place}"), whole.get(f"tier_{place}")
            if start and each:
                if start <= least or each >= price:
                    row.faults.append([f"tier_{place}", _("A larger quantity must have a lower price.")])
                least, price = start, each
            elif start or (each and start is None):
                missing = f"tier_{place}" if start else f"from_{place}"
                row.faults.append([missing, _("A wholesale price needs both: a quantity and a price.")])

    def _only_once(self, row: Checked) -> None:
        """Two rows about one pack contradict each other."""
        code = row.wished.get("seller_code")
        names = [row.sku or "|".join(_name_of(row.wished)), *([f"#{code}"] if code else [])]
        for name in names:
            if self.seen.setdefault(name, row.number) != row.number:
                row.faults.append(["name", _("This pack stands in row %(number)s already.", number=self.seen[name])])
                return
        holder = self.codes.get(code) if code else None
        if holder and holder["sku"] != row.sku:
            row.faults.append(["seller_code", _("Another of your packs has this code already.")])


def _name_of(row: dict[str, Any]) -> tuple[str, str]:
    return lowered(str(row.get("name", ""))), lowered(str(row.get("pack", "")))


def _foreign(seller_id: int, lines: Iterable[Line]) -> set[str]:
    """Codes in the file that other producers' goods have."""
    asked = {plain(line.cells.get("sku")).strip().upper()[:20] for line in lines} - {""}
    others = select(Variant.sku).where(Variant.sku.in_(asked), Variant.seller_id != seller_id)
    return set(db.session.scalars(others)) if asked else set()


def head_of(key: str) -> str:
    """What a column is called."""
    return BY_KEY[key].head if key in BY_KEY else key
