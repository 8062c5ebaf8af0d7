"""Where limits are counted while one process serves alone: moments in memory, forgotten as they pass."""

from __future__ import annotations

import threading
from collections import deque

from limits.storage import MovingWindowSupport, Storage

from marketplace.core import clock

SCHEME = "process"
# every so many entries, names that were not seen for their whole window are forgotten
SWEEP = 1_000


class ProcessStorage(Storage, MovingWindowSupport):
    """Windows that move: each name has the moments of its entries, the oldest first.

    The storage that comes with the library starts a thread whenever somebody writes, to tidy up after her.
    """

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        """An empty storage."""
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._entries: dict[str, deque[float]] = {}
        self._windows: dict[str, int] = {}
        self._until_sweep = SWEEP
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong here."""
        return ValueError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count so many entries now, or none where they would pass the limit within the window."""
        now = clock.now().timestamp()
        with self._lock:
            entries = self._standing(key, expiry, now)
            if len(entries) + amount > limit:
                return False
            entries.extend([now] * amount)
            self._until_sweep -= 1
            if not self._until_sweep:
                self._sweep(now)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest entry of the window came, and how many there are."""
        now = clock.now().timestamp()
        with self._lock:
            entries = self._standing(key, expiry, now)
            return (entries[0], len(entries)) if entries else (now, 0)

    def _standing(self, key: str, expiry: int, now: float) -> deque[float]:
        entries = self._entries.setdefault(key, deque())
        self._windows[key] = expiry
        while entries and entries[0] < now - expiry:
            entries.popleft()
        return entries

    def _sweep(self, now: float) -> None:
        self._until_sweep = SWEEP
        for key, window in list(self._windows.items()):
            entries = self._entries[key]
            if not entries or entries[-1] < now - window:
                self.clear(key)

    def clear(self, key: str) -> None:
        """Forget a name."""
        self._entries.pop(key, None)
        self._windows.pop(key, None)

    def reset(self) -> int | None:
        """Forget everything; answers how many names there were."""
        with self._lock:
            names = len(self._entries)
            self._entries.clear()
            self._windows.clear()
        return names

    def check(self) -> bool:
        """Memory is always there."""
        return True

    # windows that stand still are not used here

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Not used: the site's windows move."""
        raise NotImplementedError

    def get(self, key: str) -> int:
        """Not used: the site's windows move."""
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        """Not used: the site's windows move."""
        raise NotImplementedError
