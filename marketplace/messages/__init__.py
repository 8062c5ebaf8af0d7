"""Messages: conversations about a product, a shop or an order between whoever asks and the organisation that answers.

A message is shown or hidden by the operator; its words never change. Higher features say in `subjects` what may be
talked about and by whom. Uses accounts for people and organisations.
"""

from flask import Blueprint, Flask

bp = Blueprint("messages", __name__)


def register(app: Flask) -> None:
    """Hang the pages, panels and jobs into the application."""
    from marketplace.messages import jobs, panels, personal, policies, views  # noqa: F401

    app.register_blueprint(bp)
