"""Provinces and product sets are read once a process, and what changes is seen."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import update

from marketplace.catalogue.models import ProductSet
from marketplace.catalogue.queries.names import names
from marketplace.core import clock, reference
from marketplace.core.database import db, writing
from tests import factories


def named() -> list[str]:
    return [one.name for one in names().sets]


def test_a_change_of_this_process_is_seen_at_once(app: Flask) -> None:
    with app.app_context():
        with writing():
            made = factories.product_set(6)
        assert named() == ["Bộ 6"]
        with writing():
            db.session.get_one(ProductSet, made.id).name = "Bộ khác"
            db.session.flush()
            assert named() == ["Bộ khác"]
        assert named() == ["Bộ khác"]


def test_a_change_of_another_process_is_seen_after_a_minute(app: Flask, frozen: Any) -> None:
    with app.app_context():
        with writing():
            factories.product_set(6)
        at = frozen(clock.now())
        assert named() == ["Bộ 6"]
        with writing():
            db.session.execute(update(ProductSet).values(name="Bộ khác"))
        assert named() == ["Bộ 6"]
        frozen(at + reference.OLDEST + (reference.OLDEST / 60))
        assert named() == ["Bộ khác"]
