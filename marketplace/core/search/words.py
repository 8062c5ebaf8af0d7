"""Words as search compares them: an exact form that keeps the accents, a folded one that drops them.

Spellings that people mix freely are one: hoà and hòa, thuỷ and thủy, mỳ and mì, kỹ and kĩ. Both forms hold only
letters and digits of a fixed alphabet, so that no text can reach the query syntax of an engine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from itertools import product

from marketplace.core.text import fold

LONGEST_WORD = 40
SHORTEST_PLURAL = 5
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in ("", *_TONES)
) | {"đ"}
_SHAPES = {letter: shapes for shapes in ("aăâ", "eê", "oôơ", "uư", "dđ") for letter in shapes}
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz0123456789") | _VIETNAMESE
_RUN = re.compile(r"[a-z0-9" + "".join(sorted(_VIETNAMESE)) + r"]+")
_PLAIN = re.compile(r"[a-z0-9]+")
_INITIAL = "b|ch?|d|đ|gh?|gi|h|kh?|l|m|n|ngh?|nh|ph|qu|r|s|t|th|tr|v|x"
_ENDS_IN_Y = re.compile(rf"(?P<initial>{_INITIAL})(?P<y>[yỳýỷỹỵ])")
_Y_AS_I = str.maketrans("yỳýỷỹỵ", "iìíỉĩị")
_I_AS_Y = str.maketrans("iìíỉĩị", "yỳýỷỹỵ")
_MAY_HAVE_Y = re.compile(r"qu[iìíỉĩị]")
# the tone stood on the second vowel in the newer spelling of these open syllables
_OLD_PLACES = {
    **dict(zip(("oà", "oá", "oả", "oã", "oạ"), ("òa", "óa", "ỏa", "õa", "ọa"), strict=True)),
    **dict(zip(("oè", "oé", "oẻ", "oẽ", "oẹ"), ("òe", "óe", "ỏe", "õe", "ọe"), strict=True)),
    **dict(zip(("uỳ", "uý", "uỷ", "uỹ", "uỵ"), ("ùy", "úy", "ủy", "ũy", "ụy"), strict=True)),
}
_MOVED_BACK = {new: old for old, new in _OLD_PLACES.items()}


def exact_words(text: str) -> list[str]:
    """The words of a text in lower case with their accents, one spelling each."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    plain = "".join(letter if letter in _ALPHABET else _foreign(letter) for letter in lowered)
    return [_one_spelling(word[:LONGEST_WORD]) for word in _RUN.findall(plain)]


def _foreign(letter: str) -> str:
    """Another alphabet's letter by its nearest plain one (ü as u); a space where there is none."""
    folded = fold(letter)
    return folded if _PLAIN.fullmatch(folded) else " "


def in_phrases(text: str, words: Collection[str]) -> list[str]:
    """These words as they stand in the text, those side by side as one."""
    phrases: list[str] = []
    was_one = False
    for word in text.split():
        is_one = not set(exact_words(word)).isdisjoint(words)
        if is_one and was_one:
            phrases[-1] += f" {word}"
        elif is_one:
            phrases.append(word)
        was_one = is_one
    return phrases


def folded_word(exact: str) -> str:
    """A word from `exact_words` without its accents."""
    return fold(exact)


def folded_words(text: str) -> list[str]:
    """The words of a text without accents."""
    return [folded_word(word) for word in exact_words(text)]


def has_tone(exact: str) -> bool:
    """A tone was typed, so that the syllable is whole but for consonants at its end."""
    return not set(unicodedata.normalize("NFD", exact)).isdisjoint(_TONES)


def near_accents(exact: str) -> list[str]:
    """The word with another tone, or with other vowels under its tone: rượu of ruợu, dẻ of dẽ; trứng is never trùng."""
    plain = [unicodedata.normalize("NFC", letter) for letter in _parted(exact, _TONES)]
    place = next((place for place, letter in enumerate(exact) if has_tone(letter)), len(exact))
    tone = next((mark for mark in unicodedata.normalize("NFD", exact) if mark in _TONES), "")
    toned = (_toned(plain, place, mark) for mark in ("", *_TONES))
    shaped = (_toned(letters, place, tone) for letters in product(*(_SHAPES.get(letter, letter) for letter in plain)))
    return [form for form in dict.fromkeys((*toned, *shaped)) if form != exact]


def _parted(exact: str, marks: str) -> list[str]:
    """Its letters without these marks."""
    return ["".join(c for c in unicodedata.normalize("NFD", letter) if c not in marks) for letter in exact]


def _toned(letters: Sequence[str], place: int, tone: str) -> str:
    return unicodedata.normalize("NFC", "".join((*letters[: place + 1], tone, *letters[place + 1 :])))


def numbers_of(exact: str) -> list[str]:
    """An English word as one and as several: peanut of peanuts, box of boxes; none where it is too short to tell."""
    if not exact.isascii() or not exact.isalpha() or len(exact) < SHORTEST_PLURAL - 1:
        return []
    if exact.endswith("s") and len(exact) >= SHORTEST_PLURAL:
        return [exact[:-1], *([exact[:-2]] if exact.endswith("es") else [])]
    return [f"{exact}s", f"{exact}es"]


def typed_word(exact: str) -> str:
    """The word as it may stand while more is to come: "hòa" on its way to "hoàng", "qui" on its way to "quyt"."""
    moved = exact[:-2] + _MOVED_BACK.get(exact[-2:], exact[-2:])
    return moved[:-1] + moved[-1].translate(_I_AS_Y) if _MAY_HAVE_Y.fullmatch(moved) else moved


def _one_spelling(word: str) -> str:
    if word[-2:] in _OLD_PLACES and not (word[-2] == "u" and word[-3:-2] == "q"):
        word = word[:-2] + _OLD_PLACES[word[-2:]]
    match = _ENDS_IN_Y.fullmatch(word)
    return match["initial"] + match["y"].translate(_Y_AS_I) if match else word
