"""Places: the 34 provinces and 3,321 communes of today, the 63 provinces of before 1 July 2025, and how they map.

Places have no states and use no other feature. Goods keep the unit they come from; people find them under both names.
"""

from flask import Blueprint, Flask

bp = Blueprint("places", __name__, url_prefix="/places")


def register(app: Flask) -> None:
    """Hang the list of communes, which address forms fetch, into the application."""
    from marketplace.places import views  # noqa: F401

    app.register_blueprint(bp)
