"""pyHanko begins a loop of events, of which a thread may have only one: what it does is done in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def apart(act: Callable[..., T], *about: Any, **more: Any) -> T:
    """What `act` answers or raises, called in a thread without a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act, *about, **more).result()


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine answers or raises, whatever loop the caller is in."""
    done: T = apart(asyncio.run, work)
    return done
