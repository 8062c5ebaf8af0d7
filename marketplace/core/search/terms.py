"""What a query asks for: terms that must all be met, each by one of the forms that a tier of results allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

from marketplace.core.search.index import EXACT, FOLDED, NAMES_EXACT, NAMES_FOLDED, TITLE_EXACT, TITLE_FOLDED
from marketplace.core.search.words import folded_word, typed_word

Lexeme = tuple[str, bool]
Asked = Sequence[Sequence[Lexeme]]
# a tier is reached by what meets one of its questions
Tier = Sequence[Asked]

# best first: all words in the title as typed, as typed anywhere, without accents likewise, then by another name
TIERS = (TITLE_EXACT, EXACT, TITLE_FOLDED, FOLDED, NAMES_EXACT, NAMES_FOLDED)
# accents that were not typed tell nothing, so then all titles come before what is said elsewhere;
# several words without accents that stand apart say less than another name that holds them all
TIERS_OF_SEVERAL = (TITLE_EXACT, EXACT, TITLE_FOLDED, NAMES_EXACT, FOLDED, NAMES_FOLDED)
WITH_ACCENTS = {TITLE_EXACT, EXACT, NAMES_EXACT}
MOST_PHRASES = 6


@dataclass(frozen=True, slots=True)
class Term:
    """One word as typed, in its exact form, and what else may be meant by it.

    `begins`: no document holds it as a whole, so it is the beginning of a word. `may_go_on`: it is a word, but may
    become a longer one. `forms`: the same word in another number. `is_strange`: no document holds it, nor a word
    that begins with it. `near`: words that it is likely meant for; `far`: others that one slip makes of it.
    """

    exact: str
    begins: bool = False
    may_go_on: bool = False
    forms: tuple[str, ...] = ()
    is_strange: bool = False
    near: tuple[str, ...] = ()
    far: tuple[str, ...] = ()

    @property
    def folded(self) -> str:
        """The word without accents."""
        return folded_word(self.exact)

    def lexemes(self, place: str) -> list[Lexeme]:
        """What meets the term in a place. Without accents a beginning says too little to be called exact."""
        if place in WITH_ACCENTS:
            return self._beginnings(place, self.exact) if self._begins_exactly else [(place + self.exact, False)]
        if self.begins:
            return self._beginnings(place, self.folded)
        return [(place + word, False) for word in (self.folded, *self.forms)]

    def going_on(self, place: str) -> list[Lexeme]:
        """What meets the term in a place where it may be the beginning of a longer word."""
        longer = self._beginnings(place, self.folded) if self.may_go_on else []
        return [*self.lexemes(place), *longer]

    def slipped(self, place: str, *, likely: bool) -> list[Lexeme]:
        """What meets the term in a place if it was a slip."""
        return [(place + word, False) for word in (self.near if likely else (*self.near, *self.far))]

    @property
    def _begins_exactly(self) -> bool:
        return self.begins and self.exact != self.folded

    def _beginnings(self, place: str, word: str) -> list[Lexeme]:
        return [(place + form, True) for form in dict.fromkeys((word, typed_word(word)))]


@dataclass(frozen=True, slots=True)
class Question:
    """One way to read what was typed: its tiers, best first, the last of which finds all, and how titles say it."""

    tiers: Sequence[Tier]
    phrases: Sequence[str]


def as_typed(terms: Sequence[Term]) -> Question:
    """The words as they are; the last one may go on to be a longer one."""
    places: tuple[str, ...] = TIERS_OF_SEVERAL if len(terms) > 1 else TIERS
    if all(term.exact == term.folded for term in terms):
        places = (TITLE_EXACT, TITLE_FOLDED, *(place for place in places if place not in {TITLE_EXACT, TITLE_FOLDED}))
    tiers: list[Tier] = [[[term.lexemes(place) for term in terms]] for place in places]
    if any(term.may_go_on for term in terms):
        if len(terms) > 1:
            tiers.insert(places.index(TITLE_FOLDED) + 1, [[term.going_on(TITLE_FOLDED) for term in terms]])
        tiers.append([[term.going_on(NAMES_FOLDED) for term in terms]])
    return Question(tiers, _phrases([term.folded] for term in terms))


def with_slips(terms: Sequence[Term]) -> Question:
    """The strange words are slips and the others are as typed; where none is strange, one of the words is a slip."""
    strange = [number for number, term in enumerate(terms) if term.is_strange]
    places = [strange] if strange else [[number] for number in range(len(terms))]
    return _slips(terms, places)


def with_more_slips(terms: Sequence[Term]) -> Question:
    """One word more is a slip, as long as others say what is meant."""
    numbers = range(len(terms))
    strange = [number for number in numbers if terms[number].is_strange]
    more = [[*strange, number] for number in numbers if number not in strange] if strange else combinations(numbers, 2)
    return _slips(terms, [list(slips) for slips in more if len(slips) * 3 <= len(terms) * 2])


def _slips(terms: Sequence[Term], places: Sequence[Sequence[int]]) -> Question:
    tiers = [
        [list(_asked(terms, slips, place, likely=likely)) for slips in places]
        for likely in (True, False)
        for place in (TITLE_FOLDED, NAMES_FOLDED)
    ]
    answerable: list[Tier] = [[asked for asked in tier if all(asked)] for tier in tiers]
    slips = {number for some in places for number in some}
    return Question(
        [tier for tier in answerable if tier],
        _phrases(([*term.near] if number in slips else []) + [term.folded] for number, term in enumerate(terms)),
    )


def _asked(terms: Sequence[Term], slips: Sequence[int], place: str, *, likely: bool) -> Iterator[list[Lexeme]]:
    for number, term in enumerate(terms):
        yield term.slipped(place, likely=likely) if number in slips else term.going_on(place)


def _phrases(options: Iterable[list[str]]) -> list[str]:
    return [" ".join(words) for words in islice(product(*options), MOST_PHRASES)]


def some_of(terms: Sequence[Term]) -> list[list[Lexeme]]:
    """What meets each term: as it is in a title, as it is anywhere, and in any way at all."""
    found = [group for term in terms for place in (TITLE_FOLDED, NAMES_FOLDED) for group in [term.lexemes(place)]]
    any_way = ([*term.going_on(NAMES_FOLDED), *term.slipped(NAMES_FOLDED, likely=False)] for term in terms)
    return [*found, *any_way]
