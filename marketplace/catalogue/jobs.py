"""What the catalogue does by itself: counts of the list are added up, every night stars end and popularity is ordered.

The search index and the counts are written anew when an operator asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue import services
from marketplace.catalogue.models import ListingChange, Product
from marketplace.core import clock, search
from marketplace.core.database import db, gather_statistics, writing
from marketplace.core.outbox import every, handles

KIND = "product"
INDEX_SELLER = "catalogue.index_seller"
BATCH = 200


@every(timedelta(days=1), "catalogue.refresh_popularity")
def refresh_popularity() -> None:
    """Order all products anew by what people bought and said of them, some at a time."""
    for ids in _batches():
        with writing():
            services.refresh_popularity(ids)


def _has_changes() -> bool:
    return db.session.scalar(select(ListingChange.id).limit(1)) is not None


@every(timedelta(minutes=1), "catalogue.add_up_counts", when=_has_changes)
def add_up_counts() -> None:
    """Add the changes of the list's counts up, some at a time: lists are right without it, but slower."""
    more = True
    while more:
        with writing():
            more = services.add_up() > 0


@every(timedelta(hours=1), "catalogue.forget_older_changes")
def forget_older_changes() -> None:
    """Only the last change of each page is ever asked for; the others go, some at a time."""
    more = True
    while more:
        with writing():
            more = services.forget_older_changes() > 0


def _is_left_to_us() -> bool:
    return db.engine.dialect.name == "sqlite"


@every(timedelta(hours=1), "catalogue.gather_statistics", when=_is_left_to_us)
def look_at_tables() -> None:
    """Let SQLite look at its tables, so that lists with several filters take the short way in a market of any size."""
    with writing():
        gather_statistics()


@every(timedelta(days=1), "catalogue.end_stars")
def end_stars() -> None:
    """Take the stars away whose certificates have ended; nobody has seen them since."""
    ended = select(Product.id).where(Product.star_until < clock.today()).order_by(Product.id)
    ids = db.session.scalars(ended).all()
    for start in range(0, len(ids), BATCH):
        with writing():
            services.end_stars(ids[start : start + BATCH])


@handles(INDEX_SELLER)
def index_seller(seller: str) -> None:
    """Write the search entries of a producer's goods anew, some at a time."""
    hers = select(Product.id).join(Organisation, Organisation.id == Product.seller_id).where(Organisation.ref == seller)
    ids = db.session.scalars(hers.order_by(Product.id)).all()
    for start in range(0, len(ids), BATCH):
        with writing():
            services.index(_with_words(ids[start : start + BATCH]))


def rebuild_search() -> str:
    """Write the whole index and the counts anew, some products at a time; people find the old entries meanwhile."""
    with writing():
        services.count_anew()
    add_up_counts()
    with writing():
        search.forget_words(KIND)
    written = 0
    for ids in _batches():
        with writing():
            services.index(_with_words(ids))
        written += len(ids)
    with writing():
        gather_statistics()
    return f"{written} products are in the search index."


def _batches() -> Iterator[Sequence[int]]:
    """The ids of all products, some at a time, each batch read when it is its turn."""
    last = 0
    while ids := db.session.scalars(
        select(Product.id).where(Product.id > last).order_by(Product.id).limit(BATCH)
    ).all():
        last = ids[-1]
        yield ids


def _with_words(ids: Sequence[int]) -> list[Product]:
    """Products with everything that their documents are made of."""
    single = (joinedload(one) for one in (Product.seller, Product.product_set, Product.origin, Product.origin_now))
    several = (selectinload(Product.variants), selectinload(Product.certificates))
    return list(db.session.scalars(select(Product).where(Product.id.in_(ids)).options(*single, *several)))
