"""Search: features put documents in, and ask which of them hold the words that somebody typed.

The query language is ours: all words must be met, the last one may be unfinished, everything else that is typed is
ignored. Results come in tiers (as typed, without accents, by another name, guessed), alike on both databases; only
`sqlite.py` and `postgres.py` know how an engine finds words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)

from marketplace.core.database import db
from marketplace.core.search import postgres, sqlite
from marketplace.core.search.index import TITLE_FOLDED, Document, documents, forget_words, metadata, put, remove
from marketplace.core.search.reading import Reading
from marketplace.core.search.talk import without_talk
from marketplace.core.search.terms import Question, Tier, as_typed, is_answerable, some_of
from marketplace.core.search.words import exact_words, folded_word, in_phrases

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
    "titled",
]

# within a tier: titles that begin with the words, with their letters, that hold them together; names of the thing
# itself, other names, names that hold them; where they stand apart: what the first word names, another in the title
PLACES = 9


class Search:
    """One query of one kind: what it means, and what it finds."""

    def __init__(self, kind: str, text: str, *, is_typing: bool = False) -> None:
        self.kind = kind
        self.text = text
        self.reading = Reading(kind, text, is_typing)

    @cached_property
    def question(self) -> Question | None:
        """What is asked for: the words as typed; where nothing holds them all, the likeliest guess that finds any."""
        terms = self.reading.terms
        if not terms:
            return None
        if is_answerable(terms) and self._first_that_finds([as_typed(terms)]) is not None:
            return as_typed(terms)
        guesses = [guess for guess in self.reading.guesses() if guess.tiers]
        number = self._first_that_finds(guesses)
        return guesses[number] if number is not None else None

    def _first_that_finds(self, questions: Sequence[Question]) -> int | None:
        """The first of these that any document answers; one query."""
        if not questions:
            return None
        finds = [exists(select(documents.c.id).where(_answering(self.kind, one))) for one in questions]
        number = db.session.scalar(select(case(*((held, place) for place, held in enumerate(finds)), else_=None)))
        return number if number is None else int(number)

    def hits(self) -> Subquery:
        """What is found: `owner_id`, `tier` (the least first) and `popularity`, to be joined by a feature's query."""
        if self.question is None:
            return _nothing()
        found = select(documents.c.owner_id, _tier(self.question).label("tier"), _POPULARITY)
        return found.where(_answering(self.kind, self.question)).subquery("hits")

    @property
    def left_out(self) -> list[str]:
        """Words that what is found need not hold, since nothing holds them with the others; neighbours as one."""
        return in_phrases(self.text, self.question.left_out) if self.question else []

    def nearest(self) -> Subquery:
        """What comes near where nothing is found: things that hold some of the words, those that hold most first."""
        if not self.reading.terms:
            return _nothing()
        groups = some_of(self.reading.loosened)
        each = [select(documents.c.id).where(_holding(self.kind, [[group]])) for group in groups]
        held = union_all(*each).subquery()
        counted = select(held.c.id, func.count().label("words")).group_by(held.c.id).subquery()
        found = select(documents.c.owner_id, (len(groups) - counted.c.words).label("tier"), _POPULARITY)
        return found.join(counted, counted.c.id == documents.c.id).subquery("near")


_POPULARITY = documents.c.weight.label("popularity")


def matching(kind: str, text: str, *, is_typing: bool = False) -> Subquery:
    """Documents of a kind that match a text, as rows of (owner_id, tier, popularity)."""
    return Search(kind, text, is_typing=is_typing).hits()


def titled(kind: str, text: str, together: str) -> Select[Any]:
    """The owners of documents whose title holds all words of a text, and some of them together."""
    words = [folded_word(word) for word in without_talk(exact_words(text))]
    phrase = " ".join(folded_word(word) for word in exact_words(together))
    held = _holding(kind, [[[(TITLE_FOLDED + word, False)] for word in words]]) if words else false()
    return select(documents.c.owner_id).where(held, documents.c.folded_title.like(f"% {phrase} %"))


def says_something(text: str) -> bool:
    """Whether a text names something to look for, and not only that somebody wants to buy."""
    words = exact_words(text)
    return not words or bool(without_talk(words, or_all=False))


def set_weights(kind: str, weights: dict[int, int]) -> None:
    """Write down anew how popular things are; their words stay as they are."""
    for owner_id, weight in sorted(weights.items()):
        one = (documents.c.kind == kind) & (documents.c.owner_id == owner_id) & (documents.c.weight != weight)
        db.session.execute(documents.update().where(one).values(weight=weight))


def _holds(tier: Tier) -> ColumnElement[bool]:
    engine = postgres if db.engine.dialect.name == "postgresql" else sqlite
    held: ColumnElement[bool] = engine.holds(tier)
    return held


def _answering(kind: str, question: Question) -> ColumnElement[bool]:
    """What meets the question, and says it in the way that the question asks for."""
    title, names = documents.c.folded_title, documents.c.folded_names
    said: list[ColumnElement[bool]] = [
        *(title.like(f"% {phrase}%") for phrase in question.together),
        *map(title.like, question.titles),
        *(names.like(f"% {phrase}%") for phrase in question.together),
        *(names.like(f"%| {word} |%") for word in question.names),
    ]
    if question.or_so:
        said.append(_holds(question.or_so))
    held = _holding(kind, question.tiers[-1])
    return and_(held, or_(*said)) if said else held


def _holding(kind: str, tier: Tier) -> ColumnElement[bool]:
    return and_(documents.c.kind == kind, _holds(tier))


def _tier(question: Question) -> ColumnElement[int]:
    """The best tier that a document reaches, and how its title and its other names hold the words."""
    tiers = question.tiers
    better = [(_holds(one), number) for number, one in enumerate(tiers[:-1])]
    tier: Any = case(*better, else_=len(tiers) - 1) if better else literal(0)
    title, names = documents.c.folded_title, documents.c.folded_names
    starts, own = [(title, " {} %"), (title, " {}%"), (title, "% {} %")], (names, "%|= {} |%")
    forms = [*starts, own, (names, "%| {} |%"), (names, "% {} %")]
    held = [or_(*(column.like(form.format(phrase)) for phrase in question.phrases)) for column, form in forms]
    held += _apart(question)
    place = case(*((one, number) for number, one in enumerate(held)), else_=PLACES - 1)
    best: ColumnElement[int] = tier * PLACES + place
    return best


def _apart(question: Question) -> list[ColumnElement[bool]]:
    """The first word names the thing, and the title holds another one; only one of these."""
    head, *others = question.phrases[0].split() if question.phrases else [""]
    if not others:
        return []
    names_it = documents.c.folded_names.like(f"%|= {head} |%")
    titled = or_(*(documents.c.folded_title.like(f"% {word} %") for word in others))
    return [and_(names_it, titled), or_(names_it, titled)]


def _nothing() -> Subquery:
    columns: Select[Any] = select(documents.c.owner_id, literal(0).label("tier"), _POPULARITY)
    return columns.where(false()).subquery("hits")
