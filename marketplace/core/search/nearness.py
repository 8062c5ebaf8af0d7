"""Words that people write for each other: by a slip of the finger, or because both sound alike where they live."""

from __future__ import annotations

from collections.abc import Collection, Iterator

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_GUESSES = 12
LONG_WORD = 7
SHORTEST = 3
# beginnings and ends of syllables that sound alike somewhere in the country
_INITIALS = ("ch tr", "s x sh", "l n", "d gi r v", "c k q", "g gh", "ng ngh", "b p", "ph f", "qu w", "th t", "h")
_FINALS = ("n ng nh", "c t ch", "i y", "ao au", "iu ieu", "uu uou", "em im", "ap op")


def one_slip(word: str, known: Collection[str]) -> list[str]:
    """Known words one slip away, in order; numbers are never slips of each other, and of two letters none is left."""
    if len(word) < SHORTEST or word.isdecimal():
        return []
    parts = _parts(word)
    near = _swapped(parts) | _missing(parts)
    near |= {head + tail[1:] for head, tail in parts if tail}
    near |= {head + letter + tail[1:] for head, tail in parts if tail for letter in _LETTERS}
    return _known(near, word, known)


def likely_slips(word: str, known: Collection[str]) -> list[str]:
    """The known words that are likeliest meant: two letters swapped, one missing or doubled, or the same sound."""
    if len(word) < 2 or word.isdecimal():
        return []
    parts = _parts(word)
    doubled = {head + tail[1:] for head, tail in parts if tail and head[-1:] == tail[0]}
    return _known(_swapped(parts) | _missing(parts) | doubled | set(_alike(word)), word, known)


def sound_alike(word: str, known: Collection[str]) -> list[str]:
    """The known words that are said like this one somewhere in the country, but for how they begin, in order."""
    return [] if word.isdecimal() else _known(_turned(word, _INITIALS, at_end=False), word, known)


def two_slips(word: str, known: Collection[str]) -> list[str]:
    """Known words two slips away from a long word, in order; their first letter is the same."""
    if len(word) < LONG_WORD or word.isdecimal():
        return []
    return sorted(other for other in known if other[0] == word[0] and len(other) > 3 and _apart(word, other) == 2)[
        :MOST_GUESSES
    ]


def _known(near: set[str], word: str, known: Collection[str]) -> list[str]:
    return sorted(near.intersection(known) - {word})[:MOST_GUESSES]


def _parts(word: str) -> list[tuple[str, str]]:
    return [(word[:place], word[place:]) for place in range(len(word) + 1)]


def _swapped(parts: list[tuple[str, str]]) -> set[str]:
    return {head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1}


def _missing(parts: list[tuple[str, str]]) -> set[str]:
    return {head + letter + tail for head, tail in parts for letter in _LETTERS}


def _alike(word: str) -> Iterator[str]:
    """The word with its beginning, its end or both as they are written elsewhere."""
    for begun in {word, *_turned(word, _INITIALS, at_end=False)}:
        yield begun
        yield from _turned(begun, _FINALS, at_end=True)


def _turned(word: str, groups: Collection[str], *, at_end: bool) -> set[str]:
    found = set()
    for group in groups:
        forms = group.split()
        holds = [form for form in forms if (word.endswith(form) if at_end else _begins_with(word, form))]
        if holds:
            held = max(holds, key=len)
            rest = word[: -len(held)] if at_end else word[len(held) :]
            found |= {rest + form if at_end else form + rest for form in forms if rest}
    return found


def _begins_with(word: str, initial: str) -> bool:
    """The consonants that begin the word are these, and no more: "chôm" begins with ch, not with c."""
    return word.startswith(initial) and (word[len(initial) :][:1] != "h" or initial.endswith("h"))


def _apart(one: str, other: str) -> int:
    """Slips between two words; 3 stands for any larger number."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before, row = list(range(len(other) + 1)), list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, its in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                least = min(least, older[j - 2] + 1)
            row.append(least)
        if min(row) > 2:
            return 3
    return min(row[-1], 3)
