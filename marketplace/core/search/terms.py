"""What a query asks for: terms that must all be met, each by one of the forms that a tier of results allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core.search.index import EXACT, FOLDED, NAMES_EXACT, NAMES_FOLDED, TITLE_EXACT, TITLE_FOLDED
from marketplace.core.search.words import folded_word, typed_word

Lexeme = tuple[str, bool]
Asked = Sequence[Sequence[Lexeme]]

# best first: all words in the title as typed, as typed anywhere, without accents likewise, then by another name
TIERS = (TITLE_EXACT, EXACT, TITLE_FOLDED, FOLDED, NAMES_EXACT, NAMES_FOLDED)
# several words without accents that stand apart say less than another name that holds them all
TIERS_OF_SEVERAL = (TITLE_EXACT, EXACT, TITLE_FOLDED, NAMES_EXACT, FOLDED, NAMES_FOLDED)
WITH_ACCENTS = {TITLE_EXACT, EXACT, NAMES_EXACT}


@dataclass(frozen=True, slots=True)
class Term:
    """One word as typed, in its exact form, and what else may be meant by it.

    `begins`: no document holds it as a whole, so it is the beginning of a word. `may_go_on`: it is a word, but may
    become a longer one. `near`: words that a slip makes of it.
    """

    exact: str
    begins: bool = False
    may_go_on: bool = False
    near: tuple[str, ...] = ()

    @property
    def folded(self) -> str:
        """The word without accents."""
        return folded_word(self.exact)

    def lexemes(self, place: str) -> list[Lexeme]:
        """What meets the term in a place. Without accents a beginning says too little to be called exact."""
        if place in WITH_ACCENTS:
            return self._beginnings(place, self.exact) if self._begins_exactly else [(place + self.exact, False)]
        return self._beginnings(place, self.folded) if self.begins else [(place + self.folded, False)]

    @property
    def _begins_exactly(self) -> bool:
        return self.begins and self.exact != self.folded

    def _beginnings(self, place: str, word: str) -> list[Lexeme]:
        return [(place + form, True) for form in dict.fromkeys((word, typed_word(word)))]

    def guessed(self) -> list[Lexeme]:
        """What may be meant by the term: itself under any name, a longer word, a word near it."""
        longer = self._beginnings(NAMES_FOLDED, self.folded) if self.may_go_on else []
        return [*self.lexemes(NAMES_FOLDED), *longer, *((NAMES_FOLDED + word, False) for word in self.near)]


def by_tier(terms: Sequence[Term]) -> list[Asked]:
    """What to ask in each tier, best first; the last one finds all that is found at all."""
    places = TIERS if len(terms) == 1 else TIERS_OF_SEVERAL
    tiers: list[Asked] = [[term.lexemes(place) for term in terms] for place in places]
    if any(term.near or term.may_go_on for term in terms):
        tiers.append([term.guessed() for term in terms])
    return tiers
