"""Finding documents on PostgreSQL: a GIN index over a vector of the lexemes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, cast, column, literal
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from marketplace.core.search.index import documents
from marketplace.core.search.terms import Asked, Tier

_vector: ColumnElement[str] = column("vector", TSVECTOR, _selectable=documents)


def holds(tier: Tier) -> ColumnElement[bool]:
    """The document holds one lexeme of every group of one of the questions."""
    return _vector.op("@@", is_comparison=True)(cast(literal(" | ".join(map(written, tier))), TSQUERY))


def written(asked: Asked) -> str:
    """The question as PostgreSQL reads it; lexemes are letters and digits, and stand in quotes."""
    groups = (" | ".join(f"'{word}'{':*' if is_prefix else ''}" for word, is_prefix in group) for group in asked)
    return f"({' & '.join(f'({group})' for group in groups)})"
