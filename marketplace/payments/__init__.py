"""Payments: how an order's money reaches its seller (VietQR, card, cash on delivery), refunds and the ledger.

A payment is awaited, declared, looked at, received or no longer due; `settle()` is the one path to "received". Uses
orders, whose events it answers inside the same transaction.
"""

from flask import Blueprint, Flask

bp = Blueprint("payments", __name__)


def register(app: Flask) -> None:
    """Hang the methods, pages, panels and jobs into the application."""
    from marketplace.orders import methods
    from marketplace.payments import jobs, panels, personal, policies, reactions, views  # noqa: F401
    from marketplace.payments.providers import card, cod, transfer

    for method in (transfer.METHOD, card.METHOD, cod.METHOD):
        methods.offer(method)
    app.register_blueprint(bp)
