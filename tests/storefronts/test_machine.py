"""What programs ask for: health, readiness, sitemap, robots, manifest; and how much a first visit weighs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import fromstring

from flask import Flask
from sqlalchemy import text

from marketplace.core.database import db, writing
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import on_sale

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HEAVIEST = 80 * 1024


def test_the_process_answers(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_migrated_database_is_ready(client: Client) -> None:
    assert client.get("/readyz").json == {"status": "ok"}


def test_a_database_on_another_revision_is_not_ready(app: Flask, client: Client) -> None:
    with app.app_context(), writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'before'"))
    assert client.get("/readyz").status_code == 503


def test_an_empty_or_unreachable_database_is_not_ready(app_with: Callable[..., Flask], tmp_path: Path) -> None:
    empty = app_with(database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    nowhere = app_with(database_url=f"sqlite:///{tmp_path / 'no' / 'folder' / 'market.sqlite3'}")
    for app in (empty, nowhere):
        assert app.test_client().get("/readyz").status_code == 503
        assert app.test_client().get("/healthz").status_code == 200


def test_the_sitemap_names_public_pages_only(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale()
        draft = factories.product(factories.seller(), "Nháp", state="draft")
        hidden = factories.organisation(verified=False)
    root = fromstring(client.get("/sitemap.xml").text.encode())  # noqa: S314 - our own page
    addresses = [loc.text for loc in root.iter(f"{SITEMAP}loc")]
    assert f"http://localhost/products/{made.slug}" in addresses
    assert "http://localhost/provinces/hai-duong" in addresses
    assert not [one for one in addresses if one and (draft.slug in one or hidden.slug in one)]
    assert len(addresses) == len(set(addresses)) == 9 + 97 + 2 + 1


def test_robots_may_read_what_is_public(client: Client) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert "Disallow: /desk" in lines
    assert "Sitemap: http://localhost/sitemap.xml" in lines
    assert not [line for line in lines if line.startswith("Disallow: /products")]


def test_the_manifest_names_the_site_and_a_picture_that_is_there(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest").get_json(force=True)
    assert (manifest["name"], manifest["start_url"]) == ("Chợ OCOP liên tỉnh", "/")
    assert client.get(manifest["icons"][0]["src"]).status_code == 200
    assert 'rel="manifest"' in client.get("/").text


def test_a_first_visit_to_the_catalogue_weighs_at_most_80_kilobytes(app: Flask, client: Client) -> None:
    """HTML, styles and scripts as they travel, without pictures."""
    with app.app_context():
        seller = factories.seller()
        for number in range(30):
            on_sale(f"Bánh đậu xanh Hải Dương loại {number}", seller=seller, star=4, tiers=[(10, 60_000)])
    page = client.get("/products")
    styles = re.findall(r'href="([^"]+\.css)"', page.text)
    scripts = [f"/assets/x/js/{path.name}" for path in (Path(app.root_path).parent / "static/js").glob("*.js")]
    weighed = {address: weight(client, address) for address in ["/products", *styles, *scripts]}
    assert sum(weighed.values()) <= HEAVIEST, weighed


def weight(client: Client, address: str) -> int:
    return len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)
