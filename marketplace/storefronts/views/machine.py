"""What programs ask for: is the site alive, which pages it has, how it looks as an app."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, current_app, jsonify, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from marketplace.core.i18n import gettext as _
from marketplace.storefronts import bp, queries
from marketplace.storefronts.views.linked_data import absolute
from marketplace.web.assets import asset

PAGES = ("home", "products", "shops", "provinces", "about", "terms", "privacy", "delivery", "complaints")
HOUR = 3600


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database is reachable and on the newest revision; otherwise 503."""
    try:
        ready = queries.is_migrated()
    except SQLAlchemyError:
        current_app.logger.warning("database_unreachable")
        ready = False
    return jsonify(status="ok" if ready else "not ready"), 200 if ready else 503


@bp.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every public page, for search engines."""
    pages = [url_for(f"storefronts.{name}") for name in PAGES]
    pages += [url_for(f"storefronts.{kind}", slug=slug) for kind, slug in queries.public_slugs()]
    root = Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for page in pages:
        SubElement(SubElement(root, "url"), "loc").text = absolute(page)
    return _kept(Response(tostring(root, encoding="UTF-8", xml_declaration=True), mimetype="application/xml"))


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """What programs may read."""
    private = ("/cart", "/checkout", "/desk", "/me", "/orders", "/purchases", "/sign-in", "/sign-up", "/dev/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private), ""]
    lines.append(f"Sitemap: {absolute(url_for('storefronts.sitemap'))}")
    return _kept(Response("\n".join(lines) + "\n", mimetype="text/plain"))


@bp.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """How the site looks as an app on a telephone."""
    icons = [{"src": asset("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    told = {"name": "Chợ OCOP liên tỉnh", "short_name": "Chợ OCOP", "lang": "vi", "icons": icons}
    told |= {"description": _("Goods of every commune, from those who make them.")}
    told |= {"start_url": "/", "display": "standalone", "background_color": "#FBF8F1", "theme_color": "#123B2D"}
    response = jsonify(told)
    response.mimetype = "application/manifest+json"
    return _kept(response)


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    return response
