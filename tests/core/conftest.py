"""Facilities are tested inside an application, without a request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def inside(app: Flask) -> Iterator[Flask]:
    """The app on its fresh database, with its context pushed."""
    with app.app_context():
        yield app
