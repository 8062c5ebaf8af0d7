"""The world whose pages are looked at."""

from tests.access.world import world

__all__ = ["world"]
