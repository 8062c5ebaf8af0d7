"""Finding documents on SQLite: FTS5 over the lexemes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, column, literal, select, table

from marketplace.core.search.index import documents
from marketplace.core.search.terms import Asked, Tier

_index = table("search_index", column("rowid"), column("search_index", String))


def holds(tier: Tier) -> ColumnElement[bool]:
    """The document holds one lexeme of every group of one of the questions."""
    question = literal(" OR ".join(map(written, tier)))
    found: Any = select(_index.c.rowid).where(_index.c.search_index.op("MATCH")(question))
    return documents.c.id.in_(found)


def written(asked: Asked) -> str:
    """The question as FTS5 reads it; lexemes are letters and digits, and stand in quotes."""
    groups = (" OR ".join(f'"{word}"{"*" if is_prefix else ""}' for word, is_prefix in group) for group in asked)
    return f"({' AND '.join(f'({group})' for group in groups)})"
