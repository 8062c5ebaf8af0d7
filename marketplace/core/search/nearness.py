"""Words that a slip of the finger makes of each other: a wrong, missing, doubled or swapped letter."""

from __future__ import annotations

from collections.abc import Collection

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_GUESSES = 12
LONG_WORD = 6


def one_slip(word: str, known: Collection[str]) -> list[str]:
    """Known words one slip away, in order; numbers are never slips of each other."""
    if len(word) < 2 or word.isdecimal():
        return []
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    near = {head + tail[1:] for head, tail in parts if tail}
    near |= {head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1}
    near |= {head + letter + tail[1:] for head, tail in parts if tail for letter in _LETTERS}
    near |= {head + letter + tail for head, tail in parts for letter in _LETTERS}
    return sorted(near.intersection(known) - {word})[:MOST_GUESSES]


def two_slips(word: str, known: Collection[str]) -> list[str]:
    """Known words two slips away from a long word, in order; their first letter is the same."""
    if len(word) < LONG_WORD or word.isdecimal():
        return []
    return sorted(other for other in known if other[0] == word[0] and len(other) > 3 and _apart(word, other) == 2)[
        :MOST_GUESSES
    ]


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
