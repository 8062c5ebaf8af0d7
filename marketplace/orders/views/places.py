"""The place that freight is asked for: in the address, in the form just sent, or remembered in the session."""

from __future__ import annotations

from flask import g, request

from marketplace.orders.queries.places import first_province
from marketplace.places import queries as places
from marketplace.places.models import Province, Ward
from marketplace.web.requests import query_text, remember, remembered


def understand(ward: Ward) -> None:
    """Let this request's page show the place that an address was understood to mean."""
    g.understood_province, g.understood_ward = ward.province.slug, ward.code


def chosen_province(known: str = "") -> Province | None:
    """The province of today that goods should go to, if the reader ever said so; `known` is what we believe else."""
    said = (
        g.get("understood_province", ""),
        request.form.get("province", ""),
        query_text("province", most=40),
        remembered("province"),
    )
    province = first_province(*said, known)
    if province is not None:
        remember("province", province.slug)
    return province


def chosen_ward(province: Province | None, known: str = "") -> Ward | None:
    """The ward of that province that goods should go to, if the reader ever said so."""
    said = (
        g.get("understood_ward", "")
        or request.form.get("ward", "")[:5]
        or query_text("ward", most=5)
        or remembered("ward")
        or known
    )
    ward = places.ward_by_code(said) if said else None
    if ward is None or province is None or ward.province_id != province.id:
        return None
    remember("ward", ward.code)
    return ward
