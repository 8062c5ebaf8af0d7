"""Styles, scripts and pictures of the site, each under an address that changes when any of them does."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from config import ROOT

STATIC = ROOT / "static"
YEAR = 365 * 24 * 3600
bp = Blueprint("assets", __name__)
mimetypes.add_type("image/webp", ".webp")
mimetypes.add_type("text/javascript", ".js")


@lru_cache
def version() -> str:
    """A short digest of everything below static/."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@lru_cache
def _stylesheet() -> bytes:
    css = STATIC / "css"
    first = [css / name for name in ("tokens.css", "base.css", "layouts.css")]
    files: list[Path] = [path for path in first if path.exists()] + sorted((css / "components").glob("*.css"))
    return b"\n".join(path.read_bytes() for path in files)


def asset(path: str) -> str:
    """The address of a file below static/."""
    return url_for("assets.file", version=version(), path=path)


@bp.get("/assets/<version>/app.css", endpoint="stylesheet")
def stylesheet(version: str) -> ResponseReturnValue:
    """All styles in one file."""
    response = Response(_stylesheet(), mimetype="text/css")
    return _kept(response, version)


@bp.get("/assets/<version>/<path:path>", endpoint="file")
def file(version: str, path: str) -> ResponseReturnValue:
    """One file below static/."""
    return _kept(send_from_directory(STATIC, path), version)


@bp.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """The mark of the site for browsers that ask in the old way."""
    return send_from_directory(STATIC, "img/favicon.svg", max_age=86400)


def _kept(response: Response, asked: str) -> Response:
    if asked != version():
        response.headers["Cache-Control"] = "no-cache"
    else:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def register(app: Flask) -> None:
    """Serve the files and tell templates where they are."""
    app.register_blueprint(bp)
    app.jinja_env.globals["asset"] = asset

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "assets.stylesheet":
            values.setdefault("version", version())
