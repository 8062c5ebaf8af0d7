"""Places as other features look them up."""

from marketplace.places.queries.addresses import Reading, read_address
from marketplace.places.queries.communes import Commune, find_communes
from marketplace.places.queries.provinces import (
    CODE,
    DATA,
    SLUG,
    Unit,
    all_old,
    all_today,
    is_same_province,
    is_same_region,
    matching_ids,
    names_today,
    province_by_slug,
    tiles,
    units_today,
    ward_by_code,
    ward_names,
    wards_of,
)

__all__ = [
    "CODE",
    "DATA",
    "SLUG",
    "Commune",
    "Reading",
    "Unit",
    "all_old",
    "all_today",
    "find_communes",
    "is_same_province",
    "is_same_region",
    "matching_ids",
    "names_today",
    "province_by_slug",
    "read_address",
    "tiles",
    "units_today",
    "ward_by_code",
    "ward_names",
    "wards_of",
]
