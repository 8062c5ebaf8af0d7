"""From what people type to terms: known words are taken as they are, the others decoded, split or guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from marketplace.core.search import index
from marketplace.core.search.keystrokes import decoded, may_be_a_slip
from marketplace.core.search.nearness import likely_slips, one_slip, sound_alike, two_slips
from marketplace.core.search.syllables import is_syllable
from marketplace.core.search.talk import without_amounts, without_small_talk, without_talk
from marketplace.core.search.terms import (
    Question,
    Term,
    alone,
    as_typed,
    is_answerable,
    with_more_slips,
    with_other_accents,
    with_slips,
    without_some,
)
from marketplace.core.search.words import exact_words, folded_word, has_tone, numbers_of

LONGEST_QUERY = 300
LONGEST_SYLLABLE = 9
MOST_TERMS = 12
MOST_WAYS = 3
_VOWELS = frozenset("aeiouy")
_CODE = re.compile(r"[a-z]{1,3}\d{1,4}")
_HASHTAG = re.compile(r"#\S+")
# "or" is no ỏ: a letter with a tone is hardly ever a word
TONED_LETTERS = frozenset("àáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụ")
_CAPITAL = re.compile(r"(?<=[^\W\d_A-ZĐ])(?=[A-ZĐÀ-Ý][^\W\d_A-ZĐ])|(?<=[^\W\d_A-ZĐ])(?=[A-ZĐ]{2,}\d)")


@dataclass
class Reading:
    """One query read against the words of one kind; the whole vocabulary is fetched only where a word is strange.

    `is_typing`: the last word is taken as a beginning, even where it is a word already. `way`: where words were typed
    as one, which way to split them, the likeliest first.
    """

    kind: str
    text: str
    is_typing: bool = False
    way: int = 0

    @cached_property
    def words(self) -> frozenset[str]:
        """Every folded word of the index."""
        return frozenset(index.vocabulary(self.kind))

    @cached_property
    def typed(self) -> list[str]:
        """The words that say what is looked for."""
        text = _HASHTAG.sub(lambda tag: _CAPITAL.sub(" ", tag[0]), self.text[:LONGEST_QUERY])
        return list(dict.fromkeys(without_talk(exact_words(text))))[:MOST_TERMS]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms; none where the text holds no word at all."""
        return self._terms(self.typed)

    @cached_property
    def fewer(self) -> tuple[Term, ...]:
        """The terms without words that are often no more than talk."""
        return self._of(without_small_talk(self.typed))

    @cached_property
    def fewest(self) -> tuple[Term, ...]:
        """These without amounts in measures that goods are called by as well: "5 yến gạo" is rice, no bird's nest."""
        typed = without_amounts(self.typed)
        return self.fewer if typed == self.typed else self._of(without_small_talk(typed))

    def _of(self, typed: list[str]) -> tuple[Term, ...]:
        return self.terms if typed == self.typed else self._terms(typed)

    def guesses(self) -> Iterator[Question]:
        """What else may be meant where nothing holds all that was typed, the likeliest first."""
        known = self.words
        yield from (with_other_accents(term) for term in self.terms[:1] if len(self.terms) == 1 and term.is_whole)
        for terms in dict.fromkeys((self._terms(self.typed, join=True), self.fewest, self.fewer)) if known else ():
            if terms != self.terms and is_answerable(terms):
                yield as_typed(terms) if len(terms) > 1 or len(self.terms) == 1 else alone(terms[0])
        others = [other.terms for other in self._split_otherwise()]
        yield from (as_typed(terms) for terms in others if is_answerable(terms))
        yield from self._slips()
        yield from (with_slips(self._loose(terms)) for terms in others)
        yield from without_some(self.loosened)
        if is_answerable(self.terms):
            yield with_slips(self.loosened)
            yield with_more_slips(self.loosened)

    def _split_otherwise(self) -> Iterator[Reading]:
        """The other ways to read words that were typed as one."""
        if any(term.is_part for term in self.terms):
            for way in range(1, MOST_WAYS):
                other = replace(self, way=way)
                vars(other)["words"] = self.words
                yield other

    def _slips(self) -> Iterator[Question]:
        """Slips of words that nothing holds; where all are known, only the likeliest."""
        only_likely = is_answerable(self.terms)
        yield with_slips(self._loose(self.terms), only_likely=only_likely)
        if self.fewer != self.terms:
            yield with_slips(self.loosened, only_likely=only_likely)
        if not only_likely:
            yield with_more_slips(self.loosened)

    @cached_property
    def loosened(self) -> tuple[Term, ...]:
        """The terms without talk, each with the words that a slip makes of it."""
        return self._loose(self.fewest)

    def _loose(self, terms: Sequence[Term]) -> tuple[Term, ...]:
        if len(terms) == 1 and terms[0].is_sound:
            return (self._alike(terms[0]) if terms[0].is_strange else terms[0],)
        return tuple(term if term.is_strange else self._with_near(term) for term in terms)

    def _begins(self, word: str) -> bool:
        """Some word of the index begins with it."""
        return any(other.startswith(folded_word(word)) for other in self.words)

    def _terms(self, typed: list[str], *, join: bool = False) -> tuple[Term, ...]:
        if not typed:
            return ()
        asked = {form for word in typed for form in (folded_word(word), *numbers_of(word))}
        held = asked & self.words if "words" in self.__dict__ else index.held(self.kind, asked)
        unfinished = not self.text[-1:].isspace()
        if not all(folded_word(word) in held for word in typed):
            begun = unfinished and not join and not set(folded_word(typed[-1])) & _VOWELS
            typed = [*self._joined(typed[:-1], held), typed[-1]] if begun else self._joined(typed, held)
        before = [term for word in typed[:-1] for term in self._term(word, held, unfinished=False)]
        return (*before, *self._term(typed[-1], held, unfinished=unfinished, is_alone=not before))[:MOST_TERMS]

    def _term(self, word: str, held: Collection[str], *, unfinished: bool, is_alone: bool = False) -> list[Term]:
        """The term or terms that a word stands for; one that stands alone and is a word already seldom goes on."""
        folded = folded_word(word)
        forms = tuple(form for form in numbers_of(word) if form in held)
        # "trangs" is no plural of trang, but tráng
        is_plural = forms and not (decoded(word) and all(map(is_syllable, forms)))
        if folded in held or is_plural:
            if unfinished and self.is_typing:
                return [Term(word, begins=True)]
            goes_on = not is_alone or (word == folded and len(word) > 2)
            return [Term(word, may_go_on=unfinished and goes_on, forms=forms)]
        if unfinished and self._begins(word):
            return [Term(word, begins=True)]
        return self._better(word, unfinished=unfinished)

    def _joined(self, typed: list[str], held: Collection[str]) -> list[str]:
        """Words that people write apart though the index holds them as one: "ca fe" is cafe."""
        joined: list[str] = []
        for word in typed:
            strange = joined and not (folded_word(word) in held and folded_word(joined[-1]) in held)
            if strange and folded_word(joined[-1] + word) in self.words:
                joined[-1] += word
            else:
                joined.append(word)
        return joined

    def _better(self, word: str, *, unfinished: bool) -> list[Term]:
        """What an unknown word stands for: keystrokes, words written as one, or a slip of the finger."""
        if may_be_a_slip(word) and (slip := self._slip_or_keys(word)).far:
            return [slip]
        for meant in decoded(word):
            spelt = next(iter(exact_words(meant)), "")
            if spelt in TONED_LETTERS:
                continue
            if folded_word(spelt) in self.words:
                return [Term(spelt, may_go_on=unfinished)]
            if unfinished and len(spelt) > 1 and self._begins(spelt):
                return [Term(spelt, begins=True)]
        strange = self._with_near(Term(word, is_strange=True))
        if strange.near or strange.far:
            return [strange]
        parts = split(word, self.words, unfinished=unfinished, way=self.way)
        return parts or [replace(strange, far=tuple(two_slips(strange.folded, self.words)))]

    def _slip_or_keys(self, word: str) -> Term:
        """A word of which a slip may be meant as well as what its keystrokes stand for."""
        slip = self._with_near(Term(word, is_strange=True))
        meant = (spelt for spelt in map(folded_word, decoded(word)) if spelt in self.words)
        return replace(slip, near=tuple(dict.fromkeys((*meant, *slip.near))))

    def _with_near(self, term: Term) -> Term:
        near = likely_slips(term.folded, self.words)
        far = [word for word in one_slip(term.folded, self.words) if word not in near]
        return replace(term, near=tuple(near), far=tuple(far))

    def _alike(self, term: Term) -> Term:
        """A syllable that stands alone is no slip of another one, unless both sound alike and no tone was typed."""
        return replace(term, near=() if has_tone(term.exact) else tuple(sound_alike(term.folded, self.words)), far=())


