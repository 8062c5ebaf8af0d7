"""What the database alone costs: the statements of confirmed orders are recorded and sent again by psycopg itself.

The application runs the orders once on a copy of the data whose sequences begin far above; every statement is noted
with its values and with the numbers that the database gave out. On another copy the same statements run without the
application; numbers given out there take the place of the recorded ones.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.buying import Buyer
from bench.load import FORK, spread
from bench.servers import PROCESSES
from tests.postgres import libpq

FAR = 7_000_000_000
APART = 10_000_000
SEQUENCES = "SELECT schemaname, sequencename FROM pg_sequences"


@dataclass
class Statement:
    """One statement with its values; `given` are the rows of numbers that came back, if any."""

    query: Any
    values: Any
    many: bool
    given: list[Any] = field(default_factory=list)


Tape = list[Statement | str]


def recorded(url: str, folder: str, buyers: Sequence[Buyer]) -> list[Tape]:
    """The tape of each buyer's confirmation; runs in a process of its own."""
    _move_sequences(url)
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_record, args=(url, folder, list(buyers), sender), daemon=True)
    process.start()
    told = receiver.recv()
    process.join(10)
    if isinstance(told, str):
        raise RuntimeError(told)
    tapes: list[Tape] = told
    return tapes


def _move_sequences(url: str) -> None:
    import psycopg

    with psycopg.connect(libpq(url), autocommit=True) as connection:
        for place, (schema, name) in enumerate(connection.execute(SEQUENCES).fetchall()):
            # each in a range of its own, so that a number says whose it is
            connection.execute("SELECT setval(%s::regclass, %s)", (f'"{schema}"."{name}"', FAR + place * APART))


def _record(url: str, folder: str, buyers: list[Buyer], sender: Any) -> None:
    try:
        sender.send(_tapes(url, folder, buyers))
    except Exception as error:
        sender.send(f"{type(error).__name__}: {error}")


def _tapes(url: str, folder: str, buyers: list[Buyer]) -> list[Tape]:
    from sqlalchemy import Engine, event

    tape: Tape = []
    recorder = _recorder(tape)

    @event.listens_for(Engine, "connect")
    def use_recorder(connection: Any, _record: Any) -> None:
        connection.cursor_factory = recorder

    for name in ("commit", "rollback"):
        event.listen(Engine, name, lambda _connection, name=name: tape.append(name))
    app = _application(url, folder)
    return [_tape_of(buyer, app, tape) for buyer in buyers]


def _recorder(tape: Tape) -> type[Any]:
    import psycopg

    class Recorder(psycopg.Cursor[Any]):
        """A cursor that notes what it is asked and what numbers it hands back."""

        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            self.noted = Statement(query, params, many=False)
            tape.append(self.noted)
            return super().execute(query, params, **options)

        def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
            self.noted = Statement(query, list(params_seq), many=True)
            tape.append(self.noted)
            super().executemany(query, self.noted.values, **options)

        def fetchall(self) -> Any:
            rows = super().fetchall()
            _note(self.noted, rows)
            return rows

        def fetchone(self) -> Any:
            row = super().fetchone()
            _note(self.noted, [row] if row else [])
            return row

    return Recorder


def _note(statement: Statement, rows: list[Any]) -> None:
    if any(_far(value) for row in rows for value in row):
        statement.given += rows


def _application(url: str, folder: str) -> Any:
    from bench.inside import application

    app = application(url, folder)
    app.test_client().get("/products")
    return app


def _tape_of(buyer: Buyer, app: Any, tape: Tape) -> Tape:
    client = app.test_client(use_cookies=False)
    cookies = "; ".join(f"{name}={value}" for name, value in buyer.browser.cookies.items())
    tape.clear()
    answer = client.post(buyer.path, data=dict(buyer.form), headers={"Cookie": cookies, "Host": "127.0.0.1"})
    if answer.status_code != 303:
        raise RuntimeError(f"the recorded order answered {answer.status_code}")
    return list(tape)


def _far(value: Any) -> bool:
    return isinstance(value, int) and value >= FAR


def replayed(url: str, tapes: Sequence[Tape]) -> float:
    """Orders a second when psycopg runs the statements, from as many processes as the server has."""
    begin = time.monotonic() + 0.5

    def play(share: int) -> float:
        import psycopg

        with psycopg.connect(libpq(url)) as connection:
            time.sleep(max(0, begin - time.monotonic()))
            for tape in tapes[share::PROCESSES]:
                _play(connection, tape)
            return time.monotonic()

    return len(tapes) / (max(spread(play, PROCESSES, 1)) - begin)


def _play(connection: Any, tape: Tape) -> None:
    now: dict[int, int] = {}
    for one in tape:
        if isinstance(one, str):
            getattr(connection, one)()
            continue
        cursor = connection.cursor()
        values = _today(one.values, now)
        if one.many:
            cursor.executemany(one.query, values)
        else:
            cursor.execute(one.query, values)
            rows = cursor.fetchall() if cursor.description else []
            _learn(one.given, rows, now)


def _learn(given: list[Any], rows: list[Any], now: dict[int, int]) -> None:
    for before, after in zip(given, rows, strict=False):
        for old, new in zip(before, after, strict=True):
            if _far(old):
                now[old] = new


def _today(values: Any, now: dict[int, int]) -> Any:
    """The recorded values with the numbers that this run was given."""
    if isinstance(values, dict):
        return {name: _today(value, now) for name, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [_today(value, now) for value in values]
    return now.get(values, values) if _far(values) else values


def compared(rates: Sequence[float], floors: Sequence[float]) -> dict[str, float]:
    """The medians of what a server placed and of what its statements took alone, turn by turn, and of their ratio."""
    ratios = [rate / floor for rate, floor in zip(rates, floors, strict=True)]
    return {"replayed_per_s": statistics.median(floors), "ratio": statistics.median(ratios)}


def described(tapes: Sequence[Tape]) -> dict[str, float]:
    """How many statements an order has, and how many of them write."""
    statements = [[one for one in tape if isinstance(one, Statement)] for tape in tapes]
    words = [str(one.query).lstrip().split(None, 1)[0].upper() for tape in statements for one in tape]
    return {
        "statements": len(words) / len(tapes),
        "writes": sum(word in {"INSERT", "UPDATE", "DELETE"} for word in words) / len(tapes),
    }
