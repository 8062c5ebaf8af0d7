"""Loading the demonstration into an empty database; a second call changes nothing."""

from __future__ import annotations

import click
from flask import current_app
from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue import jobs
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import ProductSet
from marketplace.contracts.services import rules, seals
from marketplace.core import migrating
from marketplace.core.database import db, writing
from marketplace.core.refs import Counter
from marketplace.demo import accounts, agreements, goods, history, joining, mishaps, money, producers, talks
from marketplace.demo.reading import rows
from marketplace.inventory import jobs as stock_jobs
from marketplace.places import services as places
from marketplace.places.models import Province, Ward

MARK = "operator@demo.example"
FINISHED = "demo"
BATCH = 40


def load() -> str:
    """Make the whole market; refuses a database that holds anything else. Answers a sentence."""
    if _is_finished():
        return "The demonstration is loaded already."
    if _is_begun():
        return reset()
    if db.session.scalar(select(Person.id)) or db.session.scalar(select(Organisation.id)):
        raise click.ClickException("This database holds other data: the demonstration loads only into an empty one.")
    try:
        seals.seal_of(current_app.config["SETTINGS"])
    except seals.NoSeal:
        raise click.ClickException("Set DEMO=1: its contracts get a seal that is worth nothing.") from None
    with writing():
        places.load()
        catalogue.load_sets()
        rules.load()
    with writing():
        _people_and_goods()
    db.session.expunge_all()
    history.make()
    money.make()
    mishaps.make()
    talks.make()
    joining.make()
    agreements.make()
    _stock()
    stock_jobs.follow_calendar()
    jobs.refresh_popularity()
    jobs.rebuild_search()
    with writing():
        db.session.add(Counter(name=FINISHED, last=1))
    return f"The demonstration is loaded: {len(rows('listings'))} products."


def _is_begun() -> bool:
    """Its first account is there, perhaps from a loading that was cut off."""
    return db.session.scalar(select(Person.id).where(Person.email == MARK)) is not None


def _is_finished() -> bool:
    return db.session.scalar(select(Counter.id).where(Counter.name == FINISHED)) is not None


def _people_and_goods() -> None:
    provinces = {province.slug: province for province in db.session.scalars(select(Province))}
    wards = {ward.code: ward for ward in db.session.scalars(select(Ward))}
    sets = {one.number: one for one in db.session.scalars(select(ProductSet))}
    sellers = producers.make(provinces, wards)
    accounts.make(provinces, sellers)
    goods.make(provinces, sellers, sets)


def _stock() -> None:
    kinds = rows("listings")
    for start in range(0, len(kinds), BATCH):
        with writing():
            goods.stock(kinds[start : start + BATCH])
        db.session.expunge_all()


def reset() -> str:
    """Delete the demonstration and load it anew; any other data stays untouched."""
    if not _is_begun():
        raise click.ClickException("There is no demonstration in this database.")
    db.session.rollback()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    migrating.downgrade(app)
    migrating.upgrade(app)
    return load()