_Way = tuple[int, tuple[str, ...]]


def split(joined: str, words: Collection[str], *, unfinished: bool, way: int = 0) -> list[Term]:
    """The fewest known words that a run of letters is made of; the last may be unfinished; `way` 1 is the next best."""
    best = _ways(joined, words)
    whole = [pieces for _cost_of, pieces in best.get(len(joined), ()) if len(pieces) > 1 and max(map(len, pieces)) > 1]
    if whole:
        pieces = list(dict.fromkeys(whole[min(way, len(whole) - 1)]))
        return [
            *(Term(piece, is_part=True) for piece in pieces[:-1]),
            Term(pieces[-1], may_go_on=unfinished, is_part=True),
        ]
    return _unfinished(joined, {end: ways[0][1] for end, ways in best.items()}, words) if unfinished else []


def _ways(joined: str, words: Collection[str]) -> dict[int, list[_Way]]:
    """The best ways to split the run up to each of its letters that can be reached."""
    best: dict[int, list[_Way]] = {0: [(0, ())]}
    for end in range(1, len(joined) + 1):
        starts = (start for start in range(max(0, end - LONGEST_SYLLABLE), end) if start in best)
        read = [(start, piece) for start in starts if (piece := _word(joined[start:end], words))]
        ways = [(cost + _cost(piece), (*said, piece)) for start, piece in read for cost, said in best[start]]
        if ways:
            best[end] = sorted(ways, key=lambda way: (way[0], [-len(piece) for piece in way[1]], way[1]))[:MOST_WAYS]
    return best


def _cost(piece: str) -> int:
    """Few words are better than many, and a letter that stands alone is hardly a word."""
    return 10 if len(piece) > 1 else 25


def _word(piece: str, words: Collection[str]) -> str | None:
    """The piece in its one spelling, if it is a known word with a vowel in it, or a known number."""
    spelt = next(iter(exact_words(piece)), "")
    folded = folded_word(spelt)
    return (
        spelt if folded in words and (set(folded) & _VOWELS or folded.isdecimal() or _CODE.fullmatch(folded)) else None
    )


def _unfinished(joined: str, best: dict[int, tuple[str, ...]], words: Collection[str]) -> list[Term]:
    """The split whose last piece begins a known word, with as much as possible before it."""
    for start in sorted(best, reverse=True):
        beginning = folded_word(joined[start:])
        if start and len(beginning) > 1 and any(word.startswith(beginning) for word in words):
            parts = [Term(piece, is_part=True) for piece in best[start]]
            return [*parts, Term(joined[start:], begins=True, is_part=True)]
    return []
