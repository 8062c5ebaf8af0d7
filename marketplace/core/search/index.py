"""The tables of the index: one row a document, and every folded word that any document holds.

They are no models: each database finds words in its own way, so a migration of their own makes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, delete, func, select, union_all

from marketplace.core.database import BigId, db, insert_into
from marketplace.core.search.words import exact_words, folded_word, folded_words

metadata = MetaData()
documents = Table(
    "search_documents",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("owner_id", BigId, nullable=False),
    Column("title", String(200), nullable=False),
    Column("folded_title", String(240), nullable=False),
    Column("lexemes", Text, nullable=False),
    Column("weight", Integer, nullable=False),
)
words = Table(
    "search_words",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("word", String(40), nullable=False),
)

# the first letter of a lexeme says where the word stands and in which form
TITLE_EXACT, EXACT, TITLE_FOLDED, FOLDED, ANYWHERE = "abcde"
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is found of one thing: its title, what else is said of it, and other words that people call it by."""

    kind: str
    owner_id: int
    title: str
    body: Sequence[str] = field(default=())
    also: Sequence[str] = field(default=())
    weight: int = 0

    def lexemes(self) -> list[str]:
        """Every word under each form and place in which it may be asked for."""
        title, body = exact_words(self.title), [word for text in self.body for word in exact_words(text)]
        also = {folded for text in self.also for folded in folded_words(text)}
        folded_title, folded_body = set(map(folded_word, title)), set(map(folded_word, body))
        forms = {
            TITLE_EXACT: set(title),
            EXACT: {*title, *body},
            TITLE_FOLDED: folded_title,
            FOLDED: folded_title | folded_body,
            ANYWHERE: folded_title | folded_body | also,
        }
        return [place + word for place, found in forms.items() for word in sorted(found)]

    def row(self) -> dict[str, Any]:
        """The row of the index."""
        folded = " ".join(folded_words(self.title))
        return {
            "kind": self.kind,
            "owner_id": self.owner_id,
            "title": self.title[:200],
            "folded_title": f" {folded[:236]} ",
            "lexemes": " ".join(self.lexemes()) or "e",
            "weight": self.weight,
        }


def put(found: Iterable[Document]) -> None:
    """Write documents into the index, each in the place of what it was before; part of the caller's transaction."""
    rows = [document.row() for document in found]
    for start in range(0, len(rows), BATCH):
        _put(rows[start : start + BATCH])


def _put(rows: list[dict[str, Any]]) -> None:
    insert = insert_into(documents).values(rows)
    fresh = {name: insert.excluded[name] for name in ("title", "folded_title", "lexemes", "weight")}
    db.session.execute(insert.on_conflict_do_update(index_elements=["kind", "owner_id"], set_=fresh))
    _learn({(row["kind"], word[1:]) for row in rows for word in row["lexemes"].split() if word[0] == ANYWHERE})


def _learn(found: set[tuple[str, str]]) -> None:
    """Words are only ever added, in one order, so that two writers never wait for each other in a ring."""
    new = [{"kind": kind, "word": word} for kind, word in sorted(found) if word]
    for start in range(0, len(new), BATCH):
        insert = insert_into(words).values(new[start : start + BATCH])
        db.session.execute(insert.on_conflict_do_nothing(index_elements=["kind", "word"]))


def remove(kind: str, owner_ids: Iterable[int]) -> None:
    """Take things out of the index."""
    db.session.execute(delete(documents).where(documents.c.kind == kind, documents.c.owner_id.in_(list(owner_ids))))


def forget_words(kind: str) -> None:
    """Empty the list of known words, before the index is written anew."""
    db.session.execute(delete(words).where(words.c.kind == kind))


def strange(kind: str, asked: Sequence[str], *, unfinished: bool) -> list[str]:
    """Which of these folded words no document holds; the last may be the beginning of one. One query."""
    held = select(words.c.word).where(words.c.kind == kind, words.c.word.in_(sorted(set(asked))))
    begun = select(func.min(words.c.word)).where(words.c.kind == kind, words.c.word.like(f"{asked[-1]}%"))
    found = set(db.session.scalars(union_all(held, begun)))
    begins = unfinished and any(word and word.startswith(asked[-1]) for word in found)
    return [word for word in asked if word not in found and not (begins and word == asked[-1])]


def vocabulary(kind: str) -> list[str]:
    """Every folded word of the index, in order."""
    return sorted(db.session.scalars(select(words.c.word).where(words.c.kind == kind)))
