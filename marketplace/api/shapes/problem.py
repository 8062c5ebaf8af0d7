"""What is answered when something is wrong (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from marketplace.api.formats import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongField:
    """One fault at one field of the address, a header or the body."""

    field: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemDetails:
    """What is wrong, and how to mend it, in the reader's language."""

    type: Annotated[str, Rule(say="Names the kind of problem; leads to its explanation.")]
    title: str
    status: Annotated[int, Rule(least=400, most=599)]
    detail: str
    errors: tuple[WrongField, ...]
