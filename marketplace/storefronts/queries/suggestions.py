"""What somebody may mean while she types: goods, kinds of goods, provinces and shops; few rows, few queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import queries as catalogue
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.core.text import fold, slugify
from marketplace.places.models import Province

LEAST = 2
MOST_GOODS, MOST_OTHERS = 6, 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing with an address: `kind` is product, group, set, province or shop; `note` says more where it helps."""

    kind: str
    slug: str
    label: str
    note: str = ""


def suggestions(typed: str) -> list[Suggestion]:
    """What begins with these words or holds them, goods first; nothing for a single letter."""
    if len(slugify(typed)) < LEAST:
        return []
    goods = [Suggestion("product", slug, name) for name, slug in catalogue.titles(typed, limit=MOST_GOODS)]
    return [*goods, *_kinds(typed), *_places_and_shops(typed)]


def _kinds(typed: str) -> list[Suggestion]:
    wanted = f" {' '.join(fold(typed).split())}"
    found = (kind for kind in catalogue.kinds() if wanted in f" {fold(f'{kind.name} {kind.name_en}')}")
    return [Suggestion(kind.parameter, kind.value, kind.label) for kind in found][:MOST_OTHERS]


def _places_and_shops(typed: str) -> Iterator[Suggestion]:
    """Addresses are folded names, so that they are compared with what was typed, word by word; one query."""
    slug = slugify(typed, most=60)
    if not slug:
        return
    rows = db.session.execute(union_all(_provinces(slug), _shops(slug)))
    for row in sorted(rows, key=lambda row: (row.kind, not row.slug.startswith(slug), row.name)):
        yield _suggestion(row)


def _suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(row.kind, row.slug, row.name, row.note if row.note != row.name else "")


def _provinces(slug: str) -> Select[Any]:
    now = aliased(Province)
    columns = (
        literal("province").label("kind"),
        Province.slug,
        Province.name,
        func.coalesce(now.name, "").label("note"),
    )
    rows = (
        select(*columns)
        .outerjoin(now, now.id == Province.successor_id)
        .where(_holds(Province.slug, slug), or_(now.id.is_(None), now.name != Province.name))
    )
    return select(rows.order_by(func.length(Province.slug), Province.slug).limit(MOST_OTHERS).subquery())


def _shops(slug: str) -> Select[Any]:
    columns = (literal("shop").label("kind"), Organisation.slug, Organisation.name, Province.name.label("note"))
    is_open = Organisation.state == OrganisationState.VERIFIED, Organisation.kind == OrganisationKind.PRODUCER
    rows = select(*columns).join(Province, Province.id == Organisation.province_id)
    rows = rows.where(*is_open, _holds(Organisation.slug, slug))
    return select(rows.order_by(Organisation.slug).limit(MOST_OTHERS).subquery())


def _holds(column: Any, slug: str) -> Any:
    return or_(column.like(f"{slug}%"), column.like(f"%-{slug}%"))
