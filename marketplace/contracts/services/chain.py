"""The chains of events looked through: an edit, a removal or a changed order is found, up to a published head.

Once a day the ends of all chains that grew are published where the database cannot reach: one line a day, which holds
the hash of the line before it. Whoever rewrites a whole chain afterwards would have to rewrite those lines, too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import func, select

from config import INSTANCE, Settings
from marketplace.contracts.models import Agreement, AgreementEvent
from marketplace.contracts.services.trail import FIRST, event_body, event_hash
from marketplace.contracts.terms.canonical import canonical
from marketplace.core import clock
from marketplace.core.database import db

HEADS = "agreement-heads.jsonl"
BATCH = 500
# a transaction that was open at the last head may have committed after it
OVERLAP = timedelta(hours=1)
COLUMNS = (
    "number", "kind", "at", "actor_kind", "actor_ref", "organisation_ref", "before", "after", "figures", "previous",
)  # fmt: skip

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class End:
    """The last event of one chain when its head was published."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """One published line: when, the ends of the chains that had grown, and the hash over them and the line before."""

    at: str
    chains: dict[str, End]
    previous: str
    hash: str

    @property
    def moment(self) -> datetime:
        """When it was published."""
        return datetime.fromisoformat(self.at)


def verify(agreement: Agreement, known: End | None = None) -> list[str]:
    """Every fault of one chain, in words; with `known`, also that a published end still stands in it."""
    faults, previous, expected, state = [], FIRST, 1, ""
    hashes: dict[int, str] = {}
    for event in events_of(agreement):
        if event.number != expected:
            faults.append(f"event {expected} is missing, event {event.number} stands there")
        if event.previous != previous:
            faults.append(f"event {event.number} does not follow the one before it")
        if recomputed(agreement.ref, event) != event.hash:
            faults.append(f"event {event.number} was changed")
        previous, expected, state = event.hash, event.number + 1, event.after or state
        hashes[event.number] = event.hash
    if state and state != agreement.state:
        faults.append(f"the last event leads to {state}, the paper says {agreement.state}")
    if known and hashes.get(known.number) != known.hash:
        faults.append(f"event {known.number}, which was published, is no longer there")
    return [f"{agreement.ref}: {fault}" for fault in faults]


def events_of(agreement: Agreement) -> list[AgreementEvent]:
    """All that happened to a paper, in order."""
    mine = select(AgreementEvent).where(AgreementEvent.agreement_id == agreement.id)
    return list(db.session.scalars(mine.order_by(AgreementEvent.number)))


def recomputed(ref: str, event: AgreementEvent) -> str:
    """What the hash of an event has to be."""
    return event_hash(ref, {name: getattr(event, name) for name in COLUMNS})


def body_of(ref: str, event: AgreementEvent) -> dict[str, object]:
    """An event as it is hashed, for whoever wants to hash it again."""
    return event_body(ref, {name: getattr(event, name) for name in COLUMNS})


def faults_of_all(settings: Settings) -> Iterator[str]:
    """Every fault of every chain and of the published heads."""
    heads = published(settings)
    yield from _faults_of_heads(heads)
    known = {ref: end for head in heads for ref, end in head.chains.items()}
    for agreement in db.session.scalars(select(Agreement).order_by(Agreement.id).execution_options(yield_per=BATCH)):
        yield from verify(agreement, known.pop(agreement.ref, None))
    yield from (f"{ref}: the whole chain is gone" for ref in known)


def publish_head(settings: Settings) -> Head | None:
    """Write one line with the ends of the chains that have grown since the last; None where none has."""
    heads = published(settings)
    known = {ref: end for head in heads for ref, end in head.chains.items()}
    since = datetime.fromisoformat(heads[-1].at) - OVERLAP if heads else None
    chains = {ref: end for ref, end in _ends(since) if known.get(ref) != end}
    if not chains:
        return None
    head = _headed(clock.now().isoformat(timespec="seconds"), chains, heads[-1].hash if heads else FIRST)
    log.info("agreement_head", chains=len(chains), hash=head.hash)
    _append(heads_file(settings), _line(head))
    return head


def published(settings: Settings) -> list[Head]:
    """Every head that was published, the oldest first."""
    path = heads_file(settings)
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return [_read(json.loads(line)) for line in lines]


def last_published(settings: Settings) -> Head | None:
    """The newest published head."""
    path = heads_file(settings)
    if not path.exists():
        return None
    with path.open("rb") as file:
        newest = deque(file, maxlen=1)
    return _read(json.loads(newest[0])) if newest else None


def heads_file(settings: Settings) -> Path:
    """Where heads are kept: beside the media folder, else beside the local data."""
    return (INSTANCE if "://" in settings.media_url else Path(settings.media_url).resolve().parent) / HEADS


def _ends(since: datetime | None) -> Iterable[tuple[str, End]]:
    event = AgreementEvent
    last = select(event.agreement_id, func.max(event.number).label("number")).group_by(event.agreement_id).subquery()
    ends = (
        select(Agreement.ref, event.number, event.hash)
        .join(Agreement, Agreement.id == event.agreement_id)
        .join(last, (last.c.agreement_id == event.agreement_id) & (last.c.number == event.number))
        .order_by(Agreement.ref)
    )
    if since is not None:
        ends = ends.where(Agreement.touched_at >= since)
    return [(row.ref, End(row.number, row.hash)) for row in db.session.execute(ends)]


def _headed(at: str, chains: dict[str, End], previous: str) -> Head:
    return Head(at, chains, previous, _hash_of(at, chains, previous))


def _hash_of(at: str, chains: dict[str, End], previous: str) -> str:
    body = {"at": at, "chains": {ref: [end.number, end.hash] for ref, end in chains.items()}}
    return hashlib.sha256(previous.encode() + canonical(body)).hexdigest()


def _faults_of_heads(heads: list[Head]) -> Iterator[str]:
    previous = FIRST
    for place, head in enumerate(heads, start=1):
        if head.previous != previous or _hash_of(head.at, head.chains, head.previous) != head.hash:
            yield f"published head {place} of {head.at} was changed"
        previous = head.hash


def _read(line: dict[str, object]) -> Head:
    chains = line["chains"]
    assert isinstance(chains, dict)
    ends = {ref: End(*end) for ref, end in chains.items()}
    return Head(str(line["at"]), ends, str(line["previous"]), str(line["hash"]))


def _line(head: Head) -> str:
    chains = {ref: [end.number, end.hash] for ref, end in head.chains.items()}
    return json.dumps({"at": head.at, "chains": chains, "previous": head.previous, "hash": head.hash})


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
