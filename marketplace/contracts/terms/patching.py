"""The way from one version of terms to the next as a JSON Patch (RFC 6902)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Operation = dict[str, Any]


def patch(old: Any, new: Any, path: str = "") -> list[Operation]:
    """Operations that turn `old` into `new`; objects of a list are followed by their key when they are moved."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return _objects(old, new, path)
    if isinstance(old, list) and isinstance(new, list):
        return _keyed(old, new, path) if _has_keys(old) and _has_keys(new) else _placed(old, new, path)
    return [] if _same(old, new) else [{"op": "replace", "path": path, "value": new}]


def _same(old: Any, new: Any) -> bool:
    """Equal and of one kind: in Python, True is 1."""
    return type(old) is type(new) and bool(old == new)


def _objects(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> list[Operation]:
    gone = [{"op": "remove", "path": f"{path}/{_escaped(name)}"} for name in old if name not in new]
    found: list[Operation] = gone
    for name, value in new.items():
        where = f"{path}/{_escaped(name)}"
        if name in old:
            found += patch(old[name], value, where)
        else:
            found.append({"op": "add", "path": where, "value": value})
    return found


def _keyed(old: list[Any], new: list[Any], path: str) -> list[Operation]:
    wanted = {one["key"] for one in new}
    found: list[Operation] = []
    rows = list(old)
    for place in range(len(rows) - 1, -1, -1):
        if rows[place]["key"] not in wanted:
            found.append({"op": "remove", "path": f"{path}/{place}"})
            del rows[place]
    for place, one in enumerate(new):
        found += _at_place(rows, place, one, path)
    return found


def _at_place(rows: list[Any], place: int, one: Any, path: str) -> list[Operation]:
    """Bring one object to its place, in `rows` as in the operations."""
    now = next((at for at in range(place, len(rows)) if rows[at]["key"] == one["key"]), None)
    if now is None:
        rows.insert(place, one)
        return [{"op": "add", "path": f"{path}/{place}", "value": one}]
    moved = rows.pop(now)
    rows.insert(place, one)
    move = [] if now == place else [{"op": "move", "from": f"{path}/{now}", "path": f"{path}/{place}"}]
    return [*move, *patch(moved, one, f"{path}/{place}")]


def _placed(old: list[Any], new: list[Any], path: str) -> list[Operation]:
    both = min(len(old), len(new))
    found: list[Operation] = []
    for place in range(both):
        found += patch(old[place], new[place], f"{path}/{place}")
    found += [{"op": "remove", "path": f"{path}/{place}"} for place in range(len(old) - 1, both - 1, -1)]
    return found + [{"op": "add", "path": f"{path}/-", "value": one} for one in new[both:]]


def _has_keys(rows: list[Any]) -> bool:
    keys = [one.get("key") if isinstance(one, Mapping) else None for one in rows]
    return all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)


def patched(document: Any, operations: list[Operation]) -> Any:
    """The document with the operations done one after another; the given one is left as it is."""
    root = {"": copy.deepcopy(document)}
    for one in operations:
        if one["op"] == "move":
            _add(root, one["path"], _take(root, one["from"]))
        elif one["op"] == "remove":
            _take(root, one["path"])
        else:
            if one["op"] == "replace" and one["path"]:
                _take(root, one["path"])
            _add(root, one["path"], copy.deepcopy(one["value"]))
    return root[""]


def _parent(root: dict[str, Any], path: str) -> tuple[Any, str]:
    *way, last = [name.replace("~1", "/").replace("~0", "~") for name in path.split("/")]
    found: Any = root
    for name in way:
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found, last


def _take(root: dict[str, Any], path: str) -> Any:
    parent, last = _parent(root, path)
    return parent.pop(int(last) if isinstance(parent, list) else last)


def _add(root: dict[str, Any], path: str, value: Any) -> None:
    parent, last = _parent(root, path)
    if isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        parent[last] = value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
