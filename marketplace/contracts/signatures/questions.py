"""What is asked about a signed file, and what is answered: plain values that travel to the child process and back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from marketplace.contracts.signatures.faults import Fault


class Judgement(StrEnum):
    """What became of a file."""

    ACCEPT = "accept"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Block:
    """Where a side's signature belongs: a page from 0, and a rectangle in points from its lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Power:
    """A mandate as far as signing asks for it: no kinds means all, no limit means any value (đồng)."""

    kinds: tuple[str, ...]
    limit_vnd: int | None
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything that the eleven checks need; `base` is our last revision, which began with `issued_bytes` bytes."""

    file: bytes = field(repr=False)
    base: bytes = field(repr=False)
    issued_bytes: int
    block: Block
    tax_code: str
    registered: tuple[tuple[str, str], ...] = ()
    issued_at: datetime
    received_at: datetime
    roots: tuple[bytes, ...] = field(default=(), repr=False)
    lists: tuple[bytes, ...] = field(default=(), repr=False)
    powers: tuple[Power, ...] = ()
    is_representative: bool = False
    kind: str = ""
    value_vnd: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Accepted, on hold or refused (why, and at which of the eleven); the report is plain JSON."""

    judgement: Judgement
    fault: Fault | None = None
    step: int = 0
    report: dict[str, Any] = field(default_factory=dict)

    def written(self) -> str:
        """As one line of JSON."""
        plain = {"judgement": self.judgement, "fault": self.fault, "step": self.step, "report": self.report}
        return json.dumps(plain, ensure_ascii=True)

    @classmethod
    def read(cls, line: str) -> Self:
        """The answer that a line holds; ValueError or KeyError where it holds none."""
        found = json.loads(line)
        fault = Fault(found["fault"]) if found["fault"] else None
        return cls(Judgement(found["judgement"]), fault, int(found["step"]), dict(found["report"]))


def refused(fault: Fault, step: int, **report: Any) -> Answer:
    """An answer that refuses."""
    return Answer(Judgement.REFUSE, fault, step, report)


def covers(powers: tuple[Power, ...], kind: str, value_vnd: int, day: date) -> Fault | None:
    """Whether one of somebody's mandates covers this on that day; else why the nearest of them does not."""
    today = [one for one in powers if one.valid_from <= day <= one.valid_to]
    if not today:
        return Fault.NO_MANDATE
    of_kind = [one for one in today if not one.kinds or kind in one.kinds]
    if not of_kind:
        return Fault.MANDATE_KIND
    enough = any(one.limit_vnd is None or value_vnd <= one.limit_vnd for one in of_kind)
    return None if enough else Fault.MANDATE_VALUE
