"""Orders: cart, checkout, one purchase a confirmation, one order a seller, shipping, timelines and reviews.

An order goes awaiting_payment → placed → confirmed → shipped → delivered → completed, or ends cancelled or back with
the seller. Uses inventory for holds, the catalogue for prices, accounts and places; payments listens to its events.
"""

from flask import Blueprint, Flask

bp = Blueprint("orders", __name__)


def register(app: Flask) -> None:
    """Hang the pages, panels and jobs into the application."""
    from marketplace.orders import jobs, panels, personal, policies, reactions, subjects, views  # noqa: F401

    views.carts.register(app)
    app.register_blueprint(bp)
