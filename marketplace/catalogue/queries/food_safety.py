"""Papers on food safety of producers, and which goods need one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from marketplace.catalogue.models import FoodSafetyPaper, Product, ProductSet, Variant
from marketplace.catalogue.queries.groups import Industry, sets_by_industry
from marketplace.core.database import db

# what people eat and drink (Luật An toàn thực phẩm 55/2010/QH12); remedies have rules of their own
FOOD = (Industry.FOOD, Industry.DRINKS)


def food_sets() -> list[int]:
    """The numbers of the sets of products that hold food and drinks."""
    known = sets_by_industry()
    return [number for industry in FOOD for number in known[industry]]


def food_safety_papers(seller_id: int) -> list[FoodSafetyPaper]:
    """A producer's papers, the one that lasts longest first."""
    mine = select(FoodSafetyPaper).where(FoodSafetyPaper.seller_id == seller_id)
    return list(db.session.scalars(mine.order_by(FoodSafetyPaper.valid_until.desc(), FoodSafetyPaper.id.desc())))


def food_safety_paper(seller_id: int, number: str) -> FoodSafetyPaper | None:
    """The paper of a producer with this number."""
    mine = (FoodSafetyPaper.seller_id == seller_id) & (FoodSafetyPaper.number == number)
    return db.session.scalar(select(FoodSafetyPaper).where(mine))


def is_food(skus: Iterable[str]) -> bool:
    """Whether any of these packs holds something to eat or to drink."""
    packs = select(Variant.id).join(Product, Product.id == Variant.product_id).join(Product.product_set)
    eaten = packs.where(Variant.sku.in_(sorted(set(skus))), ProductSet.number.in_(food_sets()))
    return db.session.scalar(eaten.limit(1)) is not None
