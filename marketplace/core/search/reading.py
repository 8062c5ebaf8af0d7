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
    """One query read against the words of one kind; the whole vocabulary is fetched only where a word is strange."""

    kind: str
    text: str

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
        unfinished = not self.text[-1:].isspace()
        terms = [Term(word, unfinished and word == typed[-1]) for word in typed]
        strange = set(index.strange(self.kind, [term.folded for term in terms], unfinished=unfinished))
        better = (self._better(term) if term.folded in strange else [term] for term in terms)
        return tuple(term for some in better for term in some)[:MOST_TERMS]

    @property
    def loosened(self) -> tuple[Term, ...]:
        """The same terms, each with the words that differ by one slip."""
        return tuple(replace(term, near=term.near or tuple(one_slip(term.folded, self.words))) for term in self.terms)

    def _better(self, term: Term) -> list[Term]:
        """What an unknown word stands for: keystrokes, words written as one, or a slip of the finger."""
        for word in decoded(term.exact):
            spelt = next(iter(exact_words(word)), "")
            if self._holds(folded_word(spelt), term.is_last):
                return [Term(spelt, term.is_last)]
        near = one_slip(term.folded, self.words)
        if not near and (parts := split(term, self.words)):
            return parts
        return [replace(term, near=tuple(near or two_slips(term.folded, self.words)))]

    def _holds(self, word: str, is_last: bool) -> bool:
        return word in self.words or (is_last and len(word) > 1 and any(w.startswith(word) for w in self.words))


def split(term: Term, words: Collection[str]) -> list[Term]:
    """The fewest known words that a run of letters is made of; the last may be unfinished where the term is."""
    best: dict[int, tuple[str, ...]] = {0: ()}
    whole = len(term.exact)
    for end in range(2, whole + 1):
        starts = (start for start in range(max(0, end - LONGEST_SYLLABLE), end - 1) if start in best)
        pieces = [(*best[start], piece) for start in starts if (piece := _word(term.exact[start:end], words))]
        if pieces:
            best[end] = min(pieces, key=len)
    if whole not in best and term.is_last:
        best |= _unfinished(term.exact, best, words)
    found = best.get(whole, ())
    return [Term(piece, term.is_last and piece == found[-1]) for piece in found] if len(found) > 1 else []


def _word(piece: str, words: Collection[str]) -> str | None:
    """The piece in its one spelling, if it is a known word with a vowel in it."""
    spelt = next(iter(exact_words(piece)), "")
    folded = folded_word(spelt)
    return spelt if folded in words and set(folded) & set("aeiouy") else None


def _unfinished(joined: str, best: dict[int, tuple[str, ...]], words: Collection[str]) -> dict[int, tuple[str, ...]]:
    """The split whose last piece begins a known word, with as much as possible before it."""
    for start in sorted(best, reverse=True):
        beginning = folded_word(joined[start:])
        if start and len(beginning) > 1 and any(word.startswith(beginning) for word in words):
            return {len(joined): (*best[start], joined[start:])}
    return {}


def all_words(terms: Sequence[Term]) -> str:
    """The terms as one folded phrase."""
    return " ".join(term.folded for term in terms)
