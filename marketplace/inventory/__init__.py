"""Inventory: how many packs there are, which lots, how many are promised, and every movement.

A hold is held, then taken or released. Uses the catalogue, whose availability it keeps.
"""

from flask import Blueprint, Flask

bp = Blueprint("inventory", __name__)


def register(app: Flask) -> None:
    """Hang the stock pages of the desk into the application."""
    from marketplace.inventory import jobs, panels, policies, views  # noqa: F401

    app.register_blueprint(bp)
