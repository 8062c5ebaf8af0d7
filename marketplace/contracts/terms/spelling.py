"""Sums in Vietnamese words, as contracts write them beside the figures: "một triệu hai trăm năm mươi nghìn đồng"."""

from __future__ import annotations

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
STEPS = ("", "nghìn", "triệu", "tỷ", "nghìn tỷ", "triệu tỷ")


def spelled(amount_vnd: int) -> str:
    """The amount in words with a capital letter and "đồng" at its end."""
    words = " ".join(_number(amount_vnd)) or DIGITS[0]
    return f"{words[0].upper()}{words[1:]} đồng"


def _number(value: int) -> list[str]:
    groups: list[int] = []
    while value:
        value, group = divmod(value, 1000)
        groups.append(group)
    found: list[str] = []
    for place in range(len(groups) - 1, -1, -1):
        if groups[place]:
            found += _group(groups[place], whole=bool(found))
            found += STEPS[place].split()
    return found


def _group(value: int, *, whole: bool) -> list[str]:
    """Three digits; behind a higher group the hundreds are said even where there are none."""
    hundreds, rest = divmod(value, 100)
    said = [DIGITS[hundreds], "trăm"] if hundreds or whole else []
    return [*said, *_two(*divmod(rest, 10), after=bool(said))]


def _two(tens: int, ones: int, *, after: bool) -> list[str]:
    if tens == 0:
        return [*(["linh"] if after and ones else []), *([DIGITS[ones]] if ones else [])]
    said = ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if ones == 0:
        return said
    if ones == 5:
        return [*said, "lăm"]
    return [*said, "mốt" if ones == 1 and tens > 1 else DIGITS[ones]]
