"""The tables of the index: one row a document, and every folded word that any document holds.

They are no models: each database finds words in its own way, so a migration of their own makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, delete, select

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
    Column("folded_names", Text, nullable=False),
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
TITLE_EXACT, EXACT, TITLE_FOLDED, FOLDED, NAMES_EXACT, NAMES_FOLDED = "abcdef"
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is found of one thing.

    `title` is its name, `body` what else is said of it, `also` other names of it, `around` what it belongs to;
    `called` are those of `also` that name the thing itself, and not what it is made of or one of.
    """

    kind: str
    owner_id: int
    title: str
    body: Sequence[str] = field(default=())
    also: Sequence[str] = field(default=())
    around: Sequence[str] = field(default=())
    called: Sequence[str] = field(default=())
    weight: int = 0

    def lexemes(self) -> list[str]:
        """Every word under each form and place in which it may be asked for."""
        title = set(exact_words(self.title))
        said = title | _words_of(self.body)
        named = said | _words_of([*self.also, *self.around]) | _parts(said)
        places = {
            TITLE_EXACT: title,
            EXACT: said,
            NAMES_EXACT: named,
            TITLE_FOLDED: _folded(title),
            FOLDED: _folded(said),
            NAMES_FOLDED: _folded(named),
        }
        return [place + word for place, found in sorted(places.items()) for word in sorted(found)]

    def row(self) -> dict[str, Any]:
        """The row of the index."""
        return {
            "kind": self.kind,
            "owner_id": self.owner_id,
            "title": self.title[:200],
            "folded_title": f" {' '.join(folded_words(self.title))[:236]} ",
            "folded_names": "".join([*_marked(self.called, "|="), *_marked(self.also, "|")]),
            "lexemes": " ".join(self.lexemes()) or NAMES_FOLDED,
            "weight": self.weight,
        }


def _marked(names: Iterable[str], mark: str) -> list[str]:
    return [f"{mark} {' '.join(folded_words(name))} |" for name in dict.fromkeys(names)]


def _words_of(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in exact_words(text)}


def _folded(found: Iterable[str]) -> set[str]:
    return {folded_word(word) for word in found}


def _parts(found: Iterable[str]) -> set[str]:
    """Letters and numbers that are written as one are also found apart: ST25 as ST 25."""
    return {part for word in found if not word.isalpha() for part in re.findall(r"[^\W\d]+|\d+", word)}


def put(found: Iterable[Document]) -> None:
    """Write documents into the index, each in the place of what it was before; part of the caller's transaction."""
    rows = [document.row() for document in found]
    for start in range(0, len(rows), BATCH):
        _put(rows[start : start + BATCH])


def _put(rows: list[dict[str, Any]]) -> None:
    insert = insert_into(documents).values(rows)
    fresh = {name: insert.excluded[name] for name in ("title", "folded_title", "folded_names", "lexemes", "weight")}
    db.session.execute(insert.on_conflict_do_update(index_elements=["kind", "owner_id"], set_=fresh))
    _learn({(row["kind"], word[1:]) for row in rows for word in row["lexemes"].split() if word[0] == NAMES_FOLDED})


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


def held(kind: str, asked: Iterable[str]) -> set[str]:
    """Which of these folded words any document holds."""
    found = select(words.c.word).where(words.c.kind == kind, words.c.word.in_(sorted(set(asked))))
    return set(db.session.scalars(found))


def vocabulary(kind: str) -> list[str]:
    """Every folded word of the index, in order."""
    return sorted(db.session.scalars(select(words.c.word).where(words.c.kind == kind)))
