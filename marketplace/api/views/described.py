"""The document of the API, and what a program asks that only wants to know where things are."""

from __future__ import annotations

import json
from functools import lru_cache

from flask import Response, request
from flask.typing import ResponseReturnValue

from marketplace.api import describing
from marketplace.api.operations import bp
from marketplace.web.security import settings

HOUR = 3600


@lru_cache(maxsize=4)
def _written(site_url: str) -> bytes:
    return json.dumps(describing.document(site_url), ensure_ascii=False, indent=1).encode()


@bp.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """What the API can do, for programs."""
    response = Response(_written(settings().site_url), mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.add_etag()
    return response.make_conditional(request)
