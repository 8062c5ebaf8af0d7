"""What a query asks for: terms that must all be met, each by one of the forms that a tier of results allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core.search.index import ANYWHERE, EXACT, FOLDED, TITLE_EXACT, TITLE_FOLDED
from marketplace.core.search.words import folded_word, typed_word

Lexeme = tuple[str, bool]
Asked = Sequence[Sequence[Lexeme]]

# best first: all words in the title as typed, as typed anywhere, in the title without accents, …, by another name
TIERS = (TITLE_EXACT, EXACT, TITLE_FOLDED, FOLDED, ANYWHERE)
WITH_ACCENTS = {TITLE_EXACT, EXACT}


@dataclass(frozen=True, slots=True)
class Term:
    """One word as typed, in its exact form; the last may be unfinished. `near` are words that may be meant instead."""

    exact: str
    is_last: bool = False
    near: tuple[str, ...] = ()

    @property
    def folded(self) -> str:
        """The word without accents."""
        return folded_word(self.exact)

    def lexemes(self, place: str) -> list[Lexeme]:
        """What meets the term in a place: the word itself, and what it may become where it is unfinished."""
        exact = place in WITH_ACCENTS
        form = folded_word if not exact else str
        found: list[Lexeme] = [(place + form(self.exact), False)]
        # without accents a beginning says too little to be called exact: "ga" is no beginning of "gai" then
        if self.is_last and (not exact or self.exact != self.folded):
            beginnings = dict.fromkeys((form(self.exact), form(typed_word(self.exact))))
            found = [(place + beginning, True) for beginning in beginnings]
        return found

    def guessed(self) -> list[Lexeme]:
        """What may be meant by the term: itself under any name, or a word near it."""
        return [*self.lexemes(ANYWHERE), *((ANYWHERE + word, False) for word in self.near)]


def by_tier(terms: Sequence[Term]) -> list[Asked]:
    """What to ask in each tier, best first; each holds all that the one before holds within its own form."""
    tiers: list[Asked] = [[term.lexemes(place) for term in terms] for place in TIERS]
    if any(term.near for term in terms):
        tiers.append([term.guessed() for term in terms])
    return tiers
