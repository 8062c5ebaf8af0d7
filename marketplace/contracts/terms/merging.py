"""Two changes of one text brought together: what one side changed, put on what the text has become since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.contracts.terms.drafting import next_key

KEYED = ("lines", "clauses")
# what says which paper it is, and sums that follow from the lines
BESIDES = ("paper", "title", "references", "totals")
_GONE = object()


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two texts agree the same, whatever papers they stand on."""
    return _content(one) == _content(other)


def _content(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in terms.items() if name not in BESIDES}


def merged(base: Mapping[str, Any], proposed: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What `proposed` changed of `base`, on top of `now`: field by field, lines and clauses by their keys."""
    return {name: value for name, value in _fields(base, proposed, now) if value is not _GONE}


def rekeyed(base: Mapping[str, Any], proposed: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """`proposed` with keys for its new lines that fit `now`: that of the same pack there, else one not yet taken.

    Two texts that grow from one base count their new lines alike, though these may hold different goods.
    """
    before, present = {line["key"] for line in base["lines"]}, {line["key"]: line for line in now["lines"]}
    packs = {line["sku"]: line["key"] for line in now["lines"] if line.get("sku")}
    keys: dict[str, str] = {}
    for line in (one for one in proposed["lines"] if one["key"] not in before):
        taken = [*proposed["lines"], *now["lines"], *({"key": key} for key in keys.values())]
        free = next_key(taken) if line["key"] in present else line["key"]
        keys[line["key"]] = packs.get(line.get("sku") or "", free)
    lines = [{**one, "key": keys.get(one["key"], one["key"])} for one in proposed["lines"]]
    schedule = [{**one, "line": keys.get(one["line"], one["line"])} for one in proposed["schedule"]]
    return {**proposed, "lines": lines, "schedule": schedule}


def _fields(base: Any, proposed: Any, now: Any) -> list[tuple[str, Any]]:
    names = list(dict.fromkeys([*now, *proposed]))
    return [(name, _one(name, *(side.get(name, _GONE) for side in (base, proposed, now)))) for name in names]


def _one(name: str, base: Any, proposed: Any, now: Any) -> Any:
    if proposed == base:
        return now
    if now == base:
        return proposed
    sides = (base, proposed, now)
    if name in KEYED and all(isinstance(side, list) for side in sides):
        return list(merged(*({row["key"]: row for row in side} for side in sides)).values())
    if all(isinstance(side, Mapping) for side in sides):
        return merged(base, proposed, now)
    return proposed
