"""Communes for address forms as JSON, and the page of all codes, of today and of before."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue

from marketplace.core.refusals import NotSeen
from marketplace.places import bp, queries
from marketplace.places.models import FormerWard
from marketplace.web.requests import query_text

DAY = 24 * 3600
MOST_FOUND = 30


@bp.get("/<slug>/wards.json")
def wards(slug: str) -> ResponseReturnValue:
    """The wards, communes and special zones of a province: code and name, in the order of the list."""
    province = queries.province_by_slug(slug, today=True)
    if province is None:
        raise NotSeen
    return _for_a_day([{"code": ward.code, "name": ward.name} for ward in queries.wards_of(province)])


@bp.get("/communes.json")
def communes() -> ResponseReturnValue:
    """Communes of today whose own or former name holds what is typed in `q`, nearest first; `province` narrows."""
    province = queries.province_by_slug(query_text("province", most=40), today=True)
    found = queries.find_communes(query_text("q", most=80), province)
    return _for_a_day([_shown(commune) for commune in found])


def _shown(commune: queries.Commune) -> dict[str, Any]:
    ward = commune.ward
    province = {"slug": ward.province.slug, "name": ward.province.name}
    return {
        "code": ward.code,
        "name": ward.name,
        "province": province,
        "former": [_as_once_written(unit) for unit in commune.former],
    }


def _as_once_written(unit: FormerWard) -> str:
    return ", ".join(dict.fromkeys([unit.name, unit.district, unit.province.name]))


def _for_a_day(content: list[dict[str, Any]]) -> ResponseReturnValue:
    response = jsonify(content)
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


@bp.get("/codes")
def codes() -> str:
    """Every province of today and of before with its code and the version that gave it; communes by name or code."""
    text = query_text("commune", most=80)
    today, old = queries.all_today(), queries.all_old()
    return render_template(
        "places/codes.html",
        text=text,
        found=queries.find_communes(text, most=MOST_FOUND) if text else [],
        as_once_written=_as_once_written,
        today=today,
        old=old,
        reused=_reused(today, old),
    )


def _reused(today: list[Any], old: list[Any]) -> dict[str, str]:
    """Codes of today that meant another unit before: the code, and whose it was."""
    now = {one.code: one for one in today}
    return {one.code: one.name for one in old if one.code in now and now[one.code].name != one.name}
