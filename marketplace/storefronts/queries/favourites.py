"""What a person keeps, and cards of goods that a browser remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.catalogue.queries import Card
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.storefronts.models import Favourite

MOST_KEPT = 300
MOST_CARDS = 24


@dataclass(frozen=True, slots=True)
class Kept:
    """A favourite as its owner sees it: the card, what it cost from when she kept it (đồng), and since when."""

    card: Card
    price_then_vnd: int
    since: datetime
    on_sale: bool

    @property
    def fell_by_vnd(self) -> int:
        """How much less it costs now, 0 where it does not."""
        return max(0, self.price_then_vnd - self.card.price_vnd) if self.on_sale else 0


def kept_slugs(actor: Actor) -> list[str]:
    """The addresses of everything that a person keeps, the last first; nobody else keeps anything here."""
    own = select(Product.slug).join(Favourite, Favourite.product_id == Product.id)
    own = own.where(Favourite.person_id == actor.person_id).order_by(Favourite.id.desc()).limit(MOST_KEPT)
    return list(db.session.scalars(own)) if actor.person_id else []


def is_kept(actor: Actor, product: Product) -> bool:
    """Whether the person keeps this one."""
    own = select(Favourite.id).where(Favourite.person_id == actor.person_id, Favourite.product_id == product.id)
    return bool(actor.person_id) and db.session.scalar(own) is not None


def kept_by(actor: Actor) -> list[Kept]:
    """Everything that a person keeps, the last first, also what is no longer on sale; one query."""
    on_sale = case((catalogue.visible(), 1), else_=0).label("on_sale")
    rows = catalogue.card_rows().add_columns(Favourite.price_vnd.label("then"), Favourite.created_at, on_sale)
    rows = rows.join(Favourite, Favourite.product_id == Product.id).where(Favourite.person_id == actor.person_id)
    found = db.session.execute(rows.order_by(Favourite.id.desc()).limit(MOST_KEPT))
    return [Kept(catalogue.card_of(row), row.then, row.created_at, bool(row.on_sale)) for row in found]


def cards_of(slugs: Sequence[str]) -> list[Card]:
    """Cards of these goods in this order, those on sale; one query."""
    wanted = list(dict.fromkeys(slugs))[:MOST_CARDS]
    found = catalogue.cards(catalogue.card_rows().where(catalogue.visible(), Product.slug.in_(wanted)))
    return sorted(found, key=lambda card: wanted.index(card.slug))
