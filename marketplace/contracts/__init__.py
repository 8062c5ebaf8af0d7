"""Contracts: requests and quotes, then agreements between two provinces: negotiated, signed, performed, closed.

A paper goes draft → negotiating → agreed → in_review → ready → signing → active, and a contract lives on until it is
completed, expired or terminated. Annexes and minutes are papers of the same kind. Uses orders for call-offs, messages
for talk, the catalogue for goods, accounts for the two sides and their departments.
"""

from flask import Blueprint, Flask

bp = Blueprint("contracts", __name__)


def register(app: Flask) -> None:
    """Hang the pages, panels and jobs into the application."""
    from marketplace.contracts import jobs, models, panels, personal, policies, reactions, subjects, views  # noqa: F401
    from marketplace.contracts.services import seals

    seals.check(app.config["SETTINGS"])
    app.register_blueprint(bp)
