"""API: the same services over JSON for programs, personal tokens, and webhooks that tell programs of orders.

An address that is told is active, paused by its people, or disabled after failing for days; a message to one waits,
was delivered, or is given up. Uses every feature below; none knows it. `operations` holds what a route takes and gives,
and /api/v1/openapi.json is written from that.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Hang the API, its pages, panels, reactions and jobs into the application."""
    from marketplace.api import bearer, jobs, operations, panels, personal, policies, problems, reactions, views  # noqa: F401

    views.register(app)
    problems.register(app)
    bearer.register()
    operations.register(app)
