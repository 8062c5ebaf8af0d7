"""Pages under load: the market's against bare ones of the same size, large data sets against small ones, in turns."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import inside
from bench.data import Postgres, Sqlite, name_of
from bench.load import Browser, pages
from bench.servers import BARE, MARKET, Server, serving

PAGES = {
    "listing": ["/products"],
    "listing, one set": ["/products?set=7"],
    "listing, one province": ["/products?province=ha-noi"],
    "search": ["/products?q=banh+dau+xanh", "/products?q=m%E1%BA%ADt+ong", "/products?q=gao"],
    "product": [],
}
# what the issue of speed asks for, page by page
WANTED_RATIO, WANTED_GROWTH, WANTED_QUERIES, WANTED_MEGABYTES, WANTED_START, WANTED_KILOBYTES = 0.5, 1.5, 6, 150, 3, 80


def measure(
    engine: Sqlite | Postgres, sizes: Sequence[int], folder: Path, rounds: int, seconds: float
) -> dict[str, Any]:
    """Everything that is read, on one engine."""
    with ExitStack() as stack:
        servers = {
            size: stack.enter_context(serving(MARKET, engine.url(name_of(size)), folder / str(size), "/products"))
            for size in sizes
        }
        bare = stack.enter_context(serving(BARE, engine.url(name_of(sizes[0])), folder / "bare", "/bare"))
        paths = {size: _paths(engine.url(name_of(size)), folder) for size in sizes}
        found = _rounds(servers, bare, paths, rounds, seconds)
        last = servers[sizes[-1]]
        memory = last.memory()
        weight = inside.first_visit(last.port, "/products")
        home = inside.first_visit(last.port, "/")
    firsts = {size: {name: each[0] for name, each in paths[size].items()} for size in sizes}
    queries = inside.apart(inside.queries_of, last.database_url, str(folder), firsts[sizes[-1]])
    costs = {
        size: inside.apart(inside.costs_of, servers[size].database_url, str(folder), firsts[size]) for size in sizes
    }
    return {
        "pages": found,
        "queries": queries,
        "costs": costs,
        "memory_mb": memory,
        "start_s": min(server.started for server in servers.values()),
        "first_visit_bytes": weight,
        "home_visit_bytes": sum(home.values()),
    }


def _paths(url: str, folder: Path) -> dict[str, list[str]]:
    wares = inside.apart(inside.wares_of, url, str(folder))
    return {**PAGES, "product": [f"/products/{slug}" for slug in wares.slugs[::8]]}


def _rounds(
    servers: dict[int, Server], bare: Server, paths: dict[int, dict[str, list[str]]], rounds: int, seconds: float
) -> dict[str, dict[int, dict[str, float]]]:
    """Each round asks every server for every page; the medians of the rounds are told."""
    rates: dict[tuple[str, int, str], list[float]] = {}
    sizes = {(name, size): _bytes(servers[size], paths[size][name]) for size in servers for name in PAGES}
    for _ in range(rounds):
        for name in PAGES:
            floor = pages(bare.port, [f"/bare?bytes={sizes[name, min(servers)]}"], seconds / 2)
            for size, server in servers.items():
                # a page is kept from its second visit in a process on; what it costs before stands beside the rates
                pages(server.port, paths[size][name], seconds)
                rate = pages(server.port, paths[size][name], seconds)
                rates.setdefault((name, size, "rate"), []).append(rate)
                rates.setdefault((name, size, "ratio"), []).append(rate / floor)
                rates.setdefault((name, size, "bare"), []).append(floor)
    found: dict[str, dict[int, dict[str, float]]] = {}
    for (name, size, what), values in rates.items():
        one = found.setdefault(name, {}).setdefault(size, {"bytes": sizes[name, size]})
        one[what] = statistics.median(values)
    for name, by_size in found.items():
        least = min(by_size)
        for size, one in by_size.items():
            pairs = zip(rates[name, least, "rate"], rates[name, size, "rate"], strict=True)
            one["growth"] = statistics.median(small / large for small, large in pairs)
    return found


def _bytes(server: Server, paths: Sequence[str]) -> int:
    return len(Browser(server.port).request("GET", paths[0])[2])
