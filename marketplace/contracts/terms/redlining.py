"""What has changed in a text, word by word: whole words and numbers, spaces and line ends kept."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from markupsafe import Markup

Segments = list[tuple[str, str]]

# a number with its separators, a word (marks of decomposed letters belong to it), or one sign; and the spaces after it
_WORD = re.compile(r"(\d+(?:[.,]\d+)*|[^\W\d_][\w\u0300-\u036f]*|[^\w\s]|[\w\u0300-\u036f])(\s*)")
_TAGS = {"equal": Markup("{}"), "delete": Markup("<del>{}</del>"), "insert": Markup("<ins>{}</ins>")}
# beyond so many pairs of words (a thousand on each side) whole lines are compared: nobody waits seconds for a page
MOST_PAIRS = 1_000_000
# fewer letters than this between two changes are read as part of the change
ISLAND = 2


def words_redline(old: str, new: str) -> Segments:
    """(equal | delete | insert, text) in the order of reading.

    Equal and deleted texts together are the old one, equal and inserted ones the new one, both in NFC.
    """
    before, after = _words(old), _words(new)
    if len(before) * len(after) > MOST_PAIRS:
        before, after = _lines(old), _lines(new)
    found: Segments = []
    for how, a, b, c, d in _matcher([one for one, _space in before], [one for one, _space in after]).get_opcodes():
        if how == "equal":
            for old_one, new_one in zip(before[a:b], after[c:d], strict=True):
                _append_same(found, old_one, new_one)
        else:
            _append(found, "delete", _joined(before[a:b]))
            _append(found, "insert", _joined(after[c:d]))
    return _calm(found)


def _matcher(before: list[str], after: list[str]) -> SequenceMatcher[str]:
    """Words that stand very often on both sides would take seconds: there the frequent ones are left out of account."""
    times = Counter(after)
    pairs = sum(count * times[word] for word, count in Counter(before).items())
    return SequenceMatcher(None, before, after, autojunk=pairs > MOST_PAIRS // 4)


def _lines(text: str) -> list[tuple[str, str]]:
    return [(line, "") for line in unicodedata.normalize("NFC", text).splitlines(keepends=True)]


def _words(text: str) -> list[tuple[str, str]]:
    text = unicodedata.normalize("NFC", text)
    start = len(text) - len(text.lstrip())
    lead = [("", text[:start])] if start else []
    return [*lead, *_WORD.findall(text, start)]


def _joined(words: Sequence[tuple[str, str]]) -> str:
    return "".join(word + space for word, space in words)


def _append_same(found: Segments, old: tuple[str, str], new: tuple[str, str]) -> None:
    if old[1] == new[1]:
        _append(found, "equal", new[0] + new[1])
        return
    _append(found, "equal", new[0])
    _append(found, "delete", old[1])
    _append(found, "insert", new[1])


def _append(found: Segments, how: str, text: str) -> None:
    if not text:
        return
    if found and found[-1][0] == how:
        found[-1] = (how, found[-1][1] + text)
    else:
        found.append((how, text))


def _calm(segments: Segments) -> Segments:
    """Join changes that only a short word or sign keeps apart; within one change what went stands before what came."""
    calmed: Segments = []
    removed = added = ""
    for place, (how, text) in enumerate(segments):
        inside = 0 < place < len(segments) - 1 and (removed or added)
        if how == "equal" and not (inside and len(text.strip()) < ISLAND and "\n" not in text):
            _append_change(calmed, removed, added)
            removed = added = ""
            _append(calmed, how, text)
            continue
        removed += text if how != "insert" else ""
        added += text if how != "delete" else ""
    _append_change(calmed, removed, added)
    return calmed


def _append_change(found: Segments, removed: str, added: str) -> None:
    if removed == added:
        _append(found, "equal", removed)
        return
    space = _same_end(removed, added)
    _append(found, "delete", removed.removesuffix(space))
    _append(found, "insert", added.removesuffix(space))
    _append(found, "equal", space)


def _same_end(one: str, other: str) -> str:
    """The blank that both end with: it did not change."""
    ends = [text[len(text.rstrip()) :] for text in (one, other)]
    return ends[0] if ends[0] == ends[1] else ""


def marked(segments: Segments) -> Markup:
    """The redline as markup: <del> and <ins>, every text escaped."""
    return Markup("").join(_TAGS[how].format(text) for how, text in segments)
