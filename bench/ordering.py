"""Orders under load: the whole path, the confirmation alone, and what the database alone needs for it."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from bench import buying, inside, replay, steps
from bench.data import Postgres, Sqlite, name_of
from bench.servers import MARKET, serving

ROUNDS = 3


def measure(engine: Sqlite | Postgres, size: int, folder: Path, seconds: float, buyers: int) -> dict[str, Any]:
    """Everything about orders, on a copy of one data set."""
    url = engine.copy(name_of(size), "orders")
    wares = inside.apart(inside.wares_of, url, str(folder))
    alone = inside.apart(steps.steps_of, engine.copy(name_of(size), "steps"), str(folder), wares)
    with serving(MARKET, url, folder / "orders", "/products") as server:
        # a new process compiles its pages and statements first
        buying.whole_orders(server.port, wares, seconds, 3_000_000)
        whole, share = buying.whole_orders(server.port, wares, seconds, 1)
        found: dict[str, Any] = {"steps": alone, "whole_per_s": whole, "generator_share": share}
        served, failures, longest = buying.crowd(server.port, wares, 1_000_000)
        found |= {"crowd_served": served, "crowd_failures": failures[:3], "crowd_longest_s": longest}
        ready = buying.prepared(server.port, wares, range(2_000_000, 2_000_000 + (1 + ROUNDS) * buyers))
    groups = [ready[start : start + buyers] for start in range(0, len(ready), buyers)]
    again = engine.copy("orders", "replay") if isinstance(engine, Postgres) else ""
    tapes = _tapes(engine, groups, folder)
    return found | _confirmations(url, again, groups, tapes, folder)


def _tapes(engine: Sqlite | Postgres, groups: list[list[buying.Buyer]], folder: Path) -> list[list[replay.Tape]]:
    if not isinstance(engine, Postgres):
        return []
    copy = engine.copy("orders", "recorded")
    tapes = replay.recorded(copy, str(folder), [buyer for group in groups for buyer in group])
    each = len(groups[0])
    return [tapes[start : start + each] for start in range(0, len(tapes), each)]


def _confirmations(
    url: str, again: str, groups: list[list[buying.Buyer]], tapes: list[list[replay.Tape]], folder: Path
) -> dict[str, Any]:
    """The server and the replay in turns, each with orders that nobody placed yet; the first turn only warms both."""
    rates, floors = [], []
    with serving(MARKET, url, folder / "orders", "/products") as server:
        for number, group in enumerate(groups):
            rates.append(buying.confirmed(server.port, group))
            if tapes:
                floors.append(replay.replayed(again, tapes[number]))
        found: dict[str, Any] = {"posts_per_s": statistics.median(rates[1:]), "memory_mb": server.memory()}
    if tapes:
        found |= replay.compared(rates[1:], floors[1:])
        found |= replay.described([tape for group in tapes for tape in group])
    return found
