"""Somebody who thinks between looking and writing: what makes a race be one, with its lock and without it."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

MOMENT = 0.05


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
