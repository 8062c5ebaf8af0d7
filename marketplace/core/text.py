"""Vietnamese text: cleaned on the way in, folded for search, turned into slugs and codes."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"[\u0300-\u036f]")
_SPACES = re.compile(r"[^\S\n]+")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: str, *, lines: bool = False) -> str:
    """Text as people meant it: NFC, no control or invisible characters, single spaces; line ends only if asked for."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not lines:
        text = re.sub(r"[\n\t]", " ", text)
    text = "\n".join(_SPACES.sub(" ", _seen(line)).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _seen(line: str) -> str:
    # most lines hold nothing unseen, and Python tells so a hundred times faster than by asking for each character
    if line.isprintable():
        return line
    return "".join(c for c in line if c == "\t" or unicodedata.category(c) not in _UNSEEN)


def lowered(text: str) -> str:
    """Lower case in NFC with accents kept: the exact form that search compares."""
    return unicodedata.normalize("NFC", text).lower()


def fold(text: str) -> str:
    """Lower case without accents, đ as d: the form in which "Đậu xanh" and "dau xanh" are the same."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    return _MARKS.sub("", decomposed)


def words(text: str) -> list[str]:
    """The words and numbers of a text, as written in it."""
    return re.findall(r"[^\W_]+", text)


def slugify(text: str, *, most: int = 80) -> str:
    """A readable part of an address: folded words joined by hyphens, cut at a word."""
    slug = "-".join(re.findall(r"[a-z0-9]+", fold(text)))
    return slug if len(slug) <= most else slug[: most + 1].rsplit("-", 1)[0][:most]


def ascii_upper(text: str, *, most: int) -> str:
    """Upper-case letters, digits and spaces only, as bank transfers carry them."""
    return " ".join(re.findall(r"[A-Z0-9]+", fold(text).upper()))[:most].strip()
