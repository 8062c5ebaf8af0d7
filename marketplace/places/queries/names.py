"""Names of units as people write them: "P.12", "TT Cẩm Giàng", "h. Thanh Hà", "tp Vinh"."""

from __future__ import annotations

import re

from marketplace.core.text import fold

WARD_KINDS = ("phuong", "xa", "thi tran", "dac khu")
DISTRICT_KINDS = ("quan", "huyen", "thi xa", "thanh pho")
PROVINCE_KINDS = ("tinh", "thanh pho")
_SHORT = {
    "p": "phuong",
    "x": "xa",
    "tt": "thi tran",
    "q": "quan",
    "h": "huyen",
    "tx": "thi xa",
    "tp": "thanh pho",
    "t": "tinh",
}


def plain(text: str) -> str:
    """The folded words of a name, short kinds written out and numbers without a zero in front: "P.07" is "phuong 7"."""
    found = re.findall(r"[a-z]+|[0-9]+", fold(text))
    words = [str(int(word)) if word.isdecimal() else word for word in found]
    if len(words) > 1 and words[0] in _SHORT:
        words[0] = _SHORT[words[0]]
    return " ".join(words)


def bare(name: str, kinds: tuple[str, ...]) -> str:
    """A plain name without its kind."""
    for kind in kinds:
        if name.startswith(f"{kind} "):
            return name[len(kind) + 1 :]
    return name


def ways_to_write(text: str, kinds: tuple[str, ...]) -> list[str]:
    """The plain names that a text may mean: as it stands, or under any kind where the kind is missing or wrong."""
    written = plain(text)
    core = bare(written, kinds)
    return list(dict.fromkeys([written, *(f"{kind} {core}" for kind in kinds)])) if core else []


def kind_of(name: str) -> str:
    """The kind at the head of a plain name of a commune, or nothing."""
    return next((kind for kind in WARD_KINDS if name.startswith(f"{kind} ")), "")
