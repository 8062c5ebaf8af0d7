"""The schema's history, walked down and up with rows in the tables, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, select, text

from marketplace.catalogue.models import AgreedPrice
from marketplace.contracts.services import suspending
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core import clock, migrating
from marketplace.core.database import Base, db, writing
from tests import factories
from tests.conftest import built, settings_on
from tests.contracts import performing as perform
from tests.contracts.making import agreement_in, two_sides
from tests.databases import Databases

REVISIONS = [
    script.revision
    for script in ScriptDirectory.from_config(migrating.alembic_config()).walk_revisions()
    if script.down_revision is not None
]


# a picture without its file is nothing, and what changed on pages is only told to those who keep pages in memory
NOT_KEPT = {"pictures", "page_changes"}


@pytest.fixture
def own(databases: Databases, worker_name: str, tmp_path: Path) -> Iterator[Flask]:
    """An app whose database nobody else uses, with a few rows in it."""
    made = databases.create(f"migrated_{worker_name}")
    app = built(replace(settings_on(made.url, tmp_path)))
    with app.app_context():
        factories.product(factories.seller())
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    made.remove()


def counts(app: Flask) -> dict[str, int]:
    """How many rows each table of the first migration holds."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in inspect(connection).get_table_names()
            if name in Base.metadata.tables and name not in NOT_KEPT
        }


def guards(app: Flask) -> list[str]:
    """Every trigger of the database by name."""
    by_engine = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    }
    with app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(text(by_engine[connection.dialect.name])).scalars())


@pytest.mark.parametrize("revision", REVISIONS)
def test_down_and_up_again_keeps_rows_and_guards(own: Flask, revision: str) -> None:
    rows, triggers = counts(own), guards(own)
    migrating.downgrade(own, f"{revision}")
    migrating.downgrade(own, "-1")
    migrating.upgrade(own)
    assert {name: count for name, count in counts(own).items() if name in rows} == rows
    assert guards(own) == triggers


def test_all_the_way_down_leaves_nothing(own: Flask) -> None:
    migrating.downgrade(own)
    with own.app_context(), db.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrating.upgrade(own)
    assert set(counts(own).values()) == {0}


def test_agreed_prices_are_taken_over_from_contracts_in_force(own: Flask) -> None:
    """The book of a contract in force says them; one that is called up, suspended or still written has none."""
    with own.app_context():
        sides = two_sides(departments=False)
        kept, up, stopped = (perform.contract_in_force(sides) for _ in range(3))
        agreement_in(AgreementState.NEGOTIATING, sides)
        perform.call(up, sides, L1=1260)
        with writing():
            suspending.suspend(stopped, "Kho đang sửa.", clock.today(), by=sides.actor(Side.SELLER))
        before = agreed_prices()
        assert [basis for basis, *_ in before] == [kept.ref]
        db.session.remove()
    migrating.downgrade(own, "0024_rules")
    migrating.upgrade(own)
    with own.app_context():
        assert agreed_prices() == before


def agreed_prices() -> list[tuple[Any, ...]]:
    """What the catalogue holds of contracts."""
    columns = [
        getattr(AgreedPrice, name)
        for name in ("basis", "buyer_id", "variant_id", "price_vnd", "valid_from", "valid_to")
    ]
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(AgreedPrice.id))]


def test_models_and_migrations_agree(own: Flask) -> None:
    def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        is_search = kind == "table" and str(name).startswith("search_")
        return not (reflected and (is_search or (kind == "index" and str(name).endswith("_popular"))))

    with own.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
        assert compare_metadata(context, Base.metadata) == []
