"""Open data of contracts whose sides agree to it: the policy, a package of releases, and those of one contract."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.contracts import bp
from marketplace.contracts.queries import open_data
from marketplace.contracts.queries.releases import SHOWN
from marketplace.contracts.states.agreements import Consent
from marketplace.core import clock
from marketplace.web.requests import query_number

MOST_PAGES = 100_000


@bp.get("/open-data")
def open_data_policy() -> ResponseReturnValue:
    """What is published, what is not, and where it lies."""
    levels = [one for one in Consent if SHOWN[one]]
    return render_template("contracts/open_data.html", count=open_data.count(), levels=levels)


@bp.get("/open-data/releases.json")
def open_releases() -> ResponseReturnValue:
    """A package of releases of many contracts, in the order of their refs."""
    page = query_number("page", least=1, most=MOST_PAGES) or 1
    found = open_data.page_of_releases(page)
    after = url_for(".open_releases", page=page + 1, _external=True) if found.has_more else None
    return _package(found.releases, url_for(".open_releases", page=page, _external=True), after)


@bp.get("/open-data/<ref>.json")
def open_contract(ref: str) -> ResponseReturnValue:
    """The releases of one contract; 404 where its sides do not agree to it."""
    releases = open_data.releases_of(ref)
    if not releases:
        abort(404)
    return _package(releases, url_for(".open_contract", ref=ref, _external=True), None)


def _package(releases: list[dict[str, Any]], uri: str, after: str | None) -> Response:
    settings = current_app.config["SETTINGS"]
    package: dict[str, Any] = {
        "uri": uri,
        "version": "1.1",
        "publishedDate": clock.local(clock.now()).isoformat(timespec="seconds"),
        "publisher": {"name": settings.operator_name or settings.site_url},
        "publicationPolicy": url_for(".open_data_policy", _external=True),
        "releases": releases,
    }
    if after:
        package["links"] = {"next": after}
    answer = jsonify(package)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
