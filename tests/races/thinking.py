"""Somebody who thinks between looking and writing makes a race be one; and how long its control waits for a hit."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

MOMENT = 0.05
TRIES = 20


def meets(attempt: Callable[[], object], tries: int = TRIES) -> None:
    """A fault that its lock or check keeps away shows in one of these attempts; each begins with things of its own.

    Whether two meet is chance on a busy machine: the first hit is enough, and only a control that is none tries on.
    """
    if not any(attempt() for _try in range(tries)):
        pytest.fail(f"The fault never showed in {tries} tries: nothing was taken away, or nothing depends on it.")


def thinks_after(
    monkeypatch: pytest.MonkeyPatch, room: ModuleType, name: str, seen: Callable[..., Any] | None = None
) -> None:
    """Whoever calls this function of a module waits a moment after it; `seen` where it is only borrowed there."""
    looking: Callable[..., Any] = seen or getattr(room, name)

    def looked(*args: Any, **options: Any) -> Any:
        result = looking(*args, **options)
        time.sleep(MOMENT)
        return result

    monkeypatch.setattr(room, name, looked)
