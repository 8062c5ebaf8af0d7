"""Loading the demonstration into an empty database; a second call changes nothing."""

from __future__ import annotations

import click
from flask import current_app
from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue import jobs
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Product, ProductSet
from marketplace.core import migrating
from marketplace.core.database import db, writing
from marketplace.demo import accounts, goods, history, producers
from marketplace.demo.history import Market
from marketplace.demo.reading import rows
from marketplace.places import services as places
from marketplace.places.models import Province, Ward

MARK = "operator@demo.example"
BATCH = 40


def load() -> str:
    """Make the whole market; refuses a database that holds anything else. Answers a sentence."""
    if db.session.scalar(select(Person.id).where(Person.email == MARK)) is not None:
        return "The demonstration is loaded already."
    if db.session.scalar(select(Person.id)) or db.session.scalar(select(Organisation.id)):
        raise click.ClickException("This database holds other data: the demonstration loads only into an empty one.")
    with writing():
        places.load()
        catalogue.load_sets()
    market = _people_and_goods()
    history.make(market)
    _stock(market.products)
    with writing():
        catalogue.refresh_popularity()
    jobs.rebuild_search()
    return f"The demonstration is loaded: {len(market.products)} products."


def _people_and_goods() -> Market:
    with writing():
        provinces = {province.slug: province for province in db.session.scalars(select(Province))}
        wards = {ward.code: ward for ward in db.session.scalars(select(Ward))}
        sets = {one.number: one for one in db.session.scalars(select(ProductSet))}
        sellers = producers.make(provinces, wards)
        people = accounts.make(provinces, wards, sellers)
        made = goods.make(provinces, sellers, sets)
    return Market(made, people, provinces, wards)


def _stock(products: dict[str, Product]) -> None:
    kinds = rows("listings")
    for start in range(0, len(kinds), BATCH):
        with writing():
            goods.stock(products, kinds[start : start + BATCH])


def reset() -> str:
    """Delete the demonstration and load it anew; any other data stays untouched."""
    if db.session.scalar(select(Person.id).where(Person.email == MARK)) is None:
        raise click.ClickException("There is no demonstration in this database.")
    db.session.rollback()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    migrating.downgrade(app)
    migrating.upgrade(app)
    return load()
