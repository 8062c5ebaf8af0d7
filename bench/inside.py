"""What is seen from inside one process: how many queries a page has, where its time goes, what a first visit weighs."""

from __future__ import annotations

import cProfile
import io
import pstats
import re
import signal
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.buying import Wares
from bench.load import FORK, Browser

TIMES, WARM = 25, 5


def application(url: str, folder: str) -> Any:
    """The market on a data set, with the settings of the servers of this run."""
    from bench.servers import environment
    from config import Settings
    from marketplace import create_app

    return create_app(Settings.from_environment(environment(url, Path(folder))))


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """Do it in a process of its own and hand back what it answers."""
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_send, args=(sender, work, given), daemon=True)
    process.start()
    told = receiver.recv()
    process.join(10)
    if isinstance(told, Exception):
        raise told
    return told


def _send(sender: Any, work: Callable[..., Any], given: Sequence[Any]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        sender.send(work(*given))
    except Exception as error:
        sender.send(RuntimeError(f"{type(error).__name__}: {error}"))


def queries_of(url: str, folder: str, paths: dict[str, str]) -> dict[str, int]:
    """How many statements each page sends that is made anew."""
    from sqlalchemy import Engine, event

    app, count = application(url, folder), [0]
    client = app.test_client()

    @event.listens_for(Engine, "before_cursor_execute")
    def counted(_connection: Any, _cursor: Any, statement: str, *_given: Any) -> None:
        # on SQLite the beginning of a transaction is sent like a statement
        count[0] += statement != "BEGIN"

    found = {}
    for name, path in paths.items():
        client.get(path)
        app.extensions["kept_pages"].clear()
        count[0] = 0
        client.get(path)
        found[name] = count[0]
    return found


def costs_of(url: str, folder: str, paths: dict[str, str]) -> dict[str, dict[str, float]]:
    """The processor time of each page in one process: made anew (nothing is kept before each request), and kept."""
    app = application(url, folder)
    client, shelf = app.test_client(), app.extensions["kept_pages"]
    found = {}
    for name, path in paths.items():
        anew = [_spent(client, path, shelf.clear) for _ in range(TIMES)]
        kept = [_spent(client, path, lambda: None) for _ in range(TIMES)]
        found[name] = {"anew_ms": statistics.median(anew[WARM:]), "kept_ms": statistics.median(kept[WARM:])}
    return found


def _spent(client: Any, path: str, before: Callable[[], Any]) -> float:
    before()
    begun = time.process_time()
    client.get(path)
    return 1000 * (time.process_time() - begun)


def statements_of(url: str, folder: str, path: str) -> list[tuple[str, float]]:
    """The statements of one page and the milliseconds that the engine took for each."""
    from sqlalchemy import Engine, event

    client, told, begun = application(url, folder).test_client(), [], [0.0]
    event.listen(Engine, "before_cursor_execute", lambda *_given: begun.__setitem__(0, time.perf_counter()))

    @event.listens_for(Engine, "after_cursor_execute")
    def timed(_connection: Any, _cursor: Any, statement: str, *_given: Any) -> None:
        told.append((" ".join(statement.split()), (time.perf_counter() - begun[0]) * 1000))

    client.get(path)
    told.clear()
    client.get(path)
    return told


def profile_of(url: str, folder: str, path: str) -> str:
    """Where the time of one page goes, over thirty calls."""
    client, profile, told = application(url, folder).test_client(), cProfile.Profile(), io.StringIO()
    client.get(path)
    profile.enable()
    for _ in range(30):
        client.get(path)
    profile.disable()
    pstats.Stats(profile, stream=told).sort_stats("cumulative").print_stats(40)
    lines = [line for line in told.getvalue().splitlines() if line.strip()]
    return "\n".join(re.sub(r"\S*/site-packages/", "", line) for line in lines)


def wares_of(url: str, folder: str) -> Wares:
    """What buyers of this run can buy: bulk goods in stock, no alcohol, of sellers that have several."""
    from sqlalchemy import text

    from marketplace.core.database import db

    with application(url, folder).app_context():
        found = db.session.execute(
            text(
                "SELECT v.sku, p.slug, p.seller_id FROM variants v JOIN products p ON p.id = v.product_id "
                "JOIN product_sets s ON s.id = p.set_id WHERE p.in_stock AND s.number NOT IN (14, 15, 26) "
                "AND v.sku LIKE 'OM%' ORDER BY p.id LIMIT 4000"
            )
        ).all()
        place = "SELECT p.slug, w.code FROM wards w JOIN provinces p ON p.id = w.province_id WHERE p.slug = 'ha-noi'"
        province, ward = db.session.execute(text(f"{place} ORDER BY w.code LIMIT 1")).one()
    by_seller: dict[int, list[str]] = {}
    for row in found:
        by_seller.setdefault(row.seller_id, []).append(row.sku)
    sellers = [skus for skus in by_seller.values() if len(skus) > 1]
    return Wares([row.slug for row in found][:200], sellers, province, ward)


def first_visit(port: int, path: str) -> dict[str, int]:
    """The compressed bytes that a first visit of a page brings, photos aside: the page and all it names."""
    weights, waiting = {}, [path]
    while waiting:
        address = waiting.pop()
        if address in weights or address.startswith("/media/"):
            continue
        headers = "Accept-Encoding: br, gzip\r\n"
        status, given, body = Browser(port).request("GET", address, headers=headers)
        if status != 200:
            continue
        weights[address] = len(body)
        waiting += _named_in(port, address, given.get("content-type", ""))
    return weights


def _named_in(port: int, address: str, kind: str) -> list[str]:
    """What a page, a style sheet or a script makes a browser fetch."""
    if not kind.startswith(("text/html", "text/css", "text/javascript")):
        return []
    text = Browser(port).request("GET", address)[2].decode()
    if kind.startswith("text/html"):
        links = re.findall(r'<link[^>]*rel="(?:stylesheet|icon|manifest|modulepreload|preload)"[^>]*>', text)
        named = [match[1] for link in links if (match := re.search(r'href="([^"]+)"', link))]
        named += re.findall(r'<(?:script|img)[^>]*?\ssrc="([^"]+)"', text) + re.findall(
            r'<use[^>]*href="([^"#]+)', text
        )
    else:
        named = re.findall(r'url\("?([^")]+)"?\)|(?:from|import)\s*\(?"([^"]+)"', text)
        named = [one or other for one, other in named]
    return [_absolute(address, name) for name in named if not name.startswith(("data:", "http", "#"))]


def _absolute(address: str, name: str) -> str:
    from urllib.parse import urljoin

    return urljoin(address, name.replace("&amp;", "&"))
