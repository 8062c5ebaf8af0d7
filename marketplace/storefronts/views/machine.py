"""What programs ask for: is the site alive, which pages it has, how it looks as an app."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from flask import Response, current_app, jsonify, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import NotSeen
from marketplace.storefronts import bp, queries
from marketplace.storefronts.views.linked_data import absolute
from marketplace.web.assets import asset

PAGES = ("home", "products", "shops", "provinces", "about", "terms", "privacy", "delivery", "complaints")
HOUR = 3600
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-maskable-512", 512, "maskable"))


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
    """Every public page, for search engines; where one list cannot hold them, the list of lists."""
    parts = queries.sitemap_parts()
    if parts == 1:
        return _listed("urlset", "url", _pages(1))
    return _listed("sitemapindex", "sitemap", (url_for(".sitemap_part", part=part + 1) for part in range(parts)))


@bp.get("/sitemap-<int:part>.xml")
def sitemap_part(part: int) -> ResponseReturnValue:
    """One of the lists."""
    if not 1 <= part <= queries.sitemap_parts():
        raise NotSeen
    return _listed("urlset", "url", _pages(part))


def _pages(part: int) -> Iterator[str]:
    if part == 1:
        yield from (url_for(f"storefronts.{name}") for name in PAGES)
    for kind, slug in queries.public_slugs(part):
        yield url_for(f"storefronts.{kind}", slug=slug)


def _listed(root: str, item: str, addresses: Iterable[str]) -> Response:
    """Written line by line: a list of fifty thousand is never a tree in memory."""
    lines = (f"<{item}><loc>{escape(absolute(address))}</loc></{item}>" for address in addresses)
    body = "\n".join([DECLARATION, f'<{root} xmlns="{SITEMAPS}">', *lines, f"</{root}>"])
    return _kept(Response(body, mimetype="application/xml"))


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
    drawn = {"src": asset("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    told = {"name": "Chợ OCOP liên tỉnh", "short_name": "Chợ OCOP", "lang": "vi", "icons": [*_icons(), drawn]}
    told |= {"id": "/", "categories": ["shopping", "food"], "shortcuts": _shortcuts()}
    told |= {"description": _("Goods of every commune, from those who make them.")}
    told |= {"start_url": "/", "display": "standalone", "background_color": "#FBF8F1", "theme_color": "#123B2D"}
    response = jsonify(told)
    response.mimetype = "application/manifest+json"
    return _kept(response)


def _icons() -> list[dict[str, str]]:
    return [
        {"src": asset(f"img/icons/{name}.png"), "sizes": f"{edge}x{edge}", "type": "image/png", "purpose": purpose}
        for name, edge, purpose in ICONS
    ]


def _shortcuts() -> list[dict[str, str]]:
    """Where a long press on the icon leads."""
    ways = ((_("Products"), "storefronts.products"), (_("Kept products"), "storefronts.favourites"))
    return [{"name": name, "url": url_for(endpoint)} for name, endpoint in ways]


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    return response
