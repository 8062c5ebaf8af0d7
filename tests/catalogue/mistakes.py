"""What becomes of a name on its way through fingers, keyboards and phones; and how often the search sees through it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from random import Random

from marketplace.core.text import fold

MARKS = "\u0302\u0306\u031b\u0300\u0301\u0303\u0309\u0323"
TELEX = dict(zip(MARKS, "*wwfsxrj", strict=True))
VNI = dict(zip(MARKS, "68721435", strict=True))
TONES = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Mistake = Callable[[str, Random], str]


def _one_word(change: Callable[[str, int, Random], str], *, folded: bool = True) -> Mistake:
    """The change on one word of three letters or more, at one place."""

    def mistaken(name: str, chance: Random) -> str:
        words = (fold(name) if folded else name.lower()).split()
        long = [number for number, word in enumerate(words) if len(word) > 2 and word.isalpha()]
        if long:
            number = chance.choice(long)
            words[number] = change(words[number], chance.randrange(len(words[number])), chance)
        return " ".join(words)

    return mistaken


def _wrong(word: str, place: int, chance: Random) -> str:
    return word[:place] + chance.choice(LETTERS.replace(word[place], "")) + word[place + 1 :]


def _swapped(word: str, place: int, _chance: Random) -> str:
    place = min(place, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _missing(word: str, place: int, _chance: Random) -> str:
    return word[:place] + word[place + 1 :]


def _doubled(word: str, place: int, _chance: Random) -> str:
    return word[: place + 1] + word[place:]


def _keystrokes(keys: dict[str, str], bar: str) -> Mistake:
    """The keys of an input method that was switched off: marks after their letter, the tone at the end of the word."""

    def typed(name: str, _chance: Random) -> str:
        return " ".join(_keys_of(word, keys, bar) for word in name.lower().split())

    return typed


def _keys_of(word: str, keys: dict[str, str], bar: str) -> str:
    typed, tone = "", ""
    for letter in unicodedata.normalize("NFD", word):
        if letter in TONES:
            tone = keys[letter]
        elif letter in keys:
            typed += typed[-1] if keys[letter] == "*" else keys[letter]
        else:
            typed += bar if letter == "đ" else letter
    return typed + tone


def _other_tones(name: str, chance: Random) -> str:
    letters = unicodedata.normalize("NFD", name.lower())
    return unicodedata.normalize("NFC", "".join(chance.choice(TONES) if one in TONES else one for one in letters))


def _some_accents(name: str, chance: Random) -> str:
    return " ".join(word if chance.random() < 0.5 else fold(word) for word in name.split())


def _unfinished(name: str, chance: Random) -> str:
    *before, last = fold(name).split()
    return " ".join([*before, last[: chance.randint(1, max(1, len(last) - 1))]])


MISTAKES: dict[str, Mistake] = {
    "as it is": lambda name, _chance: name,
    "no accents": lambda name, _chance: fold(name),
    "some accents": _some_accents,
    "other tones": _other_tones,
    "decomposed": lambda name, _chance: unicodedata.normalize("NFD", name),
    "d for đ": lambda name, _chance: name.replace("đ", "d").replace("Đ", "D"),
    "a wrong letter": _one_word(_wrong),
    "a missing letter": _one_word(_missing),
    "a doubled letter": _one_word(_doubled),
    "two letters swapped": _one_word(_swapped),
    "a wrong letter, with accents": _one_word(_wrong, folded=False),
    "a missing letter, with accents": _one_word(_missing, folded=False),
    "joined": lambda name, _chance: fold(name).replace(" ", ""),
    "joined, with accents": lambda name, _chance: "#" + name.replace(" ", ""),
    "last word unfinished": _unfinished,
    "Telex": _keystrokes(TELEX, "dd"),
    "VNI": _keystrokes(VNI, "d9"),
}


def recall(
    names: Iterable[tuple[str, str]], mistake: Mistake, find: Callable[[str], list[str]], seed: int
) -> list[float]:
    """How often the thing that was meant comes first, and among the first five, of 1."""
    chance = Random(seed)
    places = [
        found.index(slug) if slug in found else 99 for name, slug in names for found in [find(mistake(name, chance))]
    ]
    return [round(sum(place < most for place in places) / len(places), 3) for most in (1, 5)]
