"""The communes of a province as JSON, for the address form's own script."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from marketplace.core.refusals import NotSeen
from marketplace.places import bp, queries

DAY = 24 * 3600


@bp.get("/<slug>/wards.json")
def wards(slug: str) -> ResponseReturnValue:
    """The wards, communes and special zones of a province: code and name, in the order of the list."""
    province = queries.province_by_slug(slug, today=True)
    if province is None:
        raise NotSeen
    response = jsonify([{"code": ward.code, "name": ward.name} for ward in queries.wards_of(province)])
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response
