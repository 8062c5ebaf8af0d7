"""The 6 industries and 17 groups that the 26 product sets stand under, as the programme names them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from marketplace.core import i18n
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled

DATA = Path(__file__).resolve().parent.parent / "data"


class Industry(Labelled):
    """What a group of sets belongs to."""

    FOOD = "food", _l("Food")
    DRINKS = "drinks", _l("Drinks")
    MEDICINAL = "medicinal", _l("Medicinal herbs")
    CRAFTS = "crafts", _l("Crafts")
    ORNAMENTAL = "ornamental", _l("Flowers, plants, pets")
    TOURISM = "tourism", _l("Tourism")


@dataclass(frozen=True, slots=True)
class Group:
    """One group; `sets` are numbers of product sets, `slug` is what addresses call it."""

    slug: str
    industry: Industry
    name: str
    name_en: str
    sets: tuple[int, ...]

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return self.name_en if i18n.locale() == "en" else self.name


@cache
def groups() -> tuple[Group, ...]:
    """All of them in the programme's order."""
    rows = json.loads((DATA / "groups.json").read_text(encoding="utf-8"))
    return tuple(
        Group(row["slug"], Industry(row["industry"]), row["name"], row["name_en"], tuple(row["sets"])) for row in rows
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A group of several sets or one set, with the name and the value by which a list is asked for it."""

    parameter: str
    value: str
    name: str
    name_en: str

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return self.name_en if i18n.locale() == "en" else self.name


@cache
def kinds() -> tuple[Kind, ...]:
    """Everything that people may call a kind of product, groups first; no query."""
    sets = json.loads((DATA / "sets.json").read_text(encoding="utf-8"))
    several = (Kind("group", one.slug, one.name, one.name_en) for one in groups() if len(one.sets) > 1)
    return (*several, *(Kind("set", str(row["number"]), row["name"], row["name_en"]) for row in sets))


def sets_in(slugs: Iterable[str]) -> tuple[int, ...]:
    """The numbers of the sets of these groups; groups that nobody knows have none."""
    wanted = set(slugs)
    return tuple(number for group in groups() if group.slug in wanted for number in group.sets)


def sets_by_industry() -> dict[Industry, list[int]]:
    """The numbers of the sets of each industry."""
    return {one: [n for group in groups() if group.industry is one for n in group.sets] for one in Industry}
