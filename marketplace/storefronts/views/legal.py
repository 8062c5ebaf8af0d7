"""What the law asks a marketplace to publish."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.storefronts import bp


@bp.get("/about")
def about() -> ResponseReturnValue:
    """Who runs the market and what it is."""
    return render_template("storefronts/about.html")


@bp.get("/terms")
def terms() -> ResponseReturnValue:
    """The terms of use, with their version."""
    return render_template("storefronts/terms.html")


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What is kept about people, and their rights in it."""
    return render_template("storefronts/privacy.html")


@bp.get("/delivery-and-returns")
def delivery() -> ResponseReturnValue:
    """How goods travel and how they and money come back."""
    return render_template("storefronts/delivery.html")


@bp.get("/complaints")
def complaints() -> ResponseReturnValue:
    """Where to turn when something went wrong, and how soon an answer comes."""
    return render_template("storefronts/complaints.html")
