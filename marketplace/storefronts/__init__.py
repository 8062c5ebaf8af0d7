"""Storefronts: what everybody sees (home, listing, product, shop, province) and the producer's desk home and products.

No states of its own; shows the catalogue's goods, the accounts' producers and the panels that higher features hang.
"""

from flask import Blueprint, Flask

bp = Blueprint("storefronts", __name__)


def register(app: Flask) -> None:
    """Hang the pages into the application."""
    from marketplace.storefronts import jobs, panels, personal, policies, subjects, views  # noqa: F401

    app.register_blueprint(bp)
    app.jinja_env.globals["agreed_on"] = views.cards.agreed_on
