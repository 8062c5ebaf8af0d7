"""One step in the life of a paper: the state moves, the chain grows, turn and deadline follow.

Whoever changes an agreement holds its lock. `advance()` is the only way to another state; `note()` records what happens
within one. Both write the agreement's own chain (`hash = SHA-256(previous hash + canonical event)`) and the trail.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.contracts.events import AgreementFlagged, AgreementMoved
from marketplace.contracts.models import Agreement, AgreementEvent
from marketplace.contracts.states.agreements import AgreementAction, Turn
from marketplace.contracts.terms.canonical import canonical
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, table_of
from marketplace.core.events import publish
from marketplace.core.lifecycle import move

FIRST = "0" * 64
FLAGS = {
    "suspended": "suspended_at",
    "disputed": "disputed_at",
    "monitored": "monitored_at",
    "challenged": "challenged_at",
}


def advance(
    agreement: Agreement,
    action: AgreementAction,
    *,
    by: Actor,
    turn: Turn,
    due_at: datetime | None = None,
    **figures: Any,
) -> None:
    """Move a locked paper one step: state, whose turn it is next, until when; chain, trail and event follow."""
    before = agreement.state.value
    move(agreement, action, by=by, **figures)
    agreement.turn, agreement.due_at, agreement.touched_at = turn, due_at, clock.now()
    _chain(agreement, action.value, by, before, agreement.state.value, figures)
    publish(AgreementMoved(agreement, action))


def note(agreement: Agreement, kind: str, *, by: Actor, **figures: Any) -> None:
    """Record something that changes no state: a view of a department, a call-off, a dispute's step."""
    agreement.touched_at = clock.now()
    audit.record(audit.subject_of(agreement), kind, by=by, **figures)
    _chain(agreement, kind, by, None, None, figures)


def flag(agreement: Agreement, name: str, *, on: bool, by: Actor, **figures: Any) -> None:
    """Set or lift a flag beside the state; nothing happens where it stands so already."""
    column = FLAGS[name]
    if (getattr(agreement, column) is not None) == on:
        return
    setattr(agreement, column, clock.now() if on else None)
    note(agreement, f"{name}_{'set' if on else 'lifted'}", by=by, **figures)
    publish(AgreementFlagged(agreement, name, on))


def _chain(
    agreement: Agreement, kind: str, by: Actor, before: str | None, after: str | None, figures: dict[str, Any]
) -> None:
    number, previous = last_of(agreement.id)
    row = {
        "agreement_id": agreement.id,
        "number": number + 1,
        "kind": kind,
        "at": clock.now(),
        "actor_kind": by.kind.value,
        "actor_ref": by.ref,
        "organisation_ref": by.organisation_ref,
        "before": before,
        "after": after,
        "figures": {name: audit.plain(value) for name, value in figures.items() if value is not None},
        "previous": previous,
    }
    row["hash"] = event_hash(agreement.ref, row)
    db.session.execute(insert_into(table_of(AgreementEvent)).values(row))


def last_of(agreement_id: int) -> tuple[int, str]:
    """The number and hash of the last event of an agreement; (0, zeros) before the first."""
    event = AgreementEvent
    statement = (
        select(event.number, event.hash)
        .where(event.agreement_id == agreement_id)
        .order_by(event.number.desc())
        .limit(1)
    )
    found = db.session.execute(statement).first()
    return (found.number, found.hash) if found else (0, FIRST)


def event_hash(ref: str, event: dict[str, Any]) -> str:
    """The hash of an event: over the one before it, the agreement's ref and every column in canonical form."""
    return hashlib.sha256(event["previous"].encode() + canonical(event_body(ref, event))).hexdigest()


def event_body(ref: str, event: dict[str, Any]) -> dict[str, Any]:
    """An event as it is hashed."""
    return {
        "agreement": ref,
        "at": event["at"].isoformat(timespec="microseconds"),
        **{name: event[name] for name in ("number", "kind", "actor_kind", "actor_ref", "organisation_ref")},
        **{name: event[name] for name in ("before", "after", "figures")},
    }
