"""Search: features put documents in, and ask which of them hold the words that somebody typed.

The query language is ours: all words must be met, the last one may be unfinished, everything else that is typed is
ignored. Results come in tiers (as typed, without accents, by another name, guessed), alike on both databases; only
`sqlite.py` and `postgres.py` know how an engine finds words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, false, func, literal, select, union_all

from marketplace.core.database import db
from marketplace.core.search import postgres, sqlite
from marketplace.core.search.index import Document, documents, forget_words, metadata, put, remove
from marketplace.core.search.reading import Reading, all_words
from marketplace.core.search.talk import without_talk
from marketplace.core.search.terms import Asked, Term, by_tier
from marketplace.core.search.words import exact_words

__all__ = [
    "Document",
    "Search",
    "forget_words",
    "matching",
    "metadata",
    "put",
    "remove",
    "says_something",
    "set_weights",
]

# within a tier: titles that begin with the words, with their letters, that hold them together; other names that do
PLACES = 5


class Search:
    """One query of one kind: what it means, and what it finds."""

    def __init__(self, kind: str, text: str, *, is_typing: bool = False) -> None:
        self.kind = kind
        self.reading = Reading(kind, text, is_typing)

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The terms that are asked for; where nothing holds them all, also those that differ by a slip."""
        terms = self.reading.terms
        if terms and not self._finds(terms):
            return self.reading.loosened
        return terms

    def _finds(self, terms: Sequence[Term]) -> bool:
        any_hit = select(documents.c.id).where(_holding(self.kind, by_tier(terms)[-1])).limit(1)
        return db.session.scalar(any_hit) is not None

    def hits(self) -> Subquery:
        """What is found: `owner_id`, `tier` (the least first) and `popularity`, to be joined by a feature's query."""
        if not self.terms:
            return _nothing()
        tiers = by_tier(self.terms)
        found = select(documents.c.owner_id, _tier(tiers, all_words(self.terms)).label("tier"), _POPULARITY)
        return found.where(_holding(self.kind, tiers[-1])).subquery("hits")

    def nearest(self) -> Subquery:
        """What comes near where nothing is found: things that hold some of the words, those that hold most first."""
        if not self.terms:
            return _nothing()
        loose = self.reading.loosened
        each = [select(documents.c.id).where(_holding(self.kind, [term.guessed()])) for term in loose]
        held = union_all(*each).subquery()
        counted = select(held.c.id, func.count().label("words")).group_by(held.c.id).subquery()
        found = select(documents.c.owner_id, (len(loose) - counted.c.words).label("tier"), _POPULARITY)
        return found.join(counted, counted.c.id == documents.c.id).subquery("near")


_POPULARITY = documents.c.weight.label("popularity")


def matching(kind: str, text: str, *, is_typing: bool = False) -> Subquery:
    """Documents of a kind that match a text, as rows of (owner_id, tier, popularity)."""
    return Search(kind, text, is_typing=is_typing).hits()


def says_something(text: str) -> bool:
    """Whether a text names something to look for, and not only that somebody wants to buy."""
    words = exact_words(text)
    return not words or bool(without_talk(words, or_all=False))


def set_weights(kind: str, weights: dict[int, int]) -> None:
    """Write down anew how popular things are; their words stay as they are."""
    for owner_id, weight in sorted(weights.items()):
        one = (documents.c.kind == kind) & (documents.c.owner_id == owner_id) & (documents.c.weight != weight)
        db.session.execute(documents.update().where(one).values(weight=weight))


def _holds(asked: Asked) -> ColumnElement[bool]:
    engine = postgres if db.engine.dialect.name == "postgresql" else sqlite
    held: ColumnElement[bool] = engine.holds(asked)
    return held


def _holding(kind: str, asked: Asked) -> ColumnElement[bool]:
    return and_(documents.c.kind == kind, _holds(asked))


def _tier(tiers: Sequence[Asked], phrase: str) -> ColumnElement[int]:
    """The best tier that a document reaches, and how its title holds the words."""
    tier: Any = case(*((_holds(asked), number) for number, asked in enumerate(tiers[:-1])), else_=len(tiers) - 1)
    title, names = documents.c.folded_title, documents.c.folded_names
    begin = (title.like(f" {phrase} %"), title.like(f" {phrase}%"))
    together = (*begin, title.like(f"% {phrase} %"), names.like(f"% {phrase} %"))
    place = case(*((held, number) for number, held in enumerate(together)), else_=PLACES - 1)
    best: ColumnElement[int] = tier * PLACES + place
    return best


def _nothing() -> Subquery:
    columns: Select[Any] = select(documents.c.owner_id, literal(0).label("tier"), _POPULARITY)
    return columns.where(false()).subquery("hits")
