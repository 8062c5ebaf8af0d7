"""What the search field offers while somebody types."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.storefronts import bp, queries
from marketplace.storefronts.queries import Suggestion
from marketplace.web.requests import query_text

SECONDS = 300
TITLES = {"product": _l("Products"), "kind": _l("Kinds of product"), "province": _l("Provinces"), "shop": _l("Shops")}
KINDS = ("group", "set")


@bp.get("/products/suggestions.json")
def suggestions() -> ResponseReturnValue:
    """Goods, kinds, provinces and shops for `q`, under their titles; browsers may keep the answer for five minutes."""
    found = queries.suggestions(query_text("q", most=80))
    parts = [
        {"title": str(TITLES[kind]), "items": [_item(one) for one in ones]}
        for kind, ones in groupby(found, key=lambda one: "kind" if one.kind in KINDS else one.kind)
    ]
    response = jsonify(parts)
    response.headers["Cache-Control"] = f"private, max-age={SECONDS}"
    response.headers["Vary"] = "Cookie"
    return response


def _asking(one: Suggestion) -> dict[str, Any]:
    return {one.kind: one.slug}


def _item(one: Suggestion) -> dict[str, str]:
    if one.kind in KINDS:
        url = url_for("storefronts.products", **_asking(one))
    else:
        url = url_for(f"storefronts.{one.kind}", slug=one.slug)
    note = _("now in %(place)s", place=one.note) if one.kind == "province" and one.note else one.note
    return {"label": one.label, "note": note, "url": url}
