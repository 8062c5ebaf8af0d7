"""Inventory: how many packs there are, which lots, how many are promised, and every movement.

A hold is held, then taken or released; one that was released may be renewed. Packs made to order are promised out of
the capacity of days and come into stock when they are shipped. Uses the catalogue, which it tells what can be had.
"""

from flask import Blueprint, Flask

bp = Blueprint("inventory", __name__)


def register(app: Flask) -> None:
    """Hang the stock pages of the desk into the application."""
    from marketplace.inventory import jobs, panels, policies, views  # noqa: F401

    app.register_blueprint(bp)
