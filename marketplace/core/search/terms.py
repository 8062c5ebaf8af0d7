"""What a query asks for: terms that must all be met, each by one of the forms that a tier of results allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, pairwise, product

from marketplace.core.search.index import EXACT, FOLDED, NAMES_EXACT, NAMES_FOLDED, TITLE_EXACT, TITLE_FOLDED
from marketplace.core.search.syllables import is_syllable
from marketplace.core.search.words import folded_word, has_tone, near_accents, typed_word

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
AS_EXACT = {TITLE_FOLDED: TITLE_EXACT, FOLDED: EXACT, NAMES_FOLDED: NAMES_EXACT}
MOST_PHRASES = 6
MOST_TOGETHER = 60
# so many words may be left out one by one, and two by two from so many on
MOST_PARTED = 7
LEAST_FOR_TWO = 4


@dataclass(frozen=True, slots=True)
class Term:
    """One word as typed, in its exact form, and what else may be meant by it.

    `begins`: no document holds it as a whole, so it is the beginning of a word. `may_go_on`: it is a word, but may
    become a longer one. `forms`: the same word in another number. `is_strange`: no document holds it, nor a word
    that begins with it. `near`: words that it is likely meant for; `far`: others that one slip makes of it. `is_part`:
    it was typed as one with its neighbours.
    """

    exact: str
    begins: bool = False
    may_go_on: bool = False
    forms: tuple[str, ...] = ()
    is_strange: bool = False
    near: tuple[str, ...] = ()
    far: tuple[str, ...] = ()
    is_part: bool = False

    @property
    def folded(self) -> str:
        """The word without accents."""
        return folded_word(self.exact)

    @property
    def is_sound(self) -> bool:
        """It is written as a syllable may be, so that it is seldom a slip."""
        return is_syllable(self.folded)

    @property
    def is_whole(self) -> bool:
        """A syllable with its tone: which other ones it may be meant for can be told from its accents."""
        return has_tone(self.exact) and self.is_sound and not self.begins and not self.may_go_on

    @property
    def has_accents(self) -> bool:
        """Somebody took the trouble to type its accents."""
        return self.exact != self.folded

    @property
    def says_much(self) -> bool:
        """It is a word by its length: a letter or a number alone says nothing of what is wanted."""
        shortest = 1 if self.has_accents else 2
        return len(self.folded) > shortest and not self.folded.isdecimal() and not self.is_part

    def as_said(self, place: str) -> list[Lexeme]:
        """What meets the term in a place with the accents that were typed."""
        return self.lexemes(AS_EXACT.get(place, place) if self.has_accents else place)

    def lexemes(self, place: str) -> list[Lexeme]:
        """What meets the term in a place. Without accents a beginning says too little to be called exact."""
        if place in WITH_ACCENTS:
            return self._beginnings(place, self.exact) if self._begins_exactly else [(place + self.exact, False)]
        if self.begins:
            return self._beginnings(place, self.folded)
        return [(place + word, False) for word in (self.folded, *self.forms)]

    def going_on(self, place: str) -> list[Lexeme]:
        """What meets the term in a place where it may be the beginning of a longer word."""
        if self.may_go_on and has_tone(self.exact):
            return [*self.lexemes(place), *self._beginnings(AS_EXACT.get(place, place), self.exact)]
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
    """One way to read what was typed: its tiers, best first, the last of which finds all, and how titles say it.

    `together` are phrases of which a title or another name must hold one, `names` words that must be such a name or
    `titles` patterns that the title must have, unless it meets `or_so`; `left_out` are terms that need not be met.
    """

    tiers: Sequence[Tier]
    phrases: Sequence[str]
    together: Sequence[str] = ()
    titles: Sequence[str] = ()
    names: Sequence[str] = ()
    left_out: tuple[str, ...] = ()
    or_so: Tier = ()


def as_typed(terms: Sequence[Term]) -> Question:
    """The words as they are; the last one may go on to be a longer one."""
    if len(terms) == 1 and terms[0].is_whole:
        return _whole(terms[0])
    places: tuple[str, ...] = TIERS_OF_SEVERAL if len(terms) > 1 else TIERS
    if all(term.exact == term.folded for term in terms):
        places = (TITLE_EXACT, TITLE_FOLDED, *(place for place in places if place not in {TITLE_EXACT, TITLE_FOLDED}))
    tiers: list[Tier] = [[[term.lexemes(place) for term in terms]] for place in places]
    if any(term.may_go_on for term in terms):
        if len(terms) > 1:
            tiers.insert(places.index(TITLE_FOLDED) + 1, [[term.going_on(TITLE_FOLDED) for term in terms]])
        tiers.append([[term.going_on(NAMES_FOLDED) for term in terms]])
    phrases = _phrases([term.folded] for term in terms)
    if len(terms) > 1 and any(has_tone(term.exact) for term in terms):
        # words with accents that a thing holds with other ones, apart from each other, are other words
        return Question(tiers, phrases, together=phrases, or_so=[[*map(_as_meant, terms)]])
    if len(terms) > 2 and not any(term.has_accents for term in terms):
        return Question(tiers, phrases, together=_pairs(terms))
    return Question(tiers, phrases)


def _pairs(terms: Sequence[Term]) -> list[str]:
    """Neighbours among many words without accents: where none of them stand together, they are other words."""
    return [f"{one.folded} {after.folded}" for one, after in pairwise(terms)]


def _whole(term: Term) -> Question:
    """A syllable that was typed to its end, alone: as it is, or with other accents that are easily taken for them."""
    misheard = {place: [(place + word, False) for word in near_accents(term.exact)] for place in WITH_ACCENTS}
    as_typed = {place: term.lexemes(place) for place in WITH_ACCENTS}
    other_name = [*as_typed[NAMES_EXACT], *misheard[NAMES_EXACT]]
    asked = [as_typed[TITLE_EXACT], as_typed[EXACT], misheard[TITLE_EXACT], as_typed[NAMES_EXACT], other_name]
    return Question([[[lexemes]] for lexemes in asked], [term.folded])


def with_other_accents(term: Term) -> Question:
    """The syllable with quite other accents, where goods begin with it or are called so: "tối" may be tỏi."""
    tiers: list[Tier] = [[[term.lexemes(place)]] for place in (TITLE_FOLDED, NAMES_FOLDED)]
    return Question(tiers, [term.folded], titles=[f" {term.folded} %"], names=[term.folded])


def _as_meant(term: Term) -> list[Lexeme]:
    if not has_tone(term.exact):
        return term.going_on(NAMES_FOLDED)
    barred = [(NAMES_EXACT + "đ" + term.exact[1:], False)] if term.exact.startswith("d") else []
    return [*term.going_on(NAMES_EXACT), *barred]


def alone(term: Term) -> Question:
    """The one word that is left beside talk: what the goods are called, and not only what is said of them."""
    tiers: list[Tier] = [[[term.as_said(place)]] for place in (TITLE_FOLDED, NAMES_FOLDED)]
    return Question(tiers, [term.folded], titles=[f"% {term.folded} %"], names=[term.folded])


def is_answerable(terms: Sequence[Term]) -> bool:
    """Every word is one that some document may hold."""
    return not any(term.is_strange for term in terms)


def with_slips(terms: Sequence[Term], *, only_likely: bool = False) -> Question:
    """The strange words are slips and the others are as typed; where none is strange, one of the words is a slip.

    `only_likely`: the likeliest slips, in titles.
    """
    strange = [number for number, term in enumerate(terms) if term.is_strange]
    places = [strange] if strange else [[number] for number in range(len(terms))]
    ways = [(True, TITLE_FOLDED)] if only_likely else SLIPS
    return _slips(terms, places, ways)


def with_more_slips(terms: Sequence[Term]) -> Question:
    """One word more is a slip, as long as others say what is meant; not one of those that were typed with care."""
    numbers = range(len(terms))
    is_short = len(terms) < LEAST_FOR_TWO
    careful = {number for number in numbers if terms[number].is_sound and (is_short or terms[number].has_accents)}
    strange = [number for number in numbers if terms[number].is_strange]
    more = [[*strange, number] for number in numbers if number not in strange] if strange else combinations(numbers, 2)
    few = [list(slips) for slips in more if len(slips) * 3 <= len(terms) * 2 and not careful.intersection(slips)]
    return _slips(terms, few, SLIPS)


SLIPS = tuple((likely, place) for likely in (True, False) for place in (TITLE_FOLDED, NAMES_FOLDED))


def _slips(terms: Sequence[Term], places: Sequence[Sequence[int]], ways: Sequence[tuple[bool, str]]) -> Question:
    tiers = [[list(_asked(terms, slips, place, likely=likely)) for slips in places] for likely, place in ways]
    answerable: list[Tier] = [[asked for asked in tier if all(asked)] for tier in tiers]
    slips = {number for some in places for number in some}
    is_doubtful = len(terms) == 2 or (len(terms) == 3 and is_answerable(terms))
    return Question(
        [tier for tier in answerable if tier],
        _phrases(([*term.near] if number in slips else []) + [term.folded] for number, term in enumerate(terms)),
        together=_together(terms, places) if is_doubtful else (),
    )


def _together(terms: Sequence[Term], places: Sequence[Sequence[int]]) -> list[str]:
    """How the words would stand side by side, with the slips mended."""
    options = [
        [[*term.near, *term.far] if number in slips else [term.folded] for number, term in enumerate(terms)]
        for slips in places
    ]
    return [" ".join(words) for one in options for words in islice(product(*one), MOST_TOGETHER)]


def _asked(terms: Sequence[Term], slips: Sequence[int], place: str, *, likely: bool) -> Iterator[list[Lexeme]]:
    """A word that may well be meant as it is can only be a slip where the others are meant as they are."""
    is_doubtful = any(terms[number].is_sound for number in slips)
    is_careful = any(has_tone(term.exact) for term in terms)
    for number, term in enumerate(terms):
        if number in slips:
            yield term.slipped(place, likely=likely)
        else:
            exact = AS_EXACT[place] if is_careful else place
            yield term.lexemes(exact) if is_doubtful and term.is_sound else term.going_on(place)


def without_some(terms: Sequence[Term]) -> Iterator[Question]:
    """Fewer words than were typed, the likeliest first: without strange ones, without one or two, the goods alone."""
    known = [term for term in terms if not term.is_strange]
    if not any(term.is_sound or term.is_part for term in known):
        # in English the goods come last
        known = known[::-1]
    if len(known) < len(terms):
        yield from _kept(terms, known, known)
    if 2 < len(known) <= MOST_PARTED:
        yield from _parted(terms, known, with_head=True)
    if len(terms) > 1:
        yield from _goods(terms, known[:1])
    if 2 < len(known) <= MOST_PARTED:
        yield from _parted(terms, known, with_head=False)
    if len(terms) > 1:
        yield from _goods(terms, known[1:])


def _parted(terms: Sequence[Term], known: Sequence[Term], *, with_head: bool) -> Iterator[Question]:
    """Most of the words; the first one, in Vietnamese, is what the goods are."""
    sizes = (len(known) - 1, len(known) - 2) if len(known) >= LEAST_FOR_TWO else (len(known) - 1,)
    for size in sizes:
        for kept in combinations(known, size):
            if (kept[0] is known[0]) is with_head and not _tears(known, kept):
                yield from _kept(terms, kept, kept[:1] if with_head else kept)


def _tears(known: Sequence[Term], kept: Sequence[Term]) -> bool:
    """A letter is left out without the word after it, which seldom says the same alone: ô long is no Hạ Long."""
    return any(len(one.folded) == 1 and one not in kept and after in kept for one, after in pairwise(known))


def _kept(terms: Sequence[Term], kept: Sequence[Term], said: Sequence[Term]) -> Iterator[Question]:
    """These words with the accents that were typed, one of those that say what the goods are in the title or a name."""
    is_careful = any(has_tone(term.exact) for term in terms)
    goods = [term.folded for term in said if term.says_much or (len(kept) > 1 and not term.folded.isdecimal())]
    if any(term.says_much for term in kept) and goods:
        places = (TITLE_EXACT, NAMES_EXACT) if is_careful else (TITLE_FOLDED, NAMES_FOLDED)
        tiers: list[Tier] = [[[term.as_said(place) for term in kept]] for place in places]
        phrase = [" ".join(term.folded for term in kept)]
        named = [_start(terms, kept)] if len(said) == 1 else goods
        yield Question(
            tiers, phrase, titles=_named(terms, kept, said), names=[*named, *phrase], left_out=_others(terms, kept)
        )


def _named(terms: Sequence[Term], kept: Sequence[Term], said: Sequence[Term]) -> list[str]:
    """How titles name the goods; where these were left out, only all that is left together may name others."""
    if len(kept) == 1:
        return []
    if len(said) == 1:
        return [f" {_start(terms, kept)} %"]
    if terms[0] not in kept and terms[0].is_sound:
        return [f"% {' '.join(term.folded for term in kept)} %"]
    return [f"% {term.folded} %" for term in said if term.says_much or not term.folded.isdecimal()]


def _start(terms: Sequence[Term], kept: Sequence[Term]) -> str:
    """How a title begins that names the goods: the first word, and the second where it stood beside it."""
    beside = list(terms).index(kept[0]) + 1
    is_pair = len(kept) > 1 and beside < len(terms) and terms[beside] is kept[1]
    return " ".join(term.folded for term in (kept[:2] if is_pair else kept[:1]))


def _goods(terms: Sequence[Term], known: Sequence[Term]) -> Iterator[Question]:
    for term in known:
        yield from _kept(terms, [term], [term])


def _others(terms: Sequence[Term], kept: Sequence[Term]) -> tuple[str, ...]:
    return tuple(term.exact for term in terms if term not in kept)


def _phrases(options: Iterable[list[str]]) -> list[str]:
    return [" ".join(words) for words in islice(product(*options), MOST_PHRASES)]


def some_of(terms: Sequence[Term]) -> list[list[Lexeme]]:
    """What meets each term: as it is in a title, as it is anywhere, and in any way at all."""
    found = [group for term in terms for place in (TITLE_FOLDED, NAMES_FOLDED) for group in [term.lexemes(place)]]
    any_way = ([*term.going_on(NAMES_FOLDED), *term.slipped(NAMES_FOLDED, likely=False)] for term in terms)
    return [*found, *any_way]
