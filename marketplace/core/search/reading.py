"""From what people type to terms: known words are taken as they are, the others decoded, split or guessed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from marketplace.core.search import index
from marketplace.core.search.keystrokes import decoded
from marketplace.core.search.nearness import one_slip, two_slips
from marketplace.core.search.talk import without_talk
from marketplace.core.search.terms import Term
from marketplace.core.search.words import exact_words, folded_word

LONGEST_QUERY = 300
LONGEST_SYLLABLE = 9
MOST_TERMS = 12


@dataclass
class Reading:
    """One query read against the words of one kind; the whole vocabulary is fetched only where a word is strange.

    `is_typing`: the last word is taken as a beginning, even where it is a word already.
    """

    kind: str
    text: str
    is_typing: bool = False

    @cached_property
    def words(self) -> frozenset[str]:
        """Every folded word of the index."""
        return frozenset(index.vocabulary(self.kind))

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms; none where the text holds no word at all."""
        typed = list(dict.fromkeys(without_talk(exact_words(self.text[:LONGEST_QUERY]))))[:MOST_TERMS]
        if not typed:
            return ()
        held = index.held(self.kind, [folded_word(word) for word in typed])
        if not all(folded_word(word) in held for word in typed):
            typed = self._joined(typed, held)
        before = [term for word in typed[:-1] for term in self._term(word, held, unfinished=False)]
        unfinished = not self.text[-1:].isspace()
        return (*before, *self._term(typed[-1], held, unfinished=unfinished, is_alone=not before))[:MOST_TERMS]

    @property
    def loosened(self) -> tuple[Term, ...]:
        """The same terms with what a slip or an unfinished word would explain."""
        near = (term.near or tuple(one_slip(term.folded, self.words)) for term in self.terms)
        loose = [replace(term, near=found) for term, found in zip(self.terms, near, strict=True)]
        return (*loose[:-1], *(replace(term, may_go_on=len(term.exact) > 1) for term in loose[-1:]))

    def _term(self, word: str, held: Collection[str], *, unfinished: bool, is_alone: bool = False) -> list[Term]:
        """The term or terms that a word stands for; one that stands alone and is a word already seldom goes on."""
        folded = folded_word(word)
        if folded in held:
            if unfinished and self.is_typing:
                return [Term(word, begins=True)]
            goes_on = not is_alone or (word == folded and len(word) > 2)
            return [Term(word, may_go_on=unfinished and goes_on)]
        if unfinished and any(other.startswith(folded) for other in self.words):
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
        for meant in decoded(word):
            spelt = next(iter(exact_words(meant)), "")
            if folded_word(spelt) in self.words:
                return [Term(spelt, may_go_on=unfinished)]
            if unfinished and len(spelt) > 1 and any(w.startswith(folded_word(spelt)) for w in self.words):
                return [Term(spelt, begins=True)]
        near = one_slip(folded_word(word), self.words)
        if not near and (parts := split(word, self.words, unfinished=unfinished)):
            return parts
        return [Term(word, near=tuple(near or two_slips(folded_word(word), self.words)))]


def split(joined: str, words: Collection[str], *, unfinished: bool) -> list[Term]:
    """The fewest known words that a run of letters is made of; the last may be unfinished."""
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(2, len(joined) + 1):
        starts = (start for start in range(max(0, end - LONGEST_SYLLABLE), end - 1) if start in best)
        pieces = [(*best[start], piece) for start in starts if (piece := _word(joined[start:end], words))]
        if pieces:
            best[end] = min(pieces, key=len)
    whole = best.get(len(joined), ())
    if len(whole) > 1:
        return [Term(piece) for piece in whole]
    return _unfinished(joined, best, words) if unfinished else []


def _word(piece: str, words: Collection[str]) -> str | None:
    """The piece in its one spelling, if it is a known word with a vowel in it."""
    spelt = next(iter(exact_words(piece)), "")
    folded = folded_word(spelt)
    return spelt if folded in words and set(folded) & set("aeiouy") else None


def _unfinished(joined: str, best: dict[int, tuple[str, ...]], words: Collection[str]) -> list[Term]:
    """The split whose last piece begins a known word, with as much as possible before it."""
    for start in sorted(best, reverse=True):
        beginning = folded_word(joined[start:])
        if start and len(beginning) > 1 and any(word.startswith(beginning) for word in words):
            return [*(Term(piece) for piece in best[start]), Term(joined[start:], begins=True)]
    return []


def all_words(terms: Sequence[Term]) -> str:
    """The terms as one folded phrase."""
    return " ".join(term.folded for term in terms)
