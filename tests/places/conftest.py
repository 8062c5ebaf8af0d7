"""A market whose official lists are loaded, once a module: the tests of places hardly write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace.core.database import db, writing
from marketplace.places import services
from tests.access.world import market, own_name
from tests.clients import Client
from tests.databases import Databases


@pytest.fixture(scope="module")
def loaded(
    databases: Databases, worker_folder: Path, worker_name: str, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    with market(databases, worker_folder, own_name(request, worker_name)) as app:
        with app.app_context(), writing():
            services.load()
        yield app


@pytest.fixture
def places(loaded: Flask) -> Iterator[Flask]:
    """The market, with its context."""
    with loaded.app_context():
        yield loaded
        db.session.remove()


@pytest.fixture
def visitor(loaded: Flask) -> Client:
    """Somebody who looks at its pages."""
    return Client(loaded)
