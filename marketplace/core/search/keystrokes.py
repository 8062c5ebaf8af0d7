"""Telex and VNI keystrokes that were left in the text: "ddaaju" and "d9a65u" are đậu."""

from __future__ import annotations

import unicodedata

_TELEX_TONES = {"f": "\u0300", "s": "\u0301", "x": "\u0303", "r": "\u0309", "j": "\u0323"}
_VNI_TONES = {"2": "\u0300", "1": "\u0301", "4": "\u0303", "3": "\u0309", "5": "\u0323"}
_ROOF = {"a": "â", "e": "ê", "o": "ô"}
_HORN = {"o": "ơ", "u": "ư"}
_BREVE = {"a": "ă"}
_VOWELS = "aăâeêioôơuưy"
_MARKED = "ăâêôơư"
SHORTEST = 2


def decoded(word: str) -> list[str]:
    """What the keystrokes of a word may stand for, accents and all; empty where they are no keystrokes."""
    read = (_telex(word), _vni(word))
    return list(dict.fromkeys(one for one in read if one and one != word))


def may_be_a_slip(word: str) -> bool:
    """A "w" after consonants alone is an ư in Telex, but as often a finger beside the "e": "phw"."""
    return word[-1:] == "w" and len(word) > SHORTEST and not set(word) & set(_VOWELS)


def _telex(word: str) -> str | None:
    letters: list[str] = []
    tone = ""
    for key in word:
        seen_vowel = any(letter in _VOWELS for letter in letters)
        if key in _TELEX_TONES and seen_vowel:
            tone = _TELEX_TONES[key]
        elif key == "w" and not (_mark(letters, _HORN) or _mark(letters, _BREVE)):
            letters.append("ư")
        elif key == "w" or (key in _ROOF and _mark(letters, {key: _ROOF[key]})) or (key == "d" and _bar(letters)):
            continue
        else:
            letters.append(key)
    return _with_tone(letters, tone)


def _vni(word: str) -> str | None:
    letters: list[str] = []
    tone = ""
    changes = {"6": _ROOF, "7": _HORN, "8": _BREVE}
    for key in word:
        if key in _VNI_TONES:
            tone = _VNI_TONES[key]
        elif (key in changes and not _mark(letters, changes[key])) or (key == "9" and not _bar(letters)):
            return None
        elif key not in changes and key != "9":
            letters.append(key)
    return _with_tone(letters, tone)


def _mark(letters: list[str], change: dict[str, str]) -> bool:
    """Mark the last letters that the key can change; "uo" takes the horn on both."""
    places = [place for place, letter in enumerate(letters) if letter in change]
    if not places:
        return False
    last = places[-1]
    if change is _HORN and letters[last] == "o" and letters[last - 1 : last] == ["u"]:
        letters[last - 1] = "ư"
    letters[last] = change[letters[last]]
    return True


def _bar(letters: list[str]) -> bool:
    if not letters or letters[0] != "d":
        return False
    letters[0] = "đ"
    return True


def _with_tone(letters: list[str], tone: str) -> str | None:
    places = [place for place, letter in enumerate(letters) if letter in _VOWELS]
    if tone and not places:
        return None
    if tone:
        letters = list(letters)
        letters[_toned(letters, places)] += tone
    return unicodedata.normalize("NFC", "".join(letters))


def _toned(letters: list[str], places: list[int]) -> int:
    """Which vowel carries the tone."""
    marked = [place for place in places if letters[place] in _MARKED]
    if marked:
        return marked[-1]
    start = "".join(letters[:2])
    if len(places) > 1 and start in {"qu", "gi"}:
        places = places[1:]
    closed = places[-1] + 1 < len(letters)
    if len(places) == 1 or (len(places) == 2 and not closed):
        return places[0]
    return places[1]
