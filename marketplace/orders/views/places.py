"""The place that freight is asked for: in the address, in the form just sent, or remembered in the session."""

from __future__ import annotations

from flask import request

from marketplace.places import queries as places
from marketplace.places.models import Province, Ward
from marketplace.web.requests import query_text, remember, remembered


def chosen_province() -> Province | None:
    """The province of today that goods should go to, if the reader ever said so."""
    asked = request.form.get("province", "")[:40] or query_text("province", most=40) or remembered("province")
    province = places.province_by_slug(asked, today=True) if asked else None
    if province is not None:
        remember("province", province.slug)
    return province


def chosen_ward(province: Province | None) -> Ward | None:
    """The ward of that province that goods should go to, if the reader ever said so."""
    asked = request.form.get("ward", "")[:5] or query_text("ward", most=5) or remembered("ward")
    ward = places.ward_by_code(asked) if asked else None
    if ward is None or province is None or ward.province_id != province.id:
        return None
    remember("ward", ward.code)
    return ward
