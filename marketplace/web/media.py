"""Pictures at `/media/<sha256>/<size>.webp`: what an address holds never changes, so caches may keep it for ever."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request, url_for
from werkzeug.exceptions import NotFound

from marketplace.core.files import SIZES, Missing, picture_key, store, store_of

YEAR = 365 * 24 * 3600
_SIZES = ",".join(f'"{size}"' for size in SIZES)

bp = Blueprint("media", __name__, url_prefix="/media")


@bp.get(f"/<string(length=64):sha256>/<any({_SIZES}):size>.webp")
def picture(sha256: str, size: str) -> Response:
    """One size of one picture."""
    try:
        content = store().get(picture_key(sha256, int(size)))
    except Missing:
        raise NotFound from None
    response = Response(content, mimetype="image/webp")
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.set_etag(f"{sha256[:32]}-{size}")
    response.make_conditional(request)
    return response


def picture_url(sha256: str, size: int = 640) -> str:
    """The address of a picture, at most `size` pixels wide and high (160, 320, 640, 1280 or 2400)."""
    return url_for("media.picture", sha256=sha256, size=str(size))


def register(app: Flask) -> None:
    """Serve pictures, and give templates `picture_url`; a store that cannot be used stops the start."""
    store_of(app.config["SETTINGS"])
    app.register_blueprint(bp)
    app.jinja_env.globals["picture_url"] = picture_url
