"""A market of the 161 kinds of goods with their real names, made once: tests that only read share it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import ROOT, Settings
from tests.databases import Databases

LISTINGS = ROOT / "marketplace/demo/data/listings.json"


@pytest.fixture(scope="session")
def market(databases: Databases, settings: Settings, worker_name: str) -> Iterator[Flask]:
    """The app on a database of its own that holds the market; nothing may be written to it."""
    from marketplace import create_app
    from marketplace.core.database import db

    database = databases.create(f"{worker_name}_market")
    app: Flask = create_app(replace(settings, database_url=database.url))
    with app.app_context():
        fill()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    database.remove()


@pytest.fixture
def shop_window(market: Flask) -> Iterator[Flask]:
    """The market inside a request, as lists are read."""
    with market.test_request_context("/products"):
        yield market


def fill() -> None:
    """Make the goods, each from a producer of its province, the popular ones first in the file."""
    from marketplace.catalogue import services
    from marketplace.core.database import writing
    from marketplace.places import services as places

    with writing():
        places.load()
        services.load_sets()
        rows = json.loads(Path(LISTINGS).read_text(encoding="utf-8"))["listings"]
        services.index([_product(row, 1000 - number) for number, row in enumerate(rows)])


def _product(row: dict[str, Any], popularity: int) -> Any:
    from marketplace.catalogue.models import ALL_MONTHS
    from marketplace.core.database import db
    from tests import factories

    season = sum(1 << (month - 1) for month in row["season"]) if row["season"] else ALL_MONTHS
    texts = {name: row[name] for name in ("name_en", "place", "unit")}
    made = factories.product(
        _seller(row["origin"]),
        row["name"],
        slug=row["id"],
        origin=row["origin"],
        set_number=row["set"],
        price_vnd=row["price_vnd"],
        star=row["star"],
        stock=None if row["by_request_only"] else 10,
        summary=row["summary_vi"],
        ingredients=row["ingredients_vi"] or "",
        keywords=", ".join(row["keywords"]),
        season_months=season,
        popularity=popularity,
        **texts,
    )
    db.session.refresh(made)
    return made


def _seller(origin: str) -> Any:
    from marketplace.accounts.models import Organisation
    from marketplace.core.database import db
    from tests import factories

    name = f"Hợp tác xã {factories.province(origin).name}"
    return db.session.query(Organisation).filter_by(name=name).first() or factories.organisation(
        name=name, province_slug=origin
    )
