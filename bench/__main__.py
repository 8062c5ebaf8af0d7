"""`python -m bench`: builds data sets, measures in turns, prints a table and writes bench/results.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from bench import calling, inside, issuing, listing, ordering, reading, signing, table
from bench.data import Postgres, build, engines, name_of

# a quiet machine needs a third of this
LONGEST, LONGEST_FULL = 1500, 3200
RESULTS = Path(__file__).resolve().parent / "results.json"


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="bench", description="Ratios of one run on this machine.")
    parser.add_argument("--full", action="store_true", help="also with 100,000 products")
    parser.add_argument("--sizes", type=int, nargs="+", help="other numbers of products")
    parser.add_argument("--engines", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument(
        "--only", choices=["pages", "orders", "call-offs", "papers", "lists"], help="leave the other parts out"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.8, help="of one measurement")
    parser.add_argument("--buyers", type=int, default=32, help="of one measurement of confirmations")
    parser.add_argument("--most", type=int, default=0, help="seconds after which the run is given up")
    parser.add_argument("--profile", metavar="PATH", help="instead: profile one page, e.g. /products")
    return parser.parse_args()


def main() -> int:
    """Measure and tell."""
    asked = arguments()
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _stop)
    signal.alarm(asked.most or (LONGEST_FULL if asked.full else LONGEST))
    sizes = sorted(asked.sizes or ([1000, 10_000, 100_000] if asked.full else [1000, 10_000]))
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    begun, on = time.monotonic(), engines(folder, asked.engines)
    try:
        _say(f"Building {', '.join(f'{size:,}' for size in sizes)} products on {' and '.join(e.name for e in on)} ...")
        built = build(on, sizes, folder)
        if asked.profile:
            return _profile(on[0].url(name_of(sizes[-1])), folder, asked.profile)
        results = _machine() | {"build_s": built, "sizes": sizes, "engines": {}}
        for engine in on:
            results["engines"][engine.name] = _measured(engine, sizes, folder / engine.name, asked)
        results["seconds"] = time.monotonic() - begun
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
        print(table.of(results))
    finally:
        for engine in on:
            if isinstance(engine, Postgres):
                engine.server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _measured(engine: Any, sizes: list[int], folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    folder.mkdir()
    found: dict[str, Any] = {}
    if asked.only in (None, "pages"):
        _say(f"{engine.name}: pages ...")
        found |= reading.measure(engine, sizes, folder, asked.rounds, asked.seconds)
    if asked.only in (None, "orders"):
        _say(f"{engine.name}: orders ...")
        found["orders"] = ordering.measure(engine, sizes[-1], folder, 4 * asked.seconds, asked.buyers)
    if asked.only in (None, "call-offs"):
        _say(f"{engine.name}: call-offs ...")
        found["call_offs"] = calling.measure(engine, sizes[0], folder, asked.buyers)
    if asked.only in (None, "papers"):
        _say(f"{engine.name}: papers ...")
        found["papers"] = issuing.measure(engine, sizes[0], folder)
        found["signatures"] = signing.measure(engine, sizes[0], folder)
    if asked.only in (None, "lists"):
        _say(f"{engine.name}: lists of agreements ...")
        found["lists"] = listing.measure(engine, sizes[0], folder)
    return found


def _profile(url: str, folder: Path, path: str) -> int:
    for statement, milliseconds in inside.apart(inside.statements_of, url, str(folder), path):
        print(f"{milliseconds:7.1f} ms  {statement[:400]}")
    print(inside.apart(inside.profile_of, url, str(folder), path))
    return 0


def _machine() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }


def _say(text: str) -> None:
    print(text, flush=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
