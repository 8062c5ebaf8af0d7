"""The world that access is tested in."""

from tests.access.world import world

__all__ = ["world"]
