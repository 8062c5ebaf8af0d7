"""Call-offs under load: firms that call goods under contracts in force, and what the database alone needs for it."""

from __future__ import annotations

import re
import statistics
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import buying, inside, replay
from bench.data import Postgres, Sqlite, name_of
from bench.load import Browser
from bench.servers import MARKET, serving

ROUNDS, CONTRACTS = 3, 8
NOTHING = buying.Wares([], [], "", "")
TOKEN = re.compile(r'name="token"[^>]*?value="([^"]+)"')


def measure(engine: Sqlite | Postgres, size: int, folder: Path, calls: int) -> dict[str, Any]:
    """Call-offs a second, and against their own statements sent by psycopg where there is a PostgreSQL."""
    url = engine.copy(name_of(size), "calls")
    ready = inside.apart(prepared, url, str(folder), (1 + ROUNDS) * calls)
    groups = [ready[start : start + calls] for start in range(0, len(ready), calls)]
    tapes, again = [], ""
    if isinstance(engine, Postgres):
        again = engine.copy("calls", "calls_replay")
        tapes = replay.recorded(engine.copy("calls", "calls_recorded"), str(folder), ready)
    return _measured(url, again, groups, tapes, folder)


def _measured(
    url: str, again: str, groups: list[list[buying.Buyer]], tapes: list[replay.Tape], folder: Path
) -> dict[str, Any]:
    """The server and the replay in turns, each with call-offs of its own; the first turn only warms both."""
    rates, floors, each = [], [], len(groups[0])
    with serving(MARKET, url, folder / "calls", "/products") as server:
        for number, group in enumerate(groups):
            rates.append(buying.confirmed(server.port, group))
            if tapes:
                floors.append(replay.replayed(again, tapes[number * each : (number + 1) * each]))
    found: dict[str, Any] = {"posts_per_s": statistics.median(rates[1:])}
    if tapes:
        found |= replay.compared(rates[1:], floors[1:])
        found |= replay.described(tapes)
    return found


def prepared(url: str, folder: str, calls: int) -> list[buying.Buyer]:
    """Firms with a contract in force each, about to call goods; runs in a process of its own."""
    from tests.clients import Client

    app = inside.application(url, folder)
    app.test_client_class = Client
    with app.app_context():
        contracts = [_contract() for _ in range(CONTRACTS)]
    clients = [_signed_in(app, person) for _ref, person in contracts]
    return [
        _about_to_call(clients[number % CONTRACTS], contracts[number % CONTRACTS][0], number) for number in range(calls)
    ]


def _contract() -> tuple[str, Any]:
    from tests.contracts import performing
    from tests.contracts.making import two_sides

    sides = two_sides(departments=False)
    return performing.contract_in_force(sides).ref, sides.purchaser


def _signed_in(app: Any, person: Any) -> Any:
    from tests.clients import sign_in

    return sign_in(app.test_client(), person)


def _about_to_call(client: Any, ref: str, number: int) -> buying.Buyer:
    from marketplace.core import clock

    path = f"/agreements/{ref}/call-offs"
    page = client.get(f"{path}/new").get_data(as_text=True)
    found, csrf = TOKEN.search(page), buying.CSRF.search(page)
    if found is None or csrf is None:
        raise RuntimeError(f"{path}/new has no form: {page[:300]}")
    due_on = (clock.today() + timedelta(days=7)).isoformat()
    form = [("csrf_token", csrf[1]), ("token", found[1]), ("quantity-L1", "1"), ("due_on", due_on)]
    buyer = buying.Buyer(Browser(0), NOTHING, number, [*form, ("place", "Kho đo tốc độ"), ("act", "place")], path)
    buyer.browser.cookies = {"session": client.get_cookie("session").value}
    return buyer
