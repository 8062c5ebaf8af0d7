"""The figures as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.steps import TIMES

HEAD = f"{'page':<24}{'products':>9}{'pages/s':>9}{'bare/s':>9}{'ratio':>7}{'growth':>8}{'queries':>9}{'bytes':>9}"


def of(results: dict[str, Any]) -> str:
    """The whole table. `ratio`: against a bare page; `growth`: the cost over that of the smallest data set."""
    lines = [f"\nPython {results['python']}, {results['cpus']} CPUs, load before: {results['load_before']:.1f}"]
    for engine, found in results["engines"].items():
        lines += ["", f"== {engine} (data sets built in {results['build_s'][engine]:.0f} s)"]
        lines += [*_pages(found), *_orders(found.get("orders", {})), *_call_offs(found.get("call_offs", {}))]
        lines += [*_papers(found.get("papers", {})), *_signatures(found.get("signatures", {}))]
        lines += _lists(found.get("lists", {}))
    lines.append(f"\n{results['seconds']:.0f} s in all")
    return "\n".join(lines)


def _pages(found: dict[str, Any]) -> Iterator[str]:
    if "pages" not in found:
        return
    yield HEAD
    for name, by_size in found["pages"].items():
        for size, one in by_size.items():
            queries = found["queries"][name]
            yield (
                f"{name:<24}{size:>9,}{one['rate']:>9.1f}{one['bare']:>9.1f}{one['ratio']:>7.2f}"
                f"{one['growth']:>8.2f}{queries:>9}{one['bytes']:>9,}"
            )
    yield from _costs(found.get("costs", {}))
    yield f"start to first page {found['start_s']:.1f} s"
    if found["memory_mb"]:
        yield f"largest worker under load {found['memory_mb']:.0f} MB"
    weights = found["first_visit_bytes"]
    first, home = sum(weights.values()) / 1000, found["home_visit_bytes"] / 1000
    yield f"first visit, compressed: catalogue {first:.1f} kB in {len(weights)} answers, home page {home:.1f} kB"


def _costs(found: dict[int, dict[str, dict[str, float]]]) -> Iterator[str]:
    """What one process spends on each page: made anew, and handed out again while nothing on it has changed."""
    for size, by_page in found.items():
        for name, one in by_page.items():
            spent = f"made anew {one['anew_ms']:.1f} ms of processor, kept {one['kept_ms']:.1f} ms"
            yield f"  {name:<22}{size:>9,}  {spent}"


def _orders(found: dict[str, Any]) -> Iterator[str]:
    if not found:
        return
    yield from _steps(found["steps"])
    yield (
        f"whole orders, product page to purchase: {found['whole_per_s']:.1f} a second; "
        f"their buyers took {found['generator_share']:.2f} of a core"
    )
    yield f"confirmations alone: {found['posts_per_s']:.1f} a second"
    if "ratio" in found:
        yield (
            f"  the same statements by psycopg: {found['replayed_per_s']:.1f} a second; ratio {found['ratio']:.2f}; "
            f"{found['statements']:.0f} statements an order, {found['writes']:.0f} of them write"
        )
    yield f"50 buyers at once: {found['crowd_served']} orders, the slowest after {found['crowd_longest_s']:.1f} s"
    yield from (f"  failed: {words}" for words in found["crowd_failures"])


def _call_offs(found: dict[str, Any]) -> Iterator[str]:
    if not found:
        return
    yield f"call-offs: {found['posts_per_s']:.1f} a second"
    if "ratio" in found:
        yield (
            f"  the same statements by psycopg: {found['replayed_per_s']:.1f} a second; ratio {found['ratio']:.2f}; "
            f"{found['statements']:.0f} statements a call-off, {found['writes']:.0f} of them write"
        )


def _papers(found: dict[str, float]) -> Iterator[str]:
    """What issuing a paper takes, and what the compiler takes of it."""
    if found:
        yield (
            f"issuing a paper {found['issue_ms']:.0f} ms, its typesetting alone {found['typst_ms']:.0f} ms: "
            f"ratio {found['ratio']:.2f}"
        )


def _signatures(found: dict[str, float]) -> Iterator[str]:
    """What accepting a signed file takes, and what pyHanko takes to validate it."""
    if found:
        yield (
            f"accepting a signed file {found['accept_ms']:.0f} ms, pyHanko's own validation of it "
            f"{found['validate_ms']:.0f} ms: ratio {found['ratio']:.2f}"
        )


def _lists(found: dict[str, Any]) -> Iterator[str]:
    """What pages of lists cost among few and among many agreements."""
    if not found:
        return
    yield f"lists of agreements (built in {found['build_s']:.0f} s): processor time of application and database"
    for name, one in found["pages"].items():
        few, many = one["sizes"].values()
        yield (
            f"  {name:<34}{few['ms']:7.1f} ms{many['ms']:8.1f} ms  growth {one['growth']:5.2f}, "
            f"{many['statements']:.0f} statements, {few['rows']:.0f} and {many['rows']:.0f} rows"
        )


def _steps(found: dict[str, dict[str, float]]) -> Iterator[str]:
    """What one process spends on each request, and on a whole order."""
    for name, one in found.items():
        yield (
            f"  {name:<14} {one['processor_ms']:6.1f} ms of processor, {one['database_ms']:5.1f} ms in the database, "
            f"{one['statements']:.0f} statements"
        )
    whole = sum(TIMES[name] * one["processor_ms"] for name, one in found.items())
    yield f"  a whole order  {whole:6.1f} ms: at most {1000 / whole:.0f} a second and core, with nothing else to do"
