"""The counts of the list: changes that triggers noted are added up now and then, or everything is counted anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.orm import aliased

from marketplace.catalogue.models import ListingChange, ListingCount, PageChange, Product
from marketplace.catalogue.queries.filters import visible
from marketplace.catalogue.queries.tallies import CELL, projected
from marketplace.core.database import db, insert_into

BATCH = 1_000
ROWS_A_STATEMENT = 2_000


def add_up(most: int = BATCH) -> int:
    """Add some of the noted changes to the counts and forget them; answers how many there were."""
    oldest = select(ListingChange.id).order_by(ListingChange.id).limit(most)
    values = (getattr(ListingChange, name) for name in (*CELL, "number"))
    noted = db.session.execute(delete(ListingChange).where(ListingChange.id.in_(oldest)).returning(*values)).all()
    _add(noted)
    return len(noted)


def count_anew() -> None:
    """Forget all counts and note every visible product, to be added up; those who write to products wait meanwhile."""
    if db.engine.dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("LOCK TABLE products, organisations IN SHARE MODE")
    db.session.execute(delete(ListingChange))
    db.session.execute(delete(ListingCount))
    star = case((Product.star_until.is_not(None), func.coalesce(Product.star, 0)), else_=0)
    shared = [star if name == "star" else getattr(Product, name) for name in CELL]
    cells = select(*shared, func.count()).where(visible()).group_by(*shared)
    db.session.execute(insert(ListingChange).from_select([*CELL, "number"], cells))


def forget_older_changes(most: int = BATCH) -> int:
    """Forget what changed on pages before their last change; answers how many rows went."""
    newer = aliased(PageChange)
    is_older = select(newer.id).where(newer.scope == PageChange.scope, newer.id > PageChange.id).exists()
    older = select(PageChange.id).where(is_older).order_by(PageChange.id).limit(most)
    return len(db.session.scalars(delete(PageChange).where(PageChange.id.in_(older)).returning(PageChange.id)).all())


def _add(cells: Iterable[Any]) -> None:
    """Rows are written in one order, so that two who add up never wait for each other in a ring."""
    sums: Counter[tuple[str, int, str, int]] = Counter()
    for cell in cells:
        for key in projected(cell):
            sums[key] += cell.number
    rows = iter(sorted(sums.items()))
    names = ("given", "given_value", "facet", "value", "number")
    while part := list(islice(rows, ROWS_A_STATEMENT)):
        fresh = insert_into(ListingCount).values(
            [dict(zip(names, (*key, number), strict=True)) for key, number in part]
        )
        grown = {"number": ListingCount.number + fresh.excluded.number}
        db.session.execute(fresh.on_conflict_do_update(index_elements=list(names[:4]), set_=grown))
