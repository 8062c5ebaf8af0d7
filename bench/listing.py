"""Lists of agreements: what a page costs among a hundred thousand agreements over its cost among a thousand."""

from __future__ import annotations

import os
import re
import statistics
import time
from pathlib import Path
from typing import Any

from bench import agreements, inside
from bench.data import Postgres, Sqlite, name_of, settle
from bench.steps import Direct, Meter, Watch

SIZES = (1000, 100_000)
ROUNDS, TIMES, WARM = 3, 10, 3
WANTED_GROWTH = 1.5
ROW = re.compile(rb"<tr>(?!\s*<th scope=\"col\")")
OPERATOR = "operator@demo.example"
PAGES = {
    agreements.BUYER: {
        "party: all": "/agreements",
        "party: your turn": "/agreements?tab=mine",
        "party: under way": "/agreements?tab=open",
        "party: in force": "/agreements?tab=running",
        "party: ended": "/agreements?tab=ended",
        "party: one kind": "/agreements?kind=framework",
        "party: in force, one kind": "/agreements?tab=running&kind=sale",
        "party: a common word": "/agreements?q=mat+ong",
        "party: a rare word": "/agreements?q=tram+huong",
        "party: a number": "/agreements?q=HD-2024-000500",
        "party: no such word": "/agreements?q=thanh+long",
        "party: the middle": "/agreements?after={party}",
        "party: the middle, one kind": "/agreements?kind=sale&after={party}",
        "party: my page": "/me",
    },
    agreements.OFFICER: {
        "department: to do": "/department?kind=",
        "department: to do, late": "/department?late=1",
        "department: to do, one kind": "/department?kind=sale",
        "department: to do, one province": "/department?province=ha-noi",
        "department: to do, words": "/department?find=tram+huong",
        "department: all": "/department/agreements?kind=",
        "department: in force": "/department/agreements?stage=in_force",
        "department: with the departments": "/department/agreements?stage=in_review",
        "department: ended": "/department/agreements?stage=over",
        "department: one kind": "/department/agreements?kind=framework",
        "department: one province": "/department/agreements?province=ha-noi",
        "department: late": "/department/agreements?late=1",
        "department: a common word": "/department/agreements?find=m%E1%BA%ADt+ong",
        "department: a rare word": "/department/agreements?find=Tr%E1%BA%A7m",
        "department: the middle": "/department/agreements?kind=&after={department}",
        "department: to do, the middle": "/department?kind=&after={review}",
        "department: followed": "/department/monitoring",
        "department: risks": "/department/risks",
    },
    OPERATOR: {"operator: desk": "/operator", "operator: looks": "/operator/agreements/glass"},
}


def measure(engine: Sqlite | Postgres, size: int, folder: Path) -> dict[str, Any]:
    """The costs of each page in turns, and the growth between both sizes."""
    urls, begun = {}, time.monotonic()
    for count in SIZES:
        urls[count] = engine.copy(name_of(size), f"agreements{count}")
        inside.apart(agreements.fill, urls[count], str(folder), count)
        settle(engine, f"agreements{count}")
    built = time.monotonic() - begun
    rounds = [{count: inside.apart(costs_of, urls[count], str(folder)) for count in SIZES} for _ in range(ROUNDS)]
    return {"build_s": built, "pages": {name: _grown(name, rounds) for name in rounds[0][SIZES[0]]}}


def _grown(name: str, rounds: list[dict[int, Any]]) -> dict[str, Any]:
    found = {count: _middle([one[count][name] for one in rounds]) for count in SIZES}
    growth = statistics.median(one[SIZES[1]][name]["ms"] / one[SIZES[0]][name]["ms"] for one in rounds)
    return {"sizes": found, "growth": growth}


def _middle(found: list[dict[str, float]]) -> dict[str, float]:
    return {what: statistics.median(one[what] for one in found) for what in found[0]}


def costs_of(url: str, folder: str) -> dict[str, dict[str, float]]:
    """What each page costs the application and the database together; runs in a process of its own."""
    from tests.clients import Client, sign_in

    os.environ["PGOPTIONS"] = "-c max_parallel_workers_per_gather=0"
    watch, app, found = Watch(), inside.application(url, folder), {}
    app.test_client_class = Client
    for email, pages in PAGES.items():
        with app.app_context():
            client = sign_in(app.test_client(), _person(email))
            behind, cookie = middles(), client.get_cookie("session")
        for name, path in pages.items():
            found[name] = _cost(app, watch, cookie.value if cookie else "", path.format(**behind))
    return found


def _person(email: str) -> Any:
    from marketplace.accounts.models import Person
    from marketplace.core.database import db

    return db.session.query(Person).filter_by(email=email).one()


def middles() -> dict[str, str]:
    """The refs behind which the middle pages begin."""
    from sqlalchemy import or_

    from marketplace.contracts.models import Agreement, DepartmentReview

    mine = Agreement.buyer_id == agreements.organisation_of(agreements.BUYER).id
    own = agreements.organisation_of(agreements.OFFICER).id
    shown = or_(Agreement.seller_department_id == own, Agreement.buyer_department_id == own)
    newest = (Agreement.touched_at.desc(), Agreement.id.desc())
    waiting = (DepartmentReview.department_id == own) & DepartmentReview.state.in_(("waiting", "overdue"))
    return {
        "party": _middle_of(Agreement.ref, mine & (Agreement.last_version > 0), *newest),
        "department": _middle_of(Agreement.ref, shown & Agreement.shown_to_departments_at.is_not(None), *newest),
        "review": _middle_of(DepartmentReview.ref, waiting, DepartmentReview.due_at, DepartmentReview.id),
    }


def _middle_of(ref: Any, mine: Any, *order: Any) -> str:
    from sqlalchemy import select

    from marketplace.core.database import db

    refs = list(db.session.scalars(select(ref).where(mine).order_by(*order)))
    return str(refs[len(refs) // 2])


def _cost(app: Any, watch: Watch, cookie: str, path: str) -> dict[str, float]:
    meters: dict[str, Meter] = {}
    browser = Direct(app, meters, watch)
    browser.cookies["session"] = cookie
    theirs, pids = list[float](), list[int]()
    for number in range(WARM + TIMES):
        if number <= WARM:
            pids = _backends(app)
        before = sum(map(_spent_by, pids))
        status, _headers, body = browser.request("GET", path)
        theirs.append(sum(map(_spent_by, pids)) - before)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
    (meter,) = meters.values()
    costs = [1000 * sum(both) for both in zip(meter.processor, theirs, strict=True)]
    return {
        "ms": statistics.median(costs[WARM:]),
        "database_ms": 1000 * statistics.median(meter.database[WARM:]),
        "statements": statistics.median(meter.statements[WARM:]),
        "rows": len(ROW.findall(body)),
    }


def _backends(app: Any) -> list[int]:
    """PostgreSQL's processes that serve this one; SQLite works within it."""
    from sqlalchemy import text

    from marketplace.core.database import db

    mine = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    with app.app_context():
        return list(db.session.scalars(text(mine))) if db.engine.dialect.name == "postgresql" else []


def _spent_by(pid: int) -> float:
    """Seconds of processor time (Linux only)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
