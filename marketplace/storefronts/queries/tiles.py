"""The tile map of the country: one tile a province, darker where more goods come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.core import i18n
from marketplace.places import queries as places
from marketplace.places.models import Province

# from how many goods on a tile is one step darker
STEPS = (1, 3, 6, 10)
# how people shorten the names where initials alone would name two provinces
SHORT = {
    "11": "ĐB", "12": "LCh", "15": "LCa", "19": "TNg", "22": "QNi", "44": "QT", "46": "Huế", "48": "ĐNg", "51": "QNg",
    "66": "ĐLk", "68": "LĐ", "75": "ĐNa", "79": "HCM", "80": "TNi", "82": "ĐT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """One province on the map."""

    column: int
    row: int
    slug: str
    label: str
    abbr: str
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Archipelago:
    """Islands far from the coast, part of a province."""

    column: int
    row: int
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TileMap:
    """The whole map in columns and rows that count from 0."""

    columns: int
    rows: int
    tiles: tuple[Tile, ...]
    islands: tuple[Archipelago, ...]


def tile_map(provinces: Iterable[Province], counts: Mapping[str, int]) -> TileMap:
    """The map of today's provinces with their number of goods, by slug."""
    drawn = places.tiles()
    by_code = {province.code: province for province in provinces}
    tiles = tuple(_tile(row, by_code[row["code"]], counts) for row in drawn["tiles"] if row["code"] in by_code)
    return TileMap(drawn["columns"], drawn["rows"], tiles, tuple(_islands(row) for row in drawn["islands"]))


def level(count: int) -> int:
    """How dark a tile is, from 0 to 4."""
    return sum(count >= step for step in STEPS)


def _tile(row: dict[str, Any], province: Province, counts: Mapping[str, int]) -> Tile:
    count = counts.get(province.slug, 0)
    abbr = SHORT.get(province.code) or "".join(word[0] for word in province.name.split())
    return Tile(row["column"], row["row"], province.slug, province.name, abbr, count, level(count))


def _islands(row: dict[str, Any]) -> Archipelago:
    return Archipelago(row["column"], row["row"], row[f"name_{i18n.locale()}"], tuple(row["name_vi"].split()))
