"""The routes: /api/v1 in five modules, and the pages where people make tokens and webhooks."""

from flask import Flask

from marketplace.api.views import agreements, described, orders, prices, public, stock
from marketplace.api.views.pages import bp

__all__ = ["agreements", "described", "orders", "prices", "public", "stock"]


def register(app: Flask) -> None:
    """Hang the pages into the application; the operations have their own blueprint."""
    app.register_blueprint(bp)
