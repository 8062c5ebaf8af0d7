"""Accounts: people, their organisations (producer, buyer, department, operator) and roles, signing in and up.

An organisation is pending, verified or suspended; only a verified producer sells. Uses places.
"""

from flask import Blueprint, Flask

bp = Blueprint("accounts", __name__)


def register(app: Flask) -> None:
    """Hang the pages and the source of actors into the application."""
    from marketplace.accounts import jobs, panels, personal, policies, reactions, signing_in, views  # noqa: F401

    signing_in.register(app)
    app.register_blueprint(bp)
