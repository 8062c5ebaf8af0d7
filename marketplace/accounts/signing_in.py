"""Who is signed in: the session names a person and her current organisation."""

from flask import Flask


def register(app: Flask) -> None:
    """Find the actor of each request."""
