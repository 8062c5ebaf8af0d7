"""What the worker does by itself: seal the trail, publish its head once a day, forget what was done long ago."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import structlog
from flask import current_app

from config import INSTANCE, Settings
from marketplace.core import audit, clock
from marketplace.core.outbox import queue
from marketplace.core.outbox.jobs import every

HEADS = "audit-heads.jsonl"
KEEP_DONE = timedelta(days=7)
KEEP_RECURRING = timedelta(hours=12)

log = structlog.get_logger()


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


@every(timedelta(seconds=5), "audit.seal", when=audit.waiting)
def seal_trail() -> None:
    """Seal until nothing waits."""
    while audit.seal(_settings().audit_key):
        pass


@every(timedelta(days=1), "audit.publish_head")
def publish_head() -> None:
    """Write the trail's last seal where the database cannot reach: into the log and a file beside the media."""
    seal_trail()
    number, seal = audit.head()
    if not number:
        return
    log.info("audit_head", number=number, seal=seal)
    line = json.dumps({"at": clock.now().isoformat(timespec="seconds"), "number": number, "seal": seal})
    path = heads_file(_settings())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def heads_file(settings: Settings) -> Path:
    """Where published heads are kept: beside the media folder, else beside the local data."""
    return (INSTANCE if "://" in settings.media_url else Path(settings.media_url).resolve().parent) / HEADS


def published_heads(settings: Settings) -> list[tuple[int, str]]:
    """Every head that was published, the oldest first: its number and its seal."""
    path = heads_file(settings)
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return [(entry["number"], entry["seal"]) for entry in map(json.loads, lines)]


@every(timedelta(hours=1), "jobs.forget_done")
def forget_done() -> None:
    """Jobs are kept for a week after they were done, the worker's own rounds for half a day."""
    queue.forget_done(before=clock.now() - KEEP_DONE, recurring_before=clock.now() - KEEP_RECURRING)
